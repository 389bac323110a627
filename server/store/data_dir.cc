#include "server/store/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/error_info.h"

namespace gcjobs {
namespace {

constexpr mode_t kDirMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr char kLockFile[] = "LOCK";

absl::Status UnusableError(const std::string& path, absl::string_view step, int error) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "DATA_DIR_UNUSABLE",
                   absl::StrCat("data directory ", path, ": ", step, ": ", std::strerror(error)),
                   {{"data_dir", path}});
}

absl::Status InUseError(const std::string& path) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "DATA_DIR_IN_USE",
                   absl::StrCat("data directory ", path, " is in use by another server"),
                   {{"data_dir", path}});
}

// Makes the names in a directory survive power loss.
absl::Status SyncDir(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return UnusableError(path, "open", errno);
  const bool synced = fsync(fd) == 0;
  const int error = errno;
  close(fd);
  return synced ? absl::OkStatus() : UnusableError(path, "sync", error);
}

absl::Status CreateDir(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error).lexically_normal();
  if (error) return UnusableError(path, "resolve", error.value());
  const std::filesystem::path dir =
      absolute.has_filename() ? absolute : absolute.parent_path();  // "x/" is "x"
  std::filesystem::create_directories(dir.parent_path(), error);
  if (error) return UnusableError(path, "create", error.value());
  if (mkdir(dir.c_str(), kDirMode) == 0) return SyncDir(dir.parent_path().string());
  return errno == EEXIST ? absl::OkStatus() : UnusableError(path, "create", errno);
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataDir>> DataDir::Open(const std::string& path) {
  if (absl::Status created = CreateDir(path); !created.ok()) return created;
  const std::string lock_path = absl::StrCat(path, "/", kLockFile);
  const int fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) return UnusableError(path, absl::StrCat("open ", kLockFile), errno);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(fd);
    return error == EWOULDBLOCK ? InUseError(path) : UnusableError(path, "lock", error);
  }
  return std::unique_ptr<DataDir>(new DataDir(path, fd));
}

DataDir::~DataDir() { close(lock_fd_); }

absl::StatusOr<std::string> DataDir::CreateFile(absl::string_view name) {
  std::string file = absl::StrCat(path_, "/", name);
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) return UnusableError(path_, absl::StrCat("open ", name), errno);
  close(fd);
  if (absl::Status synced = SyncDir(path_); !synced.ok()) return synced;
  return file;
}

}  // namespace gcjobs
