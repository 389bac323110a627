#include "client/download/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace gcjobs {
namespace {

constexpr mode_t kByUmask = 0666;

absl::Status IsThereAlready(const std::string& path) {
  return absl::AlreadyExistsError(absl::StrCat(path, " is there already"));
}

}  // namespace

absl::Status SystemError(absl::string_view action, absl::string_view path, int error) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot ", action, " ", path, ": ", std::strerror(error)));
}

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status SyncData(int fd, const std::string& path) {
  if (::fdatasync(fd) != 0) return SystemError("write", path, errno);
  return absl::OkStatus();
}

absl::Status SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError("open", folder, errno);
  const absl::Cleanup close = [fd] { ::close(fd); };
  // Some file systems cannot sync a folder, and say so.
  if (::fsync(fd) != 0 && errno != EINVAL) return SystemError("sync", folder, errno);
  return absl::OkStatus();
}

absl::Status ReplaceFile(const std::string& path, absl::string_view text) {
  const std::string next = path + ".tmp";
  const int fd = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kByUmask);
  if (fd < 0) return SystemError("write", next, errno);
  absl::Status status = WriteAll(fd, text, next);
  if (status.ok()) status = SyncData(fd, next);
  ::close(fd);
  if (status.ok()) status = RenameOver(next, path);
  if (!status.ok()) {
    ::unlink(next.c_str());
    return status;
  }
  return SyncFolderOf(path);
}

absl::Status RenameToNew(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return absl::OkStatus();
  }
  if (errno == EEXIST) return IsThereAlready(to);
  // Not every file system knows RENAME_NOREPLACE; there somebody else may be
  // quicker between this look and the rename.
  if (errno != EINVAL && errno != ENOSYS) return SystemError("write", to, errno);
  struct stat there {};
  if (::lstat(to.c_str(), &there) == 0) return IsThereAlready(to);
  return RenameOver(from, to);
}

absl::Status RenameOver(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return SystemError("write", to, errno);
  return absl::OkStatus();
}

}  // namespace gcjobs
