#include "client/commands/json_input.h"

#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/parse.h"
#include "client/text.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

// What a text is as JSON.
struct JsonCheck {
  std::optional<JsonValue::Type> type;  // unset: it is not one JSON value
  std::string problem;
};

// The server has limits of its own; here only memory is one.
JsonCheck CheckJson(absl::string_view text) {
  constexpr JsonLimits kNoLimits = {std::numeric_limits<size_t>::max(), JsonLimits::kAnyDepth};
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(text, kNoLimits);
  if (value.ok()) return {value->type(), ""};
  return {std::nullopt, std::string(value.status().message())};
}

struct Parameter {
  std::string key;
  std::string json;
};

absl::StatusOr<Parameter> ParseParameter(absl::string_view option) {
  const size_t equals = option.find('=');
  const bool must_be_json =
      equals != absl::string_view::npos && equals > 0 && option[equals - 1] == ':';
  const absl::string_view key =
      equals == absl::string_view::npos ? "" : option.substr(0, equals - (must_be_json ? 1 : 0));
  if (key.empty()) {
    return UsageError(absl::StrCat("--param: \"", option, "\" is not KEY=VALUE"),
                      "for example --param id=42, or --param 'id:=\"42\"' for a string of digits");
  }
  if (!IsValidUtf8(option)) return UsageError(absl::StrCat("--param ", key, " is not UTF-8"));
  const absl::string_view value = option.substr(equals + 1);
  const JsonCheck check = CheckJson(value);
  const bool is_json = check.type.has_value();
  if (!is_json && must_be_json) {
    return UsageError(absl::StrCat("--param ", key, " is not JSON: ", check.problem),
                      absl::StrCat("for a string write --param ", key, "=TEXT"));
  }
  // With a plain `=`, quotes are part of the text.
  const bool verbatim = must_be_json || (is_json && check.type != JsonValue::Type::kString);
  return Parameter{std::string(key), verbatim ? std::string(value) : JsonQuote(value)};
}

}  // namespace

absl::StatusOr<std::string> ParametersFromOptions(const std::vector<std::string>& options) {
  absl::flat_hash_set<std::string> keys;
  std::string json = "{";
  for (const std::string& option : options) {
    ASSIGN_OR_RETURN(const Parameter parameter, ParseParameter(option));
    if (!keys.insert(parameter.key).second) {
      return UsageError(absl::StrCat("--param ", parameter.key, " is given twice"));
    }
    absl::StrAppend(&json, json.size() > 1 ? "," : "", JsonQuote(parameter.key), ":",
                    parameter.json);
  }
  json += "}";
  return json;
}

absl::Status CheckJsonShape(absl::string_view source, absl::string_view json, JsonShape shape,
                            absl::string_view hint) {
  const JsonCheck check = CheckJson(json);
  if (check.type == JsonValue::Type::kObject) return absl::OkStatus();
  const bool may_be_array = shape == JsonShape::kObjectOrArray;
  if (may_be_array && check.type == JsonValue::Type::kArray) return absl::OkStatus();
  return UsageError(
      absl::StrCat(source,
                   may_be_array ? " is not a JSON object or array" : " is not a JSON object",
                   check.problem.empty() ? "" : absl::StrCat(": ", check.problem)),
      hint);
}

JsonInput::JsonInput(std::string name, JsonShape shape, std::string hint)
    : option_(absl::StrCat("--", name)),
      file_option_(absl::StrCat("--", name, "-file")),
      shape_(shape),
      hint_(std::move(hint)) {}

void JsonInput::AddTo(CLI::App* command, const std::string& description) {
  command->add_option(option_, text_, description)->option_text("JSON");
  command->add_option(file_option_, file_, "The same, read from a file (- for stdin)")
      ->option_text("FILE");
}

absl::StatusOr<std::string> JsonInput::Read(const Session& session) const {
  if (!IsSet()) return std::string();
  if (!text_.empty() && !file_.empty()) {
    return UsageError(absl::StrCat(option_, " and ", file_option_, " cannot be used together"));
  }
  absl::StatusOr<std::string> json = ReadSource(session);
  if (!json.ok()) return json;
  const std::string source = file_.empty() ? option_ : absl::StrCat(file_option_, " ", file_);
  json = std::string(WithoutByteOrderMark(*json));
  // Nothing else can be sent; what that may mean is the user's to judge.
  bool replaced = false;
  json = ToValidUtf8(*json, &replaced);
  if (replaced) {
    *session.io.err << EscapeControls(source)
                    << " has bytes that are not UTF-8; each is sent as U+FFFD\n";
  }
  absl::Status status = CheckJsonShape(source, *json, shape_, hint_);
  if (!status.ok()) return status;
  return json;
}

absl::StatusOr<std::string> JsonInput::ReadSource(const Session& session) const {
  if (file_.empty()) return text_;
  if (file_ == "-") return ReadAll(*session.io.in);
  return ReadInputFile(file_);
}

void JobInputFlags::AddTo(CLI::App* command) {
  body_.AddTo(command, "The job's body, a JSON object or array; sent as is");
  AddRepeatable(command, "--path", path_,
                "Value of a {NAME} in the kind's path; gcjobs kinds KIND lists them")
      ->option_text("NAME=VALUE");
}

absl::StatusOr<v1::SubmitJobRequest> JobInputFlags::ToRequest(const Session& session,
                                                              const std::string& kind) const {
  v1::SubmitJobRequest request;
  request.set_kind(kind);
  ASSIGN_OR_RETURN(std::string body, body_.Read(session));
  request.set_body(std::move(body));
  for (const std::string& text : path_) {
    ASSIGN_OR_RETURN(const auto value, ParseKeyValue("--path", text));
    if (!request.mutable_path_parameters()->insert({value.first, value.second}).second) {
      return UsageError(absl::StrCat("--path ", value.first, " is given twice"));
    }
  }
  return request;
}

}  // namespace gcjobs
