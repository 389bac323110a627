#ifndef GCJOBS_CLIENT_DOWNLOAD_POSIX_FILE_H_
#define GCJOBS_CLIENT_DOWNLOAD_POSIX_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// Writing to disk, with what a crash leaves in mind. Errors name the file and
// the system's reason.

// FAILED_PRECONDITION: `cannot ACTION PATH: No space left on device`.
absl::Status SystemError(absl::string_view action, absl::string_view path, int error);

// Writes all of `bytes` at the file's position. `path` is for the error.
absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path);

// Makes the file's data, and its length, durable.
absl::Status SyncData(int fd, const std::string& path);

// Makes the names in the folder that `path` is in durable.
absl::Status SyncFolderOf(const std::string& path);

// Makes `text` the whole content of the file `path`, durably: after a crash it
// has the old content or the new. Writes PATH.tmp on the way.
absl::Status ReplaceFile(const std::string& path, absl::string_view text);

// Renames `from` to `to`; ALREADY_EXISTS when there is a `to`.
absl::Status RenameToNew(const std::string& from, const std::string& to);

// The same, whatever `to` was.
absl::Status RenameOver(const std::string& from, const std::string& to);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_POSIX_FILE_H_
