#include "server/store/store_errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/error_info.h"

namespace gcjobs {
namespace {

// Long enough for the writer to sync a few groups.
constexpr absl::Duration kQueueFullRetryDelay = absl::Seconds(1);

}  // namespace

absl::Status DocumentNotFoundError(absl::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, "DOCUMENT_NOT_FOUND",
                   absl::StrCat("document ", name, ": not found"), {{"document", name}});
}

absl::Status JobExistsError(absl::string_view job_id) {
  return MakeError(absl::StatusCode::kAlreadyExists, "JOB_EXISTS",
                   absl::StrCat("job ", job_id, ": exists already"), {{"job_id", job_id}});
}

absl::Status RequestIdExistsError(absl::string_view org, absl::string_view request_id,
                                  absl::string_view job_id) {
  return MakeError(
      absl::StatusCode::kAlreadyExists, "REQUEST_ID_EXISTS",
      absl::StrCat("request id ", request_id, " of organisation ", org, " belongs to job ", job_id),
      {{"job_id", job_id}, {"org", org}, {"request_id", request_id}});
}

absl::Status RevisionCompactedError(Revision after, Revision oldest) {
  return MakeError(
      absl::StatusCode::kOutOfRange, "REVISION_COMPACTED",
      absl::StrCat("events after revision ", after,
                   " were trimmed; the oldest that is kept whole is ", oldest),
      {{"after_revision", absl::StrCat(after)}, {"oldest_revision", absl::StrCat(oldest)}});
}

absl::Status CommitQueueFullError() {
  absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, "COMMIT_QUEUE_FULL",
                                  "the store's commit queue is full");
  SetRetryDelay(&status, kQueueFullRetryDelay);
  return status;
}

absl::Status StoreClosedError() {
  return MakeError(absl::StatusCode::kUnavailable, "STORE_CLOSED", "the store is closed");
}

absl::Status StoreFailedError(absl::string_view cause) {
  return MakeError(absl::StatusCode::kUnavailable, "STORE_FAILED",
                   absl::StrCat("the store failed: ", cause));
}

absl::Status StoreCorruptError(absl::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "STORE_CORRUPT",
                   absl::StrCat("the store is corrupt: ", what));
}

}  // namespace gcjobs
