#include "server/jobs/cancellation.h"

#include <optional>
#include <utility>

#include "common/failpoint.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/job_record.h"

namespace gcjobs {
namespace {

// After so many failed attempts the job ends here without Genesys Cloud's word:
// with the backoff, about two minutes.
constexpr int kMaxAttempts = 8;

bool HasUpstreamCancel(const LiveJob& job) {
  return !job.kind().description().cancel_path().empty();
}

}  // namespace

void Cancellation::Request(LiveJob* job) {
  job->cancel_asked = true;
  Start(job);
}

void Cancellation::TimeOut(LiveJob* job) {
  job->timed_out = true;
  Start(job);
}

void Cancellation::Resume(LiveJob* job) {
  if (job->timed_out || job->Record().job().cancel_requested()) Start(job);
}

// One that is under way looks at both reasons when it comes to the end.
void Cancellation::Start(LiveJob* job) {
  if (job->cancellation.is_over()) job->cancellation = Story(EndEarly(job));
}

Task<> Cancellation::EndEarly(LiveJob* job) {
  store::StoredJob record;
  {
    const JobLock lock = co_await deps_.book->Lock(job);
    record = job->Record();
    // 1. The wish is durable before anything is done about it. Where Genesys Cloud
    // need not be asked, the same commit fulfils it, and this story ends there.
    if (job->cancel_asked && !record.job().cancel_requested()) {
      record.mutable_job()->set_cancel_requested(true);
      const bool was_sent = job->state() != v1::JOB_STATE_QUEUED || record.submit_in_doubt();
      if (!was_sent || !HasUpstreamCancel(*job)) {
        EnterState(v1::JOB_STATE_CANCELLED, deps_.loop->clock()->Now(), &record);
      }
      co_await lock.Commit(std::move(record));
      record = job->Record();
    }
    // 2. While the submission is under way there is no id to cancel by. Its answer
    // resumes this, unless there is no time left to wait for it.
    if (IsBeingSubmitted(record) && !job->timed_out) co_return;
    if (record.job().upstream_id().empty() || !HasUpstreamCancel(*job)) {
      co_await lock.Commit(EndOf(job, /*upstream_cancelled=*/false, std::nullopt));
      co_return;
    }
  }

  // 3. Genesys Cloud is asked. A cancel that it refuses comes too late more often
  // than not: then one last poll tells how the job ended there, and that is its
  // end here too. But after the timeout the job fails, whatever it has come to.
  const std::optional<ApiReply> reply = co_await deps_.upstream->AskPersistently(
      &job->org(), *job->kind().BuildCancel(RefOf(record)), kMaxAttempts);
  GCJOBS_FAILPOINT("cancel.reply_uncommitted");
  const bool is_cancelled = reply && IsSuccess(*reply);
  std::optional<ApiReply> last_poll;
  if (reply && !is_cancelled && !job->timed_out) {
    last_poll = co_await deps_.upstream->AskPersistently(
        &job->org(), job->kind().BuildPoll(RefOf(record)), kMaxAttempts);
  }

  // 4. The end is durable.
  const JobLock lock = co_await deps_.book->Lock(job);
  co_await lock.Commit(EndOf(job, is_cancelled, last_poll));
}

// The record of the job's end, as it was asked for or as the last poll saw it.
store::StoredJob Cancellation::EndOf(LiveJob* job, bool upstream_cancelled,
                                     const std::optional<ApiReply>& last_poll) const {
  const absl::Time now = deps_.loop->clock()->Now();
  FinalPollVerdict seen;
  if (last_poll) {
    ++job->polls.count;
    seen = JudgeFinalPoll(job->kind(), job->Record(), *last_poll, now);
    if (!seen.upstream_status.empty()) job->polls.upstream_status = seen.upstream_status;
  }
  store::StoredJob end = job->Record();
  if (job->cancel_asked) end.mutable_job()->set_cancel_requested(true);
  end.mutable_job()->set_upstream_cancelled(upstream_cancelled);
  if (job->timed_out) {
    EnterState(v1::JOB_STATE_FAILED, now, TimedOutError(end), &end);
  } else if (seen.outcome) {
    EnterOutcome(*std::move(seen.outcome), job->kind(), max_result_bytes_, now, &end);
  } else {
    EnterState(v1::JOB_STATE_CANCELLED, now, &end);
  }
  return end;
}

}  // namespace gcjobs
