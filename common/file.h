#ifndef GCJOBS_COMMON_FILE_H_
#define GCJOBS_COMMON_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace gcjobs {

// The whole file, byte for byte; blocks. Errors have the system's code and no
// ErrorInfo, and say `cannot read PATH: No such file or directory`.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// The same for a file that people write: without the byte order mark with which some
// editors begin it. INVALID_ARGUMENT when it is in UTF-16.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_FILE_H_
