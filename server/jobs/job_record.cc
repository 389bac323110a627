#include "server/jobs/job_record.h"

#include <utility>

#include "common/time_conversion.h"
#include "server/jobs/job_state.h"

namespace gcjobs {
namespace {

// Whether ReadResults has something to give for a job that succeeded.
bool HasResults(const JobKind& kind, const v1::Job& job) {
  switch (kind.description().results_mode()) {
    case v1::RESULTS_MODE_INLINE:
      // What is not kept can be asked for again, unless the answer to the
      // submission was the only one.
      return job.result_bytes() > 0 && (!job.result_json().empty() || !kind.holds_call());
    case v1::RESULTS_MODE_CURSOR:
    case v1::RESULTS_MODE_LINK:
    case v1::RESULTS_MODE_URL:
      return true;
    default:
      return false;
  }
}

}  // namespace

store::StoredJob MakeRecord(std::string job_id, absl::Time now, JobSubmission submission) {
  store::StoredJob record = std::move(submission.record);
  v1::Job& view = *record.mutable_job();
  view.set_id(std::move(job_id));
  *view.mutable_create_time() = ToProto(now);
  *view.mutable_update_time() = ToProto(now);
  *record.mutable_deadline() = ToProto(now + submission.execution_timeout);
  return record;
}

void EnterOutcome(JobOutcome outcome, const JobKind& kind, size_t max_result_bytes, absl::Time now,
                  store::StoredJob* record) {
  if (!outcome.error.ok()) return EnterState(outcome.state, now, std::move(outcome.error), record);
  EnterState(outcome.state, now, record);
  v1::Job& view = *record->mutable_job();
  view.set_result_bytes(static_cast<int64_t>(outcome.result_json.size()));
  if (outcome.result_json.size() <= max_result_bytes) {
    view.set_result_json(std::move(outcome.result_json));
  }
  view.set_has_results(outcome.state == v1::JOB_STATE_SUCCEEDED && HasResults(kind, view));
  // A job that Genesys Cloud ended as cancelled was cancelled there.
  view.set_upstream_cancelled(outcome.state == v1::JOB_STATE_CANCELLED);
}

}  // namespace gcjobs
