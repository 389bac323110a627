#ifndef GCJOBS_CLIENT_PARSE_H_
#define GCJOBS_CLIENT_PARSE_H_

#include <istream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// Values of options. Each error is a UsageError that names `option`.

// Numbers with units, added up: `10s`, `1500ms`, `1h30m`, `7d`, `0.5s`. A bare
// number is refused (but for 0), and so are signs.
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view option, absl::string_view text);

// `KEY=VALUE`, cut at the first `=`; the value may be empty, the key not.
absl::StatusOr<std::pair<std::string, std::string>> ParseKeyValue(absl::string_view option,
                                                                  absl::string_view text);

// A state by its name, in any case, with or without `JOB_STATE_`.
absl::StatusOr<v1::JobState> ParseState(absl::string_view option, absl::string_view text);

// RFC 3339 (`2024-05-01T12:00:00Z`), a day (`2024-05-01`: its start, UTC), or a
// duration before `now` (`2h`).
absl::StatusOr<absl::Time> ParseTime(absl::string_view option, absl::string_view text,
                                     absl::Time now);

// A text file that the user named, as it stands but for a byte order mark. Errors:
// UsageError with the path and the reason.
absl::StatusOr<std::string> ReadInputFile(const std::string& path);

// What is left in `stream`, byte for byte.
std::string ReadAll(std::istream& stream);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_PARSE_H_
