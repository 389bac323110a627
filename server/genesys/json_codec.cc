#include "server/genesys/json_codec.h"

#include <algorithm>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gcjobs {
namespace {

// Counts depth and ignores the rest: nothing is built.
class DepthHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, DepthHandler> {
 public:
  explicit DepthHandler(int max_depth) : max_depth_(max_depth) {}

  bool StartObject() { return Enter(); }
  bool EndObject(rapidjson::SizeType) { return Leave(); }
  bool StartArray() { return Enter(); }
  bool EndArray(rapidjson::SizeType) { return Leave(); }

 private:
  bool Enter() { return ++depth_ <= max_depth_; }
  bool Leave() {
    --depth_;
    return true;
  }

  const int max_depth_;
  int depth_ = 0;
};

// Iterative: the depth of what strangers send must not be the depth of our
// stack. Numbers as strings: their value is of no interest here.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

absl::string_view Strip(absl::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// What follows works on validated text only, and so needs no error path. The
// bounds are checked all the same.

size_t SkipSpace(absl::string_view text, size_t pos) {
  while (pos < text.size() && IsSpace(text[pos])) ++pos;
  return pos;
}

// The end of the string that begins at `pos`.
size_t SkipString(absl::string_view text, size_t pos) {
  for (++pos; pos < text.size() && text[pos] != '"'; ++pos) {
    if (text[pos] == '\\') ++pos;
  }
  return std::min(pos + 1, text.size());
}

size_t SkipContainer(absl::string_view text, size_t pos) {
  int depth = 0;
  while (pos < text.size()) {
    const char c = text[pos];
    if (c == '"') {
      pos = SkipString(text, pos);
      continue;
    }
    ++pos;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  return pos;
}

// A number, or `null`, `true`, `false`.
size_t SkipWord(absl::string_view text, size_t pos) {
  while (pos < text.size() && !IsSpace(text[pos]) && text[pos] != ',' && text[pos] != '}' &&
         text[pos] != ']') {
    ++pos;
  }
  return pos;
}

size_t SkipValue(absl::string_view text, size_t pos) {
  if (pos >= text.size()) return pos;
  if (text[pos] == '"') return SkipString(text, pos);
  if (text[pos] == '{' || text[pos] == '[') return SkipContainer(text, pos);
  return SkipWord(text, pos);
}

// The next value at or after `*pos`, which moves behind it.
absl::string_view TakeValue(absl::string_view text, size_t* pos) {
  const size_t begin = SkipSpace(text, *pos);
  *pos = SkipValue(text, begin);
  return text.substr(begin, *pos - begin);
}

// Whether the container goes on at `*pos`, which moves over space and comma.
bool HasMore(absl::string_view text, size_t* pos) {
  *pos = SkipSpace(text, *pos);
  if (*pos < text.size() && text[*pos] == ',') *pos = SkipSpace(text, *pos + 1);
  return *pos + 1 < text.size();
}

bool IsNamed(absl::string_view raw_name, absl::string_view name) {
  const bool is_escaped = raw_name.find('\\') != absl::string_view::npos;
  if (is_escaped) return JsonUnquote(raw_name) == name;
  return raw_name.size() == name.size() + 2 && raw_name.substr(1, name.size()) == name;
}

}  // namespace

absl::Status ValidateJson(absl::string_view text, JsonLimits limits, size_t* error_offset) {
  const auto fail = [&](size_t offset, absl::string_view problem) {
    if (error_offset != nullptr) *error_offset = std::min(offset, text.size());
    return absl::InvalidArgumentError(problem);
  };
  if (text.size() > limits.max_bytes) {
    return fail(0, absl::StrCat("JSON of ", text.size(), " bytes, more than ", limits.max_bytes));
  }
  rapidjson::MemoryStream stream(text.data(), text.size());
  DepthHandler handler(limits.max_depth);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kParseFlags>(stream, handler);
  if (result.Code() == rapidjson::kParseErrorTermination) {
    return fail(result.Offset(),
                absl::StrCat("JSON nested deeper than ", limits.max_depth, " levels"));
  }
  if (result.IsError()) {
    return fail(result.Offset(), absl::StrCat("not JSON at byte ", result.Offset(), ": ",
                                              rapidjson::GetParseError_En(result.Code())));
  }
  // The parser takes a NUL byte for the end.
  if (stream.Tell() != text.size()) {
    return fail(stream.Tell(), absl::StrCat("not JSON at byte ", stream.Tell(), ": a NUL byte"));
  }
  return absl::OkStatus();
}

absl::Status ValidateJsonObject(absl::string_view text, JsonLimits limits) {
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(text, limits);
  if (!value.ok()) return value.status();
  if (value->Is(JsonValue::Type::kObject)) return absl::OkStatus();
  return absl::InvalidArgumentError("JSON, but not an object");
}

absl::StatusOr<JsonValue> JsonValue::Parse(absl::string_view text, JsonLimits limits) {
  const absl::Status status = ValidateJson(text, limits);
  if (!status.ok()) return status;
  return JsonValue(Strip(text));
}

JsonValue::Type JsonValue::type() const {
  switch (raw_.front()) {
    case 'n':
      return Type::kNull;
    case 't':
    case 'f':
      return Type::kBool;
    case '"':
      return Type::kString;
    case '[':
      return Type::kArray;
    case '{':
      return Type::kObject;
    default:
      return Type::kNumber;
  }
}

std::optional<JsonValue> JsonValue::Find(absl::string_view name) const {
  std::optional<JsonValue> found;
  ForEachMember([&](absl::string_view raw_name, JsonValue value) {
    if (IsNamed(raw_name, name)) found = value;
  });
  return found;
}

std::vector<JsonValue> JsonValue::Elements() const {
  std::vector<JsonValue> elements;
  if (!Is(Type::kArray)) return elements;
  size_t pos = 1;
  while (HasMore(raw_, &pos)) elements.push_back(JsonValue(TakeValue(raw_, &pos)));
  return elements;
}

std::optional<std::string> JsonValue::AsString() const {
  if (!Is(Type::kString)) return std::nullopt;
  return JsonUnquote(raw_);
}

std::optional<int64_t> JsonValue::AsInt64() const {
  int64_t value = 0;
  if (!Is(Type::kNumber) || !absl::SimpleAtoi(raw_, &value)) return std::nullopt;
  return value;
}

std::optional<double> JsonValue::AsDouble() const {
  double value = 0;
  if (!Is(Type::kNumber) || !absl::SimpleAtod(raw_, &value)) return std::nullopt;
  return value;
}

void JsonValue::ForEachMember(absl::FunctionRef<void(absl::string_view, JsonValue)> visit) const {
  if (!Is(Type::kObject)) return;
  size_t pos = 1;
  while (HasMore(raw_, &pos)) {
    const absl::string_view name = TakeValue(raw_, &pos);
    pos = SkipSpace(raw_, pos) + 1;  // the colon
    visit(name, JsonValue(TakeValue(raw_, &pos)));
  }
}

std::string StringMember(const JsonValue& object, absl::string_view name) {
  const std::optional<JsonValue> member = object.Find(name);
  return member ? member->AsString().value_or("") : "";
}

}  // namespace gcjobs
