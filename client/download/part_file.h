#ifndef GCJOBS_CLIENT_DOWNLOAD_PART_FILE_H_
#define GCJOBS_CLIENT_DOWNLOAD_PART_FILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gcjobs {

// How far a download has come: what stands beside an unfinished file, so that
// a later run can resume it.
struct DownloadState {
  // The job; empty while an export has not heard of it yet.
  std::string job_id;

  // Of the last page that was written; empty = none was, or it was the last.
  std::string next_cursor;

  // What was written. `pages` is the last page's number.
  int64_t pages = 0;
  int64_t items = 0;
  int64_t bytes = 0;

  // All pages were written.
  bool complete = false;

  // Of `gcjobs export` only, else empty: the submission's request_id, a digest
  // of what was asked for, and the time that its relative times count from.
  std::string request_id;
  std::string request_digest;
  absl::Time request_time = absl::UnixEpoch();
};

// One JSON object on one line.
std::string ToJson(const DownloadState& state);

// Errors: INVALID_ARGUMENT for anything that ToJson has not written.
absl::StatusOr<DownloadState> ParseDownloadState(absl::string_view json);

// A file that appears whole or not at all. Data goes to FILE.part; how far it
// is good stands in FILE.part.state, which is replaced by rename and never
// ahead of the data on the disk. At the end FILE.part becomes FILE.
//
// After a crash at any point a later run finds the state, cuts FILE.part to
// what the state speaks of and resumes. FILE.part is locked (flock) while it is
// open: a second run is refused.
//
// Append and Save may be called at the same time on two threads; all else on
// one.
class PartFile {
 public:
  struct Options {
    std::string path;  // FILE
    // Throw away what an earlier run has left.
    bool restart = false;
    // FILE may be replaced.
    bool overwrite = false;
    // Whether what an earlier run has left is of the same download: its error
    // is Open's.
    std::function<absl::Status(const DownloadState&)> check;
  };

  // Errors: UsageError when FILE already exists or cannot be made, and what
  // `check` says; FAILED_PRECONDITION when another run holds FILE.part or when
  // what is left of an earlier one does not fit together. Each says what to do.
  static absl::StatusOr<std::unique_ptr<PartFile>> Open(Options options);

  // Lets go of the lock; what was not finished stays for a later run.
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  // What an earlier run has left; empty for a new download. `complete`: only
  // Finish is missing.
  const DownloadState& found() const { return found_; }
  bool is_resumed() const { return has_state_; }

  const std::string& path() const { return options_.path; }
  const std::string& part_path() const { return part_path_; }

  // Writes `bytes` behind what was written before. After an error (a full disk)
  // the state is still good for a later run.
  absl::Status Append(absl::string_view bytes);

  // Makes what was appended before the call durable, and then `state`, which
  // must not speak of more than that.
  absl::Status Save(const DownloadState& state);

  // Saves `state` as complete and makes FILE.part FILE, durably. Nothing else
  // may be called after it.
  absl::Status Finish(DownloadState state);

  // Removes FILE.part and its state: there is nothing to resume. Nothing
  // else may be called after it.
  void Discard();

 private:
  explicit PartFile(Options options);

  absl::Status Prepare();
  absl::Status OpenPart();
  absl::Status LoadState();
  absl::Status TakeUp();
  absl::Status CutToState();
  absl::Status MoveIntoPlace();
  void Close();

  const Options options_;
  const std::string part_path_;
  const std::string state_path_;
  int fd_ = -1;            // of FILE.part, with the lock
  bool is_new_ = false;    // FILE.part was not there before
  bool in_place_ = false;  // FILE.part became FILE in an earlier run
  bool has_state_ = false;
  DownloadState found_;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_PART_FILE_H_
