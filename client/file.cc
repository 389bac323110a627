#include "client/file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

#include "client/usage_error.h"

namespace gcjobs {
namespace {

absl::Status CannotRead(const std::string& path, int error) {
  return UsageError(absl::StrCat("cannot read ", path, ": ", std::strerror(error)));
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return CannotRead(path, errno);
  // A folder opens and then fails to read; peeking shows it.
  file.peek();
  if (file.bad() || errno == EISDIR) return CannotRead(path, EISDIR);
  file.clear();
  return ReadAll(file);
}

std::string ReadAll(std::istream& stream) {
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

}  // namespace gcjobs
