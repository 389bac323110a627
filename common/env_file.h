#ifndef GCJOBS_COMMON_ENV_FILE_H_
#define GCJOBS_COMMON_ENV_FILE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// Looks up an environment variable; nullopt when it is not set. Injected for
// tests.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

// The variables of an `.env` file, as the tools that have such files read them:
//
//   # a comment                       blank lines are ignored, too
//   NAME=value                        up to the line's end, without blanks around
//   export NAME = value # comment     what a blank and # begin is a comment
//   NAME='value'                      as it stands; may go over several lines
//   NAME="line\nline"                 with \n, \r, \t, \", \\ and \$
//
// Nothing is expanded: a `$` is a `$`. Of two values of one name the last
// counts. A byte order mark is ignored, and lines may end with CR LF.
//
// Errors: INVALID_ARGUMENT with the number of the line and never with its text,
// which may hold a secret.
absl::StatusOr<std::map<std::string, std::string>> ParseEnvFile(absl::string_view text);

// `environment`, and for what is not set in it, or empty, the variables of the
// file `path`.
// Errors: that of a file that cannot be read, and ParseEnvFile's; both name the
// path.
absl::StatusOr<Environment> WithEnvFile(Environment environment, const std::string& path);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_ENV_FILE_H_
