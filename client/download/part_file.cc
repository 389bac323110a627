#include "client/download/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "client/download/posix_file.h"
#include "client/file.h"
#include "client/usage_error.h"

namespace gcjobs {
namespace {

constexpr mode_t kByUmask = 0666;
constexpr int kOpenTries = 10;
constexpr absl::string_view kStartAnew =
    "--restart throws it away and starts anew; or write to another file";

std::optional<struct stat> StatFile(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return found;
}

int64_t SizeOf(int fd) {
  struct stat found {};
  return ::fstat(fd, &found) == 0 ? found.st_size : 0;
}

bool IsFileAt(int fd, const std::string& path) {
  struct stat open_file {};
  const std::optional<struct stat> named = StatFile(path);
  return ::fstat(fd, &open_file) == 0 && named.has_value() && named->st_dev == open_file.st_dev &&
         named->st_ino == open_file.st_ino;
}

absl::Status CannotWrite(const std::string& path, int error) {
  return UsageError(absl::StrCat("cannot write ", path, ": ", std::strerror(error)));
}

absl::Status Unusable(const std::string& problem) {
  return WithHint(absl::FailedPreconditionError(problem), kStartAnew);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PartFile>> PartFile::Open(Options options) {
  std::unique_ptr<PartFile> file(new PartFile(std::move(options)));
  absl::Status status = file->Prepare();
  if (status.ok()) return file;
  // An empty FILE.part beside an old state would look like the old one.
  if (file->is_new_) ::unlink(file->part_path_.c_str());
  return status;
}

PartFile::PartFile(Options options)
    : options_(std::move(options)),
      part_path_(options_.path + ".part"),
      state_path_(part_path_ + ".state") {}

PartFile::~PartFile() {
  const bool is_nothing = fd_ >= 0 && SizeOf(fd_) == 0 && !StatFile(state_path_).has_value();
  if (is_nothing) ::unlink(part_path_.c_str());
  Close();
}

absl::Status PartFile::Prepare() {
  const std::optional<struct stat> target = StatFile(options_.path);
  if (target.has_value() && !S_ISREG(target->st_mode)) {
    return UsageError(absl::StrCat(options_.path, " is not a file"),
                      "to write to a pipe or a device use --stdout");
  }
  if (absl::Status status = OpenPart(); !status.ok()) return status;
  if (!options_.restart) {
    if (absl::Status status = LoadState(); !status.ok()) return status;
  }
  if (has_state_ && found_.complete && is_new_) {
    // An earlier run was stopped between its last two steps.
    in_place_ =
        target.has_value() && target->st_size == found_.bytes && options_.check(found_).ok();
    if (in_place_) return absl::OkStatus();
    has_state_ = false;
    found_ = DownloadState();
    ::unlink(state_path_.c_str());
  }
  if (target.has_value() && !options_.overwrite) {
    return UsageError(absl::StrCat(options_.path, " is there already"), "--overwrite replaces it");
  }
  return TakeUp();
}

absl::Status PartFile::OpenPart() {
  // More than one try when another run ends at the same moment.
  for (int tries = 0; tries < kOpenTries; ++tries) {
    fd_ = ::open(part_path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kByUmask);
    is_new_ = fd_ >= 0;
    if (!is_new_ && errno != EEXIST) return CannotWrite(part_path_, errno);
    if (!is_new_) fd_ = ::open(part_path_.c_str(), O_RDWR | O_CLOEXEC);
    if (fd_ < 0 && errno != ENOENT) return CannotWrite(part_path_, errno);
    if (fd_ < 0) continue;
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) break;
    if (IsFileAt(fd_, part_path_)) return absl::OkStatus();
    Close();  // what we hold is FILE by now, or gone
  }
  Close();
  is_new_ = false;
  return absl::FailedPreconditionError(
      absl::StrCat("another gcjobs is writing ", part_path_, " at this moment"));
}

absl::Status PartFile::LoadState() {
  if (!StatFile(state_path_).has_value()) return absl::OkStatus();
  const absl::StatusOr<std::string> json = ReadInputFile(state_path_);
  if (!json.ok()) return json.status();
  absl::StatusOr<DownloadState> state = ParseDownloadState(*json);
  if (!state.ok()) {
    return Unusable(absl::StrCat(state_path_, " cannot be used: ", state.status().message()));
  }
  found_ = *std::move(state);
  has_state_ = true;
  return absl::OkStatus();
}

absl::Status PartFile::TakeUp() {
  if (has_state_) {
    if (absl::Status status = options_.check(found_); !status.ok()) return status;
    return CutToState();
  }
  if (!options_.restart && SizeOf(fd_) > 0) {
    return Unusable(
        absl::StrCat(part_path_, " is there, but not ", state_path_, ", which says what it is"));
  }
  ::unlink(state_path_.c_str());
  return CutToState();
}

absl::Status PartFile::CutToState() {
  const int64_t size = SizeOf(fd_);
  if (size < found_.bytes) {
    return Unusable(absl::StrCat(part_path_, is_new_ ? " is missing" : " is too short", ": it has ",
                                 size, " bytes of the ", found_.bytes, " that were written"));
  }
  if (::ftruncate(fd_, found_.bytes) != 0 || ::lseek(fd_, 0, SEEK_END) < 0) {
    return CannotWrite(part_path_, errno);
  }
  return absl::OkStatus();
}

absl::Status PartFile::Append(absl::string_view bytes) { return WriteAll(fd_, bytes, part_path_); }

absl::Status PartFile::Save(const DownloadState& state) {
  if (absl::Status status = SyncData(fd_, part_path_); !status.ok()) return status;
  return ReplaceFile(state_path_, ToJson(state));
}

absl::Status PartFile::Finish(DownloadState state) {
  state.complete = true;
  if (!in_place_) {
    if (absl::Status status = Save(state); !status.ok()) return status;
    if (absl::Status status = MoveIntoPlace(); !status.ok()) return status;
  } else {
    ::unlink(part_path_.c_str());
  }
  ::unlink(state_path_.c_str());
  Close();
  return absl::OkStatus();
}

absl::Status PartFile::MoveIntoPlace() {
  absl::Status status = options_.overwrite ? RenameOver(part_path_, options_.path)
                                           : RenameToNew(part_path_, options_.path);
  if (absl::IsAlreadyExists(status)) {
    return UsageError(absl::StrCat(options_.path, " has appeared meanwhile"),
                      absl::StrCat(part_path_, " is complete: run this again with --overwrite"));
  }
  if (!status.ok()) return status;
  return SyncFolderOf(options_.path);
}

void PartFile::Discard() {
  ::unlink(state_path_.c_str());
  ::unlink(part_path_.c_str());
  Close();
}

void PartFile::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace gcjobs
