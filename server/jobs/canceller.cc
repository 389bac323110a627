#include "server/jobs/canceller.h"

#include <optional>
#include <utility>

#include "common/failpoint.h"
#include "common/log.h"
#include "server/jobs/job_state.h"

namespace gcjobs {
namespace {

// After so many failed attempts the job ends here without Genesys Cloud's
// word: with the backoff, about two minutes.
constexpr int kMaxAttempts = 8;

bool HasUpstreamCancel(const LiveJob& job) {
  return !job.kind->description().cancel_path().empty();
}

// The request may have left and its answer is not known yet.
bool IsBeingSubmitted(const LiveJob& job) {
  return job.state() == v1::JOB_STATE_QUEUED && job.record.submit_in_doubt();
}

}  // namespace

void Canceller::Cancel(LiveJob* job) {
  if (job->record.job().cancel_requested()) return;
  store::StoredJob next = job->record;
  next.mutable_job()->set_cancel_requested(true);
  if (!HasUpstreamCancel(*job) ||
      (job->state() == v1::JOB_STATE_QUEUED && !IsBeingSubmitted(*job))) {
    EnterState(v1::JOB_STATE_CANCELLED, loop_->clock()->Now(), &next);
    book_->Commit(job, std::move(next));
    return;
  }
  book_->Commit(job, std::move(next), [this](LiveJob* settled) { Act(settled); });
}

void Canceller::TimeOut(LiveJob* job) {
  job->timed_out = true;
  Act(job);
}

void Canceller::Resume(LiveJob* job) {
  if (job->timed_out || job->record.job().cancel_requested()) Act(job);
}

void Canceller::Act(LiveJob* job) {
  if (job->cancelling) return;
  const bool known_upstream = !job->record.job().upstream_id().empty();
  if (known_upstream && HasUpstreamCancel(*job)) {
    job->cancelling = true;
    return AskUpstream(job);
  }
  // Being submitted: Resume follows with the answer, unless there is no time
  // left to wait for it.
  if (job->timed_out || !IsBeingSubmitted(*job)) Finish(job, /*upstream_cancelled=*/false);
}

void Canceller::AskUpstream(LiveJob* job) {
  OrgRuntime* const org = job->org;
  org->client->Acquire(
      RequestClass::kCancel, absl::InfiniteDuration(),
      [this, id = job->id(), org](absl::Status status) { OnPermit(id, org, std::move(status)); });
}

void Canceller::OnPermit(const std::string& job_id, OrgRuntime* org, absl::Status status) {
  book_->WhenSettled(job_id, [this, org, status = std::move(status)](LiveJob* job) {
    if (job == nullptr || stopped_) {
      if (status.ok()) org->client->Release(RequestClass::kCancel);
    } else if (!status.ok()) {
      RetryLater(job);
    } else {
      Send(job);
    }
  });
}

void Canceller::Send(LiveJob* job) {
  job->org->client->Send(*job->kind->BuildCancel(job->ref()),
                         [this, id = job->id()](const ApiReply& reply) {
                           GCJOBS_FAILPOINT("cancel.reply_uncommitted");
                           const CancelVerdict verdict = JudgeCancel(reply);
                           book_->WhenSettled(id, [this, verdict](LiveJob* settled) {
                             if (settled != nullptr) OnVerdict(settled, verdict);
                           });
                         });
}

void Canceller::OnVerdict(LiveJob* job, CancelVerdict verdict) {
  switch (verdict) {
    case CancelVerdict::kConfirmed:
      return Finish(job, /*upstream_cancelled=*/true);
    case CancelVerdict::kRefused:
      return Finish(job, /*upstream_cancelled=*/false);
    case CancelVerdict::kRetry:
      return RetryLater(job);
  }
}

void Canceller::RetryLater(LiveJob* job) {
  if (++job->cancel_failures >= kMaxAttempts) return Finish(job, /*upstream_cancelled=*/false);
  job->cancel_timer =
      loop_->RunAfter(backoff_.Delay(job->cancel_failures, random_), [this, id = job->id()] {
        if (LiveJob* const due = book_->Find(id)) AskUpstream(due);
      });
}

void Canceller::Finish(LiveJob* job, bool upstream_cancelled) {
  store::StoredJob next = job->record;
  next.mutable_job()->set_upstream_cancelled(upstream_cancelled);
  const absl::Time now = loop_->clock()->Now();
  if (job->timed_out) {
    EnterState(v1::JOB_STATE_FAILED, now, TimedOutError(job->record), &next);
  } else {
    EnterState(v1::JOB_STATE_CANCELLED, now, &next);
  }
  book_->Commit(job, std::move(next));
}

}  // namespace gcjobs
