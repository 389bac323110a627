#ifndef GCJOBS_SERVER_GENESYS_JSON_CODEC_H_
#define GCJOBS_SERVER_GENESYS_JSON_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// JSON from outside is read in place: a text is validated once, without
// recursion and without a tree, and then looked at through JsonValue, whose
// values are spans of the text itself. So large parts are never copied, and
// numbers and unknown members keep their spelling. All of it is thread-safe.

struct JsonLimits {
  size_t max_bytes = 16 << 20;
  // Objects and arrays within each other; a scalar has depth 0, `{}` has 1.
  int max_depth = 50;
};

// What is accepted from Genesys Cloud: an answer wraps data of the depth that
// we let in, and may nest it deeper.
inline constexpr JsonLimits kUpstreamJsonLimits = {/*max_bytes=*/16 << 20, /*max_depth=*/128};

// Whether `text` is one JSON value (RFC 8259) within the limits, in UTF-8, and
// nothing else. Numbers beyond the range of a double are refused.
// INVALID_ARGUMENT says what is wrong and at which byte; it quotes nothing of
// the text and has no ErrorInfo: the caller knows what the text was for. Then
// `error_offset`, if given, is that byte; at most text.size().
absl::Status ValidateJson(absl::string_view text, JsonLimits limits = {},
                          size_t* error_offset = nullptr);

// The same, and the value is an object.
absl::Status ValidateJsonObject(absl::string_view text, JsonLimits limits = {});

// A value within a text, which must outlive it. Where an object has several
// members of one name the last one counts, as it does for most parsers.
class JsonValue {
 public:
  enum class Type { kNull, kBool, kNumber, kString, kArray, kObject };

  // The value that `text` is; errors as ValidateJson.
  static absl::StatusOr<JsonValue> Parse(absl::string_view text, JsonLimits limits = {});

  Type type() const;
  bool Is(Type type) const { return this->type() == type; }

  // The value's own bytes, without the space around it.
  absl::string_view raw() const { return raw_; }

  // An object's member of that name (unescaped); unset when there is none or
  // this is no object.
  std::optional<JsonValue> Find(absl::string_view name) const;

  // Find, again and again: Find("a", "b") is the member `b` of the member `a`.
  template <typename... Names>
  std::optional<JsonValue> Find(absl::string_view name, Names... names) const {
    const std::optional<JsonValue> member = Find(name);
    return member ? member->Find(names...) : std::nullopt;
  }

  // An array's elements; none when this is no array.
  std::vector<JsonValue> Elements() const;

  // A string's text, unescaped: well-formed UTF-8, halves of surrogate pairs
  // being U+FFFD. Unset when this is no string.
  std::optional<std::string> AsString() const;

  // A number; unset when this is none. Int64: also unset unless it is spelt as
  // an integer (no fraction, no exponent) and fits.
  std::optional<int64_t> AsInt64() const;
  std::optional<double> AsDouble() const;

  // Runs `visit` for each member with the name's raw spelling, quotes included;
  // for none when this is no object.
  void ForEachMember(absl::FunctionRef<void(absl::string_view, JsonValue)> visit) const;

 private:
  explicit JsonValue(absl::string_view raw) : raw_(raw) {}

  absl::string_view raw_;
};

// `object`'s member as a string; "" when it is missing or no string.
std::string StringMember(const JsonValue& object, absl::string_view name);

// A JSON string literal that means `text`, quotes included. Bytes that are not
// UTF-8 become '?'.
std::string JsonQuote(absl::string_view text);

// What the string literal `raw` (validated, quotes included) means.
std::string JsonUnquote(absl::string_view raw);

// Where in `raw` (as above) the byte `offset` of JsonUnquote(raw) begins.
// REQUIRES: offset <= JsonUnquote(raw).size(), and not within a character.
size_t JsonQuotedOffset(absl::string_view raw, size_t offset);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_JSON_CODEC_H_
