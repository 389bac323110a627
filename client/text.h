#ifndef GCJOBS_CLIENT_TEXT_H_
#define GCJOBS_CLIENT_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/job_state.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// Text for terminals: pure functions, no I/O.

// `text` made safe for a terminal and for one line: control characters (C0,
// DEL, C1), line separators and bidirectional overrides become visible escapes
// such as `\x1b` and `\u202e`; bytes that are not UTF-8 become U+FFFD. Names and
// messages come from elsewhere and must not move the cursor or fake a line.
std::string EscapeControls(absl::string_view text);

// Columns that `text` takes on a terminal: wide characters (CJK, emoji) count
// two, combining ones none. `text` holds no control characters.
int DisplayWidth(absl::string_view text);

// The longest start of `text` within `columns`; what is cut is shown as `...`
// when there is room for it.
std::string FitWidth(absl::string_view text, int columns);

// `text` broken between words into lines of at most `columns`; newlines in
// `text` are kept. A longer word gets a line of its own.
std::vector<std::string> WrapWords(absl::string_view text, int columns);

// Two units at most, rounded down: `0s`, `12s`, `3m12s`, `5h3m`, `2d7h`.
// Negative durations read as `0s`.
std::string ShortDuration(absl::Duration duration);

// `3m12s ago`, or `in 40s` for a time that is still to come.
std::string ShortAge(absl::Time time, absl::Time now);

// Spelt so that the --timeout family of options takes it back: `90s`, `1500ms`.
std::string FormatSeconds(absl::Duration duration);

// Columns as wide as their widest cell, two spaces apart; nothing is cut.
class Table {
 public:
  explicit Table(std::vector<std::string> headers);

  // Control characters are escaped. REQUIRES: as many cells as headers.
  void AddRow(const std::vector<std::string>& cells);

  size_t row_count() const { return rows_.size() - 1; }
  // The header line and the rows, each with its newline.
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the headers first
};

// `Name   value` lines, values aligned; fields with an empty value are left
// out, control characters escaped.
std::string FieldLines(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_TEXT_H_
