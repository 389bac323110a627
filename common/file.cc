#include "common/file.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include "absl/strings/str_cat.h"

namespace gcjobs {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "re"), fclose);
  std::string text;
  char chunk[16 << 10];
  size_t size = 0;
  while (file != nullptr && (size = fread(chunk, 1, sizeof(chunk), file.get())) > 0) {
    text.append(chunk, size);
  }
  // A folder opens, and then fails to read.
  if (file != nullptr && ferror(file.get()) == 0) return text;
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
}

}  // namespace gcjobs
