#include "server/jobs/canceller.h"

#include <optional>
#include <utility>

#include "common/failpoint.h"
#include "common/log.h"
#include "server/jobs/job_record.h"
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

RequestClass Canceller::ClassOf(Ask ask) {
  return ask == Ask::kCancel ? RequestClass::kCancel : RequestClass::kPoll;
}

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
    return AskUpstream(job, Ask::kCancel);
  }
  // Being submitted: Resume follows with the answer, unless there is no time
  // left to wait for it.
  if (job->timed_out || !IsBeingSubmitted(*job)) Finish(job, /*upstream_cancelled=*/false);
}

void Canceller::AskUpstream(LiveJob* job, Ask ask) {
  Spawn<absl::StatusOr<Permit>>(job->org->client->Acquire(ClassOf(ask), absl::InfiniteDuration()),
                                [this, id = job->id(), ask](absl::StatusOr<Permit> permit) {
                                  OnPermit(id, ask, std::move(permit));
                                });
}

void Canceller::OnPermit(const std::string& job_id, Ask ask, absl::StatusOr<Permit> permit) {
  book_->WhenSettled(job_id, [this, ask, permit = std::move(permit)](LiveJob* job) mutable {
    if (job == nullptr || stopped_) return;
    if (!permit.ok()) {
      RetryLater(job, ask);
    } else if (ask == Ask::kCancel) {
      SendCancel(job, *std::move(permit));
    } else {
      SendLook(job, *std::move(permit));
    }
  });
}

void Canceller::SendCancel(LiveJob* job, Permit permit) {
  Spawn<ApiReply>(job->org->client->Send(std::move(permit), *job->kind->BuildCancel(job->ref())),
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
      // After the timeout the job fails, whatever it has come to.
      if (job->timed_out) return Finish(job, /*upstream_cancelled=*/false);
      return AskUpstream(job, Ask::kLook);
    case CancelVerdict::kRetry:
      return RetryLater(job, Ask::kCancel);
  }
}

void Canceller::SendLook(LiveJob* job, Permit permit) {
  Spawn<ApiReply>(job->org->client->Send(std::move(permit), job->kind->BuildPoll(job->ref())),
                  [this, id = job->id()](ApiReply reply) {
                    book_->WhenSettled(id, [this, reply = std::move(reply)](LiveJob* settled) {
                      if (settled != nullptr) OnLook(settled, reply);
                    });
                  });
}

void Canceller::OnLook(LiveJob* job, const ApiReply& reply) {
  ++job->polls;
  const absl::Time now = loop_->clock()->Now();
  LastLookVerdict verdict = JudgeLastLook(*job->kind, job->record, reply, now);
  if (!verdict.upstream_status.empty()) job->upstream_status = std::move(verdict.upstream_status);
  if (verdict.kind == LastLookVerdict::Kind::kRetry) return RetryLater(job, Ask::kLook);
  if (verdict.kind == LastLookVerdict::Kind::kNotEnded || job->timed_out) {
    return Finish(job, /*upstream_cancelled=*/false);
  }
  store::StoredJob next = job->record;
  EnterOutcome(std::move(verdict.outcome), *job->kind, max_result_bytes_, now, &next);
  book_->Commit(job, std::move(next));
}

void Canceller::RetryLater(LiveJob* job, Ask ask) {
  if (++job->cancel_failures >= kMaxAttempts) return Finish(job, /*upstream_cancelled=*/false);
  job->cancel_timer =
      loop_->RunAfter(backoff_.Delay(job->cancel_failures, random_), [this, id = job->id(), ask] {
        if (LiveJob* const due = book_->Find(id)) AskUpstream(due, ask);
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
