#include "server/rpc/results/result_errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/error_info.h"
#include "common/job_state.h"

namespace gcjobs {
namespace {

using absl::StatusCode;

// Another replica is there at once, a restarted server soon.
constexpr absl::Duration kDrainingRetryDelay = absl::Seconds(1);
// Other streams have to end first.
constexpr absl::Duration kFullRetryDelay = absl::Seconds(5);

absl::Status Retryable(absl::Status status, absl::Duration delay) {
  SetRetryDelay(&status, delay);
  return status;
}

}  // namespace

absl::Status ResultsNotReadyError(const v1::Job& job) {
  const std::string state = ShortName(job.state());
  return MakeError(
      StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED",
      absl::StrCat("job ", job.id(), " is ", state, "; its results can be read when it has ended"),
      {{"job_id", job.id()}, {"state", state}});
}

absl::Status NoResultsError(const v1::Job& job, absl::string_view why) {
  return MakeError(StatusCode::kFailedPrecondition, "NO_RESULTS",
                   absl::StrCat("job ", job.id(), ": ", why),
                   {{"job_id", job.id()}, {"kind", job.kind()}, {"state", ShortName(job.state())}});
}

absl::Status ResultsOrgNotConfiguredError(const v1::Job& job) {
  return MakeError(
      StatusCode::kFailedPrecondition, "ORG_NOT_CONFIGURED",
      absl::StrCat("job ", job.id(), ": organisation ", job.org(), " is not configured"),
      {{"job_id", job.id()}, {"org", job.org()}});
}

absl::Status ResultsKindNotConfiguredError(const v1::Job& job) {
  return MakeError(StatusCode::kFailedPrecondition, "KIND_NOT_CONFIGURED",
                   absl::StrCat("job ", job.id(), ": kind ", job.kind(), " is not known"),
                   {{"job_id", job.id()}, {"kind", job.kind()}});
}

absl::Status InvalidCursorError() {
  return MakeError(StatusCode::kInvalidArgument, "INVALID_CURSOR",
                   "cursor: is none that this server gave for this job; pass the last page's "
                   "next_cursor, or none to read from the first page");
}

absl::Status ResultsDrainingError() {
  return Retryable(MakeError(StatusCode::kUnavailable, "SERVER_DRAINING",
                             "the server is draining; read again with the last page's next_cursor"),
                   kDrainingRetryDelay);
}

absl::Status TooManyResultStreamsError(size_t limit) {
  const std::string limit_text = absl::StrCat(limit);
  return Retryable(
      MakeError(StatusCode::kResourceExhausted, "TOO_MANY_RESULT_STREAMS",
                absl::StrCat("all ", limit_text, " result streams of this server are in use"),
                {{"limit", limit_text}}),
      kFullRetryDelay);
}

}  // namespace gcjobs
