#ifndef GCJOBS_COMMON_FILE_H_
#define GCJOBS_COMMON_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace gcjobs {

// The whole file, byte for byte; blocks. Errors have the system's code and no
// ErrorInfo, and say `cannot read PATH: No such file or directory`.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_FILE_H_
