#include "client/download/part_file.h"

#include <fcntl.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/parse.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr mode_t kByUmask = 0666;

// Writing to disk, with what a crash leaves in mind. Errors name the file and the
// system's reason.

absl::Status AlreadyExists(const std::string& path) {
  return absl::AlreadyExistsError(absl::StrCat(path, " already exists"));
}

// FAILED_PRECONDITION: `cannot ACTION PATH: No space left on device`.
absl::Status SystemError(absl::string_view action, absl::string_view path, int error) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot ", action, " ", path, ": ", std::strerror(error)));
}

// Writes all of `bytes` at the file's position. `path` is for the error.
absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

// Makes the file's data, and its length, durable.
absl::Status SyncData(int fd, const std::string& path) {
  if (::fdatasync(fd) != 0) return SystemError("write", path, errno);
  return absl::OkStatus();
}

// Makes the names in the folder that `path` is in durable.
absl::Status SyncFolderOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError("open", folder, errno);
  const absl::Cleanup close = [fd] { ::close(fd); };
  // Some file systems cannot sync a folder, and say so.
  if (::fsync(fd) != 0 && errno != EINVAL) return SystemError("sync", folder, errno);
  return absl::OkStatus();
}

// Renames `from` to `to`, and replaces a `to`.
absl::Status RenameOver(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return SystemError("write", to, errno);
  return absl::OkStatus();
}

// Renames `from` to `to`; ALREADY_EXISTS if there is a `to`.
absl::Status RenameToNew(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return absl::OkStatus();
  }
  if (errno == EEXIST) return AlreadyExists(to);
  // Not every file system knows RENAME_NOREPLACE; there someone else may be
  // quicker between this check and the rename.
  if (errno != EINVAL && errno != ENOSYS) return SystemError("write", to, errno);
  struct stat there {};
  if (::lstat(to.c_str(), &there) == 0) return AlreadyExists(to);
  return RenameOver(from, to);
}

// Makes `text` the whole content of the file `path`, durably: after a crash it
// has the old content or the new. Writes PATH.tmp on the way.
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

// Raise it when older programs must not touch what is written.
constexpr int64_t kVersion = 1;

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void WriteString(JsonWriter& writer, const char* name, const std::string& value) {
  if (value.empty()) return;
  writer.Key(name);
  writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void WriteNumber(JsonWriter& writer, const char* name, int64_t value) {
  writer.Key(name);
  writer.Int64(value);
}

// Reads members; a missing one is empty or 0, one of another type an error.
class MemberReader {
 public:
  explicit MemberReader(const rapidjson::Value& object) : object_(object) {}

  std::string String(const char* name) {
    const rapidjson::Value* value = Find(name, &rapidjson::Value::IsString);
    return value == nullptr ? "" : std::string(value->GetString(), value->GetStringLength());
  }
  // Not negative.
  int64_t Number(const char* name) {
    const rapidjson::Value* value = Find(name, &rapidjson::Value::IsInt64);
    const int64_t number = value == nullptr ? 0 : value->GetInt64();
    if (number < 0) Complain(name);
    return number;
  }
  bool Bool(const char* name) {
    const rapidjson::Value* value = Find(name, &rapidjson::Value::IsBool);
    return value != nullptr && value->GetBool();
  }

  const absl::Status& status() const { return status_; }

 private:
  const rapidjson::Value* Find(const char* name, bool (rapidjson::Value::*is_type)() const) {
    const auto found = object_.FindMember(name);
    if (found == object_.MemberEnd()) return nullptr;
    if ((found->value.*is_type)()) return &found->value;
    Complain(name);
    return nullptr;
  }
  void Complain(const char* name) {
    status_.Update(
        absl::InvalidArgumentError(absl::StrCat("\"", name, "\" has an unexpected value")));
  }

  const rapidjson::Value& object_;
  absl::Status status_;
};

constexpr int kOpenTries = 10;
constexpr absl::string_view kStartAnew =
    "use --restart to discard it and start over, or write to another file";

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

std::string ToJson(const DownloadState& state) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  WriteNumber(writer, "version", kVersion);
  WriteString(writer, "job_id", state.job_id);
  WriteString(writer, "next_cursor", state.next_cursor);
  WriteNumber(writer, "pages", state.pages);
  WriteNumber(writer, "items", state.items);
  WriteNumber(writer, "bytes", state.bytes);
  writer.Key("complete");
  writer.Bool(state.complete);
  WriteString(writer, "request_id", state.request_id);
  WriteString(writer, "request_digest", state.request_digest);
  if (!state.request_id.empty()) {
    WriteNumber(writer, "request_time", absl::ToUnixSeconds(state.request_time));
  }
  writer.EndObject();
  return absl::StrCat(buffer.GetString(), "\n");
}

absl::StatusOr<DownloadState> ParseDownloadState(absl::string_view json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) {
    return absl::InvalidArgumentError("not a JSON object");
  }
  MemberReader reader(document);
  if (const int64_t version = reader.Number("version"); version != kVersion) {
    return absl::InvalidArgumentError(
        absl::StrCat("its version is ", version, ", and this program writes ", kVersion));
  }
  DownloadState state;
  state.job_id = reader.String("job_id");
  state.next_cursor = reader.String("next_cursor");
  state.pages = reader.Number("pages");
  state.items = reader.Number("items");
  state.bytes = reader.Number("bytes");
  state.complete = reader.Bool("complete");
  state.request_id = reader.String("request_id");
  state.request_digest = reader.String("request_digest");
  state.request_time = absl::FromUnixSeconds(reader.Number("request_time"));
  if (!reader.status().ok()) return reader.status();
  return state;
}

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
                      "to write to a pipe or a device, use --stdout");
  }
  RETURN_IF_ERROR(OpenPart());
  if (!options_.restart) {
    RETURN_IF_ERROR(LoadState());
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
    return UsageError(absl::StrCat(options_.path, " already exists"),
                      "use --overwrite to replace it");
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
      absl::StrCat("another gcjobs is writing ", part_path_, " right now"));
}

absl::Status PartFile::LoadState() {
  if (!StatFile(state_path_).has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string json, ReadInputFile(state_path_));
  absl::StatusOr<DownloadState> state = ParseDownloadState(json);
  if (!state.ok()) {
    return Unusable(absl::StrCat(state_path_, " cannot be used: ", state.status().message()));
  }
  found_ = *std::move(state);
  has_state_ = true;
  return absl::OkStatus();
}

absl::Status PartFile::TakeUp() {
  if (has_state_) {
    RETURN_IF_ERROR(options_.check(found_));
    return CutToState();
  }
  if (!options_.restart && SizeOf(fd_) > 0) {
    return Unusable(absl::StrCat(part_path_, " exists, but ", state_path_,
                                 ", which says what it holds, does not"));
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
  RETURN_IF_ERROR(SyncData(fd_, part_path_));
  return ReplaceFile(state_path_, ToJson(state));
}

absl::Status PartFile::Finish(DownloadState state) {
  state.complete = true;
  if (!in_place_) {
    RETURN_IF_ERROR(Save(state));
    RETURN_IF_ERROR(MoveIntoPlace());
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
    return UsageError(absl::StrCat(options_.path, " has appeared in the meantime"),
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
