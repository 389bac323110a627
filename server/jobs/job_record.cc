#include "server/jobs/job_record.h"

#include <utility>

#include "common/check.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/json.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

// Whether ReadResults has something to give for a job that succeeded.
bool HasResults(const JobKind& kind, const store::StoredJob& record) {
  const v1::Job& job = record.job();
  if (record.ran_at_once() || kind.holds_call()) {
    // Whoever was in between may have answered something else than JSON.
    const bool is_kept = JsonValue::Parse(job.result_json()).ok();
    return is_kept || kind.synchronous() != nullptr;
  }
  switch (kind.description().results_mode()) {
    case v1::RESULTS_MODE_INLINE:
      return job.result_bytes() > 0;  // what is not kept can be asked for again
    case v1::RESULTS_MODE_CURSOR:
    case v1::RESULTS_MODE_LINK:
    case v1::RESULTS_MODE_URL:
      return true;
    default:
      return false;
  }
}

}  // namespace

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

void EnterState(v1::JobState to, absl::Time now, store::StoredJob* record) {
  v1::Job& view = *record->mutable_job();
  GCJOBS_CHECK(IsLegalTransition(view.state(), to), "job ", view.id(), ": ",
               ShortName(view.state()), " to ", ShortName(to));
  view.set_state(to);
  *view.mutable_update_time() = ToProto(now);
  view.clear_throttled_until();  // it was for a request of the state before, or is over
  if (!IsTerminal(to)) return;
  *view.mutable_end_time() = ToProto(now);
  *view.mutable_expire_time() = ToProto(now + FromProto(record->retention()));
  view.clear_next_poll_time();
}

void EnterState(v1::JobState to, absl::Time now, absl::Status error, store::StoredJob* record) {
  AddErrorMetadata(&error, "job_id", record->job().id());
  *record->mutable_job()->mutable_error() = ToProto(error);
  EnterState(to, now, record);
}

void EnterOutcome(JobOutcome outcome, const JobKind& kind, size_t max_result_bytes, absl::Time now,
                  store::StoredJob* record) {
  if (!outcome.error.ok()) return EnterState(outcome.state, now, std::move(outcome.error), record);
  EnterState(outcome.state, now, record);
  v1::Job& view = *record->mutable_job();
  view.set_result_bytes(outcome.result_json.empty()
                            ? outcome.unread_bytes
                            : static_cast<int64_t>(outcome.result_json.size()));
  view.set_bytes_replaced(outcome.bytes_replaced);
  if (outcome.result_json.size() <= max_result_bytes) {
    view.set_result_json(std::move(outcome.result_json));
  }
  view.set_has_results(outcome.state == v1::JOB_STATE_SUCCEEDED && HasResults(kind, *record));
  // A job that Genesys Cloud ended as cancelled was cancelled there.
  view.set_upstream_cancelled(outcome.state == v1::JOB_STATE_CANCELLED);
}

absl::Time DeadlineOf(const store::StoredJob& record) {
  return FromProto(record.job().create_time()) + FromProto(record.job().execution_timeout());
}

bool NeedsActionId(const store::StoredJob& record) {
  return record.job().action_id().empty() && !record.job().action_name().empty();
}

bool IsBeingSubmitted(const store::StoredJob& record) {
  return record.job().state() == v1::JOB_STATE_QUEUED && record.submit_in_doubt();
}

absl::Status RejectionOf(const v1::Job& job) {
  // Once accepted, or when its time ran out before, it is no refusal.
  if (job.state() != v1::JOB_STATE_FAILED || job.has_accept_time()) return absl::OkStatus();
  absl::Status error = FromProto(job.error());
  return HasReason(error, errors::kJobTimedOut) ? absl::OkStatus() : error;
}

}  // namespace gcjobs
