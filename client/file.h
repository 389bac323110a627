#ifndef GCJOBS_CLIENT_FILE_H_
#define GCJOBS_CLIENT_FILE_H_

#include <istream>
#include <string>

#include "absl/status/statusor.h"

namespace gcjobs {

// A file that the user named, byte for byte. Errors: UsageError with the path
// and the system's reason.
absl::StatusOr<std::string> ReadInputFile(const std::string& path);

// What is left in `stream`, byte for byte.
std::string ReadAll(std::istream& stream);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_FILE_H_
