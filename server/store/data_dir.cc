#include "server/store/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/errors.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr mode_t kDirMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr char kLockFile[] = "LOCK";

// Scratch directories: where those in memory are, how much room there must be
// (a container often has 64 MiB), and when one that nobody holds was surely left
// by a process that was killed rather than made just now.
constexpr char kMemoryDir[] = "/dev/shm";
constexpr uintmax_t kScratchRoomBytes = uintmax_t{1} << 30;
constexpr char kScratchPrefix[] = "gcjobs-scratch-";
constexpr std::chrono::minutes kAbandonedAfter{1};

absl::Status UnusableError(const std::string& path, absl::string_view step, int error) {
  return MakeError(errors::kDataDirUnusable,
                   absl::StrCat("data directory ", path, ": ", step, ": ", std::strerror(error)),
                   {{"data_dir", path}});
}

absl::Status InUseError(const std::string& path) {
  return MakeError(errors::kDataDirInUse,
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

std::string ScratchParent() {
  std::error_code error;
  const std::filesystem::space_info room = std::filesystem::space(kMemoryDir, error);
  const bool has_room = !error && room.available >= kScratchRoomBytes;
  if (has_room && access(kMemoryDir, W_OK | X_OK) == 0) return kMemoryDir;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  return error ? "/tmp" : temporary.string();
}

// Whether nobody holds the lock of the scratch directory `dir`.
bool IsAbandoned(const std::filesystem::path& dir) {
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(dir, error);
  if (error || std::filesystem::file_time_type::clock::now() - changed < kAbandonedAfter) {
    return false;
  }
  const int fd = open((dir / kLockFile).c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;  // another user's
  const bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
  close(fd);
  return locked;
}

void RemoveAbandoned(const std::string& parent) {
  std::error_code ignored;  // another start may try again
  for (std::filesystem::directory_iterator dir(parent, ignored), end; dir != end;
       dir.increment(ignored)) {
    const std::string name = dir->path().filename().string();
    if (!absl::StartsWith(name, kScratchPrefix) || !IsAbandoned(dir->path())) continue;
    std::filesystem::remove_all(dir->path(), ignored);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataDir>> DataDir::Open(const std::string& path) {
  RETURN_IF_ERROR(CreateDir(path));
  return Lock(path, AtEnd::kKeep);
}

absl::StatusOr<std::unique_ptr<DataDir>> DataDir::OpenScratch() {
  const std::string parent = ScratchParent();
  RemoveAbandoned(parent);
  std::string path = absl::StrCat(parent, "/", kScratchPrefix, "XXXXXX");
  if (mkdtemp(path.data()) == nullptr) return UnusableError(path, "create", errno);
  return Lock(path, AtEnd::kRemove);
}

absl::StatusOr<std::unique_ptr<DataDir>> DataDir::Lock(const std::string& path, AtEnd at_end) {
  const std::string lock_path = absl::StrCat(path, "/", kLockFile);
  const int fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) return UnusableError(path, absl::StrCat("open ", kLockFile), errno);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(fd);
    return error == EWOULDBLOCK ? InUseError(path) : UnusableError(path, "lock", error);
  }
  return std::unique_ptr<DataDir>(new DataDir(path, fd, at_end));
}

DataDir::~DataDir() {
  std::error_code ignored;  // the next scratch directory's start tries again
  if (at_end_ == AtEnd::kRemove) std::filesystem::remove_all(path_, ignored);
  close(lock_fd_);
}

absl::StatusOr<std::string> DataDir::CreateFile(absl::string_view name) {
  std::string file = absl::StrCat(path_, "/", name);
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) return UnusableError(path_, absl::StrCat("open ", name), errno);
  close(fd);
  if (at_end_ == AtEnd::kKeep) RETURN_IF_ERROR(SyncDir(path_));
  return file;
}

}  // namespace gcjobs
