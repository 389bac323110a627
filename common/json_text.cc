// The texts of json.h that are made or checked as a whole, by RapidJSON, and
// what string literals mean.

#include <algorithm>

#include <rapidjson/encodings.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

// Counts depth, and the elements of the root, and ignores the rest: nothing is
// built.
class DepthHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, DepthHandler> {
 public:
  explicit DepthHandler(int max_depth) : max_depth_(max_depth) {}

  bool StartObject() { return Enter(); }
  bool EndObject(rapidjson::SizeType) { return Leave(); }
  bool StartArray() { return Enter(); }
  bool EndArray(rapidjson::SizeType size) {
    root_size_ = size;  // the root ends last
    return Leave();
  }

  size_t root_size() const { return root_size_; }

 private:
  bool Enter() { return ++depth_ <= max_depth_; }
  bool Leave() {
    --depth_;
    return true;
  }

  const int max_depth_;
  int depth_ = 0;
  size_t root_size_ = 0;
};

// Iterative: the depth of what strangers send must not be the depth of our
// stack. Numbers as strings: their value is of no interest here.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

constexpr unsigned kReplacementCharacter = 0xFFFD;

// What RapidJSON encodes into.
struct StringSink {
  using Ch = char;
  void Put(char c) { text->push_back(c); }
  std::string* text;
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The code unit of a `\uXXXX` at the start of `raw`, if there is one.
bool ReadUnit(absl::string_view raw, unsigned* unit) {
  if (raw.size() < 6 || raw[0] != '\\' || raw[1] != 'u') return false;
  *unit = 0;
  for (const char c : raw.substr(2, 4)) {
    if (HexDigit(c) < 0) return false;
    *unit = *unit * 16 + static_cast<unsigned>(HexDigit(c));
  }
  return true;
}

bool IsHighSurrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Appends what the character at the start of `raw` means; how many bytes its
// spelling takes. `raw` is not empty. A byte of a longer UTF-8 sequence counts
// as a character: it means itself.
size_t ReadCharacter(absl::string_view raw, std::string* text) {
  if (raw[0] != '\\' || raw.size() < 2) {
    text->push_back(raw[0]);
    return 1;
  }
  constexpr absl::string_view kLetters = "bfnrt\"\\/";
  constexpr absl::string_view kMeanings = "\b\f\n\r\t\"\\/";
  if (const size_t letter = kLetters.find(raw[1]); letter != absl::string_view::npos) {
    text->push_back(kMeanings[letter]);
    return 2;
  }
  unsigned code = 0;
  unsigned low = 0;
  size_t raw_bytes = 6;
  if (!ReadUnit(raw, &code)) {
    code = kReplacementCharacter;
    raw_bytes = 2;
  } else if (IsHighSurrogate(code) && ReadUnit(raw.substr(6), &low) && IsLowSurrogate(low)) {
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    raw_bytes = 12;
  } else if (IsHighSurrogate(code) || IsLowSurrogate(code)) {
    code = kReplacementCharacter;
  }
  StringSink sink{text};
  rapidjson::UTF8<>::Encode(sink, code);
  return raw_bytes;
}

absl::string_view WithoutQuotes(absl::string_view raw) { return raw.substr(1, raw.size() - 2); }

absl::string_view Strip(absl::string_view text) {
  constexpr absl::string_view kSpace = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// What RapidJSON says of a text.
struct Reading {
  rapidjson::ParseResult result;
  size_t end;  // where it stopped
  size_t root_size;
};

Reading ReadAll(absl::string_view text, int max_depth) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  DepthHandler handler(max_depth);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kParseFlags>(stream, handler);
  return {result, stream.Tell(), handler.root_size()};
}

// `text`, as long and with the same grammar, but with a space for each half of a
// surrogate pair, and a zero for each number: RapidJSON checks what they mean as
// well, for which JSON has no rules.
std::string WithoutMeaning(absl::string_view text) {
  std::string plain(text);
  bool in_string = false;
  for (size_t i = 0; i < plain.size(); ++i) {
    unsigned unit = 0;
    if (plain[i] == '"') {
      in_string = !in_string;
    } else if (plain[i] == '\\') {
      const bool is_unit = ReadUnit(absl::string_view(plain).substr(i), &unit);
      if (is_unit && (IsHighSurrogate(unit) || IsLowSurrogate(unit)))
        plain.replace(i, 6, "\\u0020");
      ++i;  // what it escapes is no quote
    } else if (!in_string && (plain[i] == '-' || (plain[i] >= '0' && plain[i] <= '9'))) {
      const size_t end = std::min(plain.find_first_not_of("0123456789+-.eE", i), plain.size());
      if (IsJsonNumber(text.substr(i, end - i))) {
        plain.replace(i, end - i, absl::StrCat("0", std::string(end - i - 1, ' ')));
      }
      i = end - 1;
    }
  }
  return plain;
}

// ValidateJson; `*root_size` is how many elements the text has, if it is an
// array.
absl::Status Validate(absl::string_view text, JsonLimits limits, size_t* error_offset,
                      size_t* root_size) {
  const auto fail = [&](size_t offset, absl::string_view problem) {
    if (error_offset != nullptr) *error_offset = std::min(offset, text.size());
    return absl::InvalidArgumentError(problem);
  };
  if (text.size() > limits.max_bytes) {
    return fail(0, absl::StrCat("JSON of ", text.size(), " bytes, more than ", limits.max_bytes));
  }
  const size_t mark_bytes = text.size() - WithoutByteOrderMark(text).size();
  text.remove_prefix(mark_bytes);
  Reading reading = ReadAll(text, limits.max_depth);
  std::string plain;
  if (reading.result.Code() == rapidjson::kParseErrorNumberTooBig ||
      reading.result.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid) {
    plain = WithoutMeaning(text);
    reading = ReadAll(plain, limits.max_depth);
  }
  const rapidjson::ParseResult& result = reading.result;
  const size_t offset = mark_bytes + result.Offset();
  if (result.Code() == rapidjson::kParseErrorTermination) {
    return fail(offset, absl::StrCat("JSON nested deeper than ", limits.max_depth, " levels"));
  }
  if (result.IsError()) {
    return fail(offset, absl::StrCat("not JSON at byte ", offset, ": ",
                                     rapidjson::GetParseError_En(result.Code())));
  }
  // The parser takes a NUL byte for the end.
  if (reading.end != text.size()) {
    const size_t nul = mark_bytes + reading.end;
    return fail(nul, absl::StrCat("not JSON at byte ", nul, ": a NUL byte"));
  }
  *root_size = reading.root_size;
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateJson(absl::string_view text, JsonLimits limits, size_t* error_offset) {
  size_t root_size = 0;
  return Validate(text, limits, error_offset, &root_size);
}

absl::StatusOr<JsonValue> JsonValue::Parse(absl::string_view text, JsonLimits limits) {
  size_t root_size = 0;
  const absl::Status status = Validate(text, limits, nullptr, &root_size);
  if (!status.ok()) return status;
  return JsonValue(Strip(WithoutByteOrderMark(text)), root_size);
}

std::string JsonQuote(absl::string_view text) {
  const std::string utf8 = ToValidUtf8(text);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(utf8.data(), static_cast<rapidjson::SizeType>(utf8.size()));
  return std::string(buffer.GetString(), buffer.GetSize());
}

std::string JsonUnquote(absl::string_view raw) {
  raw = WithoutQuotes(raw);
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const size_t plain = std::min(raw.find('\\'), raw.size());
    text.append(raw.data(), plain);
    raw.remove_prefix(plain);
    if (!raw.empty()) raw.remove_prefix(ReadCharacter(raw, &text));
  }
  return text;
}

size_t JsonQuotedOffset(absl::string_view raw, size_t offset) {
  const absl::string_view content = WithoutQuotes(raw);
  size_t pos = 0;
  std::string text;
  while (pos < content.size() && text.size() < offset) {
    pos += ReadCharacter(content.substr(pos), &text);
  }
  return pos + 1;
}

}  // namespace gcjobs
