#include "common/file.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/utf8.h"

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

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text;
  if (absl::StartsWith(*text, "\xFF\xFE") || absl::StartsWith(*text, "\xFE\xFF")) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read ", path, ": it is in UTF-16; save it as UTF-8"));
  }
  if (absl::StartsWith(*text, kByteOrderMark)) text->erase(0, kByteOrderMark.size());
  return text;
}

}  // namespace gcjobs
