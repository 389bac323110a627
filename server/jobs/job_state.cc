#include "server/jobs/job_state.h"

#include "common/check.h"
#include "common/error_info.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"

namespace gcjobs {

bool IsLegalTransition(v1::JobState from, v1::JobState to) {
  switch (from) {
    case v1::JOB_STATE_QUEUED:
      return to == v1::JOB_STATE_PENDING || to == v1::JOB_STATE_RUNNING || IsTerminal(to);
    case v1::JOB_STATE_PENDING:
      return to == v1::JOB_STATE_RUNNING || IsTerminal(to);
    case v1::JOB_STATE_RUNNING:
      return IsTerminal(to);
    default:
      return false;
  }
}

void EnterState(v1::JobState to, absl::Time now, store::StoredJob* job) {
  v1::Job& view = *job->mutable_job();
  GCJOBS_CHECK(IsLegalTransition(view.state(), to), "job ", view.id(), ": ",
               ShortName(view.state()), " to ", ShortName(to));
  view.set_state(to);
  *view.mutable_update_time() = ToProto(now);
  view.clear_throttled_until();  // it was for a request of the state before, or is over
  if (!IsTerminal(to)) return;
  *view.mutable_end_time() = ToProto(now);
  *view.mutable_expire_time() = ToProto(now + FromProto(job->retention()));
  view.clear_next_poll_time();
}

void EnterState(v1::JobState to, absl::Time now, absl::Status error, store::StoredJob* job) {
  AddErrorMetadata(&error, "job_id", job->job().id());
  *job->mutable_job()->mutable_error() = ToProto(error);
  EnterState(to, now, job);
}

absl::Status RejectionOf(const v1::Job& job) {
  if (job.state() != v1::JOB_STATE_FAILED || job.has_accept_time()) return absl::OkStatus();
  absl::Status error = FromProto(job.error());
  const auto info = GetErrorInfo(error);
  if (!info || info->domain() != kDomainGenesys) return absl::OkStatus();
  return error;
}

}  // namespace gcjobs
