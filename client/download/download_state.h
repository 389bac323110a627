#ifndef GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_STATE_H_
#define GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_STATE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gcjobs {

// How far a download has come: what stands beside an unfinished file, so that
// a later run can go on with it.
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

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_STATE_H_
