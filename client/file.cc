#include "client/file.h"

#include <iterator>

#include "client/usage_error.h"
#include "common/file.h"

namespace gcjobs {

absl::StatusOr<std::string> ReadInputFile(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return UsageError(std::string(text.status().message()));
  return text;
}

std::string ReadAll(std::istream& stream) {
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

}  // namespace gcjobs
