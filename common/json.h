#ifndef GCJOBS_COMMON_JSON_H_
#define GCJOBS_COMMON_JSON_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace gcjobs {

// JSON, read in place and without a tree. Two readers, for two purposes:
//
// What others answer is searched (FindJson, JsonValue), by simdjson's On-Demand
// API (Keiser, Lemire: On-Demand JSON, 2023). What is found are spans of the
// text, byte for byte, so that numbers and unknown members keep their spelling.
// A search depends only on the members that it asks for. Their neighbours may
// hold half a surrogate pair, a number that fits no type, a control character,
// bytes that are not UTF-8 or any depth of nesting: they are stepped over. All
// that must be right is that strings end, that brackets are balanced, and the
// grammar of whatever is on the way. A byte order mark in front is no part of
// the text.
//
// What we are given to pass on is checked from its first byte to its last
// (ValidateJson), by RapidJSON.
//
// Errors are INVALID_ARGUMENT. They quote nothing of the text and have no
// ErrorInfo: the caller knows what the text was for. All functions are
// thread-safe. A thread keeps the search's buffers for its next one, some 7
// bytes for each byte of the largest text, unless that had more than 2 MiB.

// Where a value is: member names from the outside in. Where an array of objects
// is on the way the first of them is meant. Empty: the whole text.
using JsonPath = std::vector<std::string>;

struct JsonLimits {
  static constexpr int kAnyDepth = std::numeric_limits<int>::max();

  size_t max_bytes = 16 << 20;
  // Objects and arrays within each other; a scalar has depth 0, `{}` has 1.
  int max_depth = 50;
};

// A value within a text, which must outlive it. Where an object has several
// members of one name the last one counts, as it does for most parsers.
class JsonValue {
 public:
  enum class Type { kNull, kBool, kNumber, kString, kArray, kObject };

  // The value that `text` is. With limits: after ValidateJson.
  static absl::StatusOr<JsonValue> Parse(absl::string_view text);
  static absl::StatusOr<JsonValue> Parse(absl::string_view text, JsonLimits limits);

  Type type() const;
  bool Is(Type type) const { return this->type() == type; }

  // The value's own bytes, without the space around it.
  absl::string_view raw() const { return raw_; }

  // How many elements an array has; 0 for anything else.
  size_t size() const { return size_; }

  // An object's member of that name (unescaped). Unset when there is none, or
  // when this is no object or one that cannot be searched.
  std::optional<JsonValue> Find(absl::string_view name) const;

  // An array's elements; none when this is no array.
  std::vector<JsonValue> Elements() const;

  // Runs `visit` for each member with the name's raw spelling, quotes included;
  // for none when this is no object.
  void ForEachMember(absl::FunctionRef<void(absl::string_view, JsonValue)> visit) const;

  // A string's text, unescaped. It is well-formed UTF-8: bytes that are not,
  // halves of surrogate pairs and escapes that JSON does not have are U+FFFD.
  // Unset when this is no string.
  std::optional<std::string> AsString() const;

  // A number; unset when this is none. Int64: also unset unless it is spelt as
  // an integer (no fraction, no exponent) and fits. Double: also unset when no
  // double can hold it.
  std::optional<int64_t> AsInt64() const;
  std::optional<double> AsDouble() const;

 private:
  friend class JsonReader;
  JsonValue(absl::string_view raw, size_t size) : raw_(raw), size_(size) {}

  absl::string_view raw_;
  size_t size_;
};

// `text` without the byte order mark in front, if there is one.
absl::string_view WithoutByteOrderMark(absl::string_view text);

// Whether `token` is spelt as a number (RFC 8259, section 6), of any size.
bool IsJsonNumber(absl::string_view token);

// `value` as a string; "" when it is unset or no string.
std::string StringOf(const std::optional<JsonValue>& value);
// The same of the object's member of that name.
std::string StringMember(const JsonValue& object, absl::string_view name);

// The values at `paths` in the object `text`, in one pass and in the order of
// the paths; unset where there is none. An error when the text is no object.
//
//   const auto found = FindJson(body, {{"status"}, {"result", "items"}});
//   if (found.ok()) const auto& [status, items] = *found;
template <size_t kPaths>
absl::StatusOr<std::array<std::optional<JsonValue>, kPaths>> FindJson(
    absl::string_view text, const JsonPath (&paths)[kPaths]);

// The same for large texts that are passed on. The text is not copied, but its
// capacity is raised when it is too small (the parser reads some bytes beyond
// the end), which moves it; and in a text that is not UTF-8 the bytes that are
// not become U+FFFD, and `*replaced` true. The values are of the text as it then
// is.
template <size_t kPaths>
absl::StatusOr<std::array<std::optional<JsonValue>, kPaths>> FindJsonInPlace(
    std::string* text, const JsonPath (&paths)[kPaths], bool* replaced);

// Runs `visit` with each element of `array`, which is a span of `text` (or all
// of it), in order, until it returns false. `text` may move, as above.
absl::Status ForEachJsonElement(std::string* text, absl::string_view array,
                                absl::FunctionRef<bool(absl::string_view)> visit);

// Whether `text` is one JSON value (RFC 8259) within the limits, in UTF-8, and
// nothing else; a byte order mark may stand in front. It is the grammar that is
// checked: a number may be too large for any type, and an escape half of a
// surrogate pair. The error says what is wrong and at which byte. `error_offset`, if given, is then
// that byte; at most text.size().
absl::Status ValidateJson(absl::string_view text, JsonLimits limits = {},
                          size_t* error_offset = nullptr);

// A JSON string literal that means `text`, quotes included. Bytes that are not
// UTF-8 become U+FFFD.
std::string JsonQuote(absl::string_view text);

// What the string literal `raw` (quotes included) means. Escapes that mean no
// character are U+FFFD; bytes that are not UTF-8 stay as they are.
std::string JsonUnquote(absl::string_view raw);

// Where in `raw` (as above) the byte `offset` of JsonUnquote(raw) begins.
// REQUIRES: offset <= JsonUnquote(raw).size(), and not within a character.
size_t JsonQuotedOffset(absl::string_view raw, size_t offset);

// FindJson for a number of paths that is not known at compile time; `found`
// gets as many values.
absl::Status FindJsonValues(absl::string_view text, absl::Span<const JsonPath> paths,
                            absl::Span<std::optional<JsonValue>> found);
absl::Status FindJsonValuesInPlace(std::string* text, absl::Span<const JsonPath> paths,
                                   absl::Span<std::optional<JsonValue>> found, bool* replaced);

template <size_t kPaths>
absl::StatusOr<std::array<std::optional<JsonValue>, kPaths>> FindJson(
    absl::string_view text, const JsonPath (&paths)[kPaths]) {
  std::array<std::optional<JsonValue>, kPaths> found;
  absl::Status status = FindJsonValues(text, paths, absl::MakeSpan(found));
  if (!status.ok()) return status;
  return found;
}

template <size_t kPaths>
absl::StatusOr<std::array<std::optional<JsonValue>, kPaths>> FindJsonInPlace(
    std::string* text, const JsonPath (&paths)[kPaths], bool* replaced) {
  std::array<std::optional<JsonValue>, kPaths> found;
  absl::Status status = FindJsonValuesInPlace(text, paths, absl::MakeSpan(found), replaced);
  if (!status.ok()) return status;
  return found;
}

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_JSON_H_
