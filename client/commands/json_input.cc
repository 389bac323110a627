#include "client/commands/json_input.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/parse.h"
#include "common/status_macros.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

enum class JsonType { kNone, kString, kOther, kObject, kArray };

struct JsonCheck {
  JsonType type = JsonType::kNone;  // kNone: not one JSON value
  std::string problem;
  bool too_big = false;  // a number beyond 1.8e308, else valid
};

// Remembers what the outermost value is; everything else is skipped.
class TypeHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, TypeHandler> {
 public:
  bool Default() { return See(JsonType::kOther); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return See(JsonType::kOther); }
  bool String(const char*, rapidjson::SizeType, bool) { return See(JsonType::kString); }
  bool StartObject() { return See(JsonType::kObject); }
  bool StartArray() { return See(JsonType::kArray); }
  // The ends and keys say nothing about the outermost value.
  bool Key(const char*, rapidjson::SizeType, bool) { return true; }
  bool EndObject(rapidjson::SizeType) { return true; }
  bool EndArray(rapidjson::SizeType) { return true; }

  JsonType type() const { return type_; }

 private:
  bool See(JsonType type) {
    if (type_ == JsonType::kNone) type_ = type;
    return true;
  }

  JsonType type_ = JsonType::kNone;
};

// Iterative, so that depth costs memory and not stack. Numbers stay text and
// keep any number of digits; RapidJSON refuses those that no double can hold.
JsonCheck CheckJson(absl::string_view text) {
  // RapidJSON takes a NUL for the end of the text.
  if (text.find('\0') != absl::string_view::npos)
    return {JsonType::kNone, "it contains a NUL byte", false};
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseValidateEncodingFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  TypeHandler handler;
  if (reader.Parse<kFlags>(stream, handler)) return {handler.type(), "", false};
  const rapidjson::ParseErrorCode error = reader.GetParseErrorCode();
  return {
      JsonType::kNone,
      absl::StrCat(rapidjson::GetParseError_En(error), " At byte ", reader.GetErrorOffset(), "."),
      error == rapidjson::kParseErrorNumberTooBig};
}

std::string QuoteJson(absl::string_view text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return std::string(buffer.GetString(), buffer.GetSize());
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
  // A number, but not one that can be sent; as a string it would surprise.
  const bool is_json = check.type != JsonType::kNone;
  if (!is_json && (must_be_json || check.too_big)) {
    return UsageError(absl::StrCat("--param ", key, " is not JSON: ", check.problem),
                      absl::StrCat("for a string write --param ", key, "=TEXT"));
  }
  // With a plain `=`, quotes are part of the text.
  const bool verbatim = must_be_json || (is_json && check.type != JsonType::kString);
  return Parameter{std::string(key), verbatim ? std::string(value) : QuoteJson(value)};
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
    absl::StrAppend(&json, json.size() > 1 ? "," : "", QuoteJson(parameter.key), ":",
                    parameter.json);
  }
  json += "}";
  return json;
}

absl::Status CheckJsonShape(absl::string_view source, absl::string_view json, JsonShape shape,
                            absl::string_view hint) {
  const JsonCheck check = CheckJson(json);
  if (check.type == JsonType::kObject) return absl::OkStatus();
  const bool may_be_array = shape == JsonShape::kObjectOrArray;
  if (may_be_array && check.type == JsonType::kArray) return absl::OkStatus();
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
