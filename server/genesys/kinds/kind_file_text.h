#ifndef GCJOBS_SERVER_GENESYS_KINDS_KIND_FILE_TEXT_H_
#define GCJOBS_SERVER_GENESYS_KINDS_KIND_FILE_TEXT_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/json.h"

namespace gcjobs {

// A kind file's text and the first thing that is wrong with it. Readers go on
// after an error with values that mean nothing: whoever began to read asks
// status() at the end. `name` and `text` must outlive this.
class KindFileText {
 public:
  KindFileText(absl::string_view name, absl::string_view text) : name_(name), text_(text) {}

  // The whole text; unset, with status() set, when it is not JSON.
  std::optional<JsonValue> Parse();

  // `FILE:LINE` where `span`, a part of the text, begins.
  std::string Locate(absl::string_view span) const;

  // `problem` is wrong at `span`. Only the first call counts.
  void Fail(absl::string_view span, absl::string_view problem);

  // OK, or INVALID_ARGUMENT/INVALID_KIND_FILE.
  const absl::Status& status() const { return status_; }

 private:
  int LineOf(absl::string_view span) const;

  const absl::string_view name_;
  const absl::string_view text_;
  absl::Status status_;
};

// Reads an object of a kind file member by member. What is wrong with it is
// told to the file.
class KindFileObject {
 public:
  // `value` must be an object in which no name is repeated. `file` must
  // outlive this.
  KindFileObject(const JsonValue& value, KindFileText* file);

  // Every member has one of these names.
  void AllowOnly(std::initializer_list<absl::string_view> names) const;

  absl::string_view raw() const { return value_.raw(); }
  bool Has(absl::string_view name) const { return value_.Find(name).has_value(); }

  // A member that may be missing.
  std::optional<JsonValue> Find(absl::string_view name) const { return value_.Find(name); }
  // A member that must be there.
  std::optional<JsonValue> Get(absl::string_view name) const;

  // A string that must be there and not be empty. "" after an error.
  std::string GetString(absl::string_view name) const;
  // One that may be missing.
  std::string FindString(absl::string_view name, absl::string_view default_value) const;

  // A whole number of at least 1 that may be missing: then 0.
  int FindCount(absl::string_view name) const;

  // An array of one string or more, none of them empty, that must be there.
  std::vector<std::string> GetStrings(absl::string_view name) const;

 private:
  std::string StringOf(absl::string_view name, const JsonValue& value) const;

  const JsonValue value_;
  KindFileText* const file_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_KIND_FILE_TEXT_H_
