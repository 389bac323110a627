#ifndef GCJOBS_TESTS_SIMULATOR_RAW_JSON_H_
#define GCJOBS_TESTS_SIMULATOR_RAW_JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs::sim {

// A JSON object whose members keep the text they were written with: numbers
// such as 1.10 or 12345678901234567890 and everything inside nested values come
// back byte for byte. Only white space between the members themselves is lost.
// The simulator stores, edits and answers JSON in this form, so that tests can
// prove verbatim round trips. A value type; not thread-safe.
class RawObject {
 public:
  RawObject() = default;

  // INVALID_ARGUMENT unless `json` is one whole JSON object in valid UTF-8.
  // Depth is bounded by the size alone (the parser does not recurse).
  static absl::StatusOr<RawObject> Parse(absl::string_view json);

  bool empty() const { return members_.empty(); }
  bool Has(absl::string_view key) const { return Find(key) != nullptr; }

  // In the order of the text.
  std::vector<std::string> Keys() const;

  // The member's text, or nullptr; the last one of duplicates. Valid until the
  // object changes.
  const std::string* Find(absl::string_view key) const;

  // The member's value, or nothing when it is absent or of another type.
  std::optional<std::string> GetString(absl::string_view key) const;
  std::optional<int64_t> GetInt(absl::string_view key) const;
  std::optional<bool> GetBool(absl::string_view key) const;
  std::optional<RawObject> GetObject(absl::string_view key) const;
  std::optional<std::vector<std::string>> GetStrings(absl::string_view key) const;

  // Puts a member: in its old place when there is one, else at the end. Set
  // takes JSON text, which is not checked.
  RawObject& Set(absl::string_view key, absl::string_view json);
  RawObject& SetString(absl::string_view key, absl::string_view value);
  RawObject& SetInt(absl::string_view key, int64_t value);
  RawObject& SetBool(absl::string_view key, bool value);
  RawObject& SetNumber(absl::string_view key, double value);

  RawObject& Erase(absl::string_view key);

  // Each member of `changes`, in order, as by Set.
  RawObject& Merge(const RawObject& changes);

  std::string ToString() const;

 private:
  friend class MemberSplitter;
  struct Member {
    std::string key;
    std::string quoted_key;  // as written, with its quotes
    std::string json;
  };
  // The place of the last member of this key, or members_.size().
  size_t IndexOf(absl::string_view key) const;

  std::vector<Member> members_;
};

// `text` as a JSON string with its quotes; bytes that are no UTF-8 become '?'.
std::string JsonString(absl::string_view text);

// A JSON array of elements that are JSON texts already.
std::string JsonArray(const std::vector<std::string>& elements);

// The value of a JSON string, or nothing when `json` is something else.
std::optional<std::string> ParseJsonString(absl::string_view json);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_RAW_JSON_H_
