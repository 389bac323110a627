#include "server/jobs/submitter.h"

#include <algorithm>
#include <utility>

#include "common/failpoint.h"
#include "common/log.h"
#include "common/time_conversion.h"
#include "server/jobs/job_record.h"
#include "server/jobs/job_state.h"

namespace gcjobs {

Submitter::Submitter(Options options, EventLoop* loop, JobBook* book, KindThrottles* throttles,
                     Metrics* metrics, Hooks hooks)
    : options_(options),
      loop_(loop),
      book_(book),
      throttles_(throttles),
      hooks_(std::move(hooks)),
      slots_(options.max_direct_calls, metrics) {}

void Submitter::Start(LiveJob* job) {
  if (HoldBack(job)) return;
  const std::string& org = job->org->name;
  if (!job->kind->holds_call() || slots_.TryTake(org)) return AskPermit(job);
  // Forget takes it out of the queue: whose turn comes is still there.
  job->call_place = slots_.Wait(org, [this, id = job->id()] { AskPermit(book_->Find(id)); });
}

bool Submitter::HoldBack(LiveJob* job) {
  const absl::Duration left = throttles_->Left(*job);
  if (left <= absl::ZeroDuration()) return false;
  StartAfter(job, left);
  return true;
}

void Submitter::Forget(LiveJob* job) { slots_.Leave(job->org->name, job->call_place); }

void Submitter::Resolve(LiveJob* job) { Apply(job, JudgeLostSubmission(job->record.guarantee())); }

void Submitter::AskPermit(LiveJob* job) {
  Attempt attempt{job->id(), job->org, job->kind->holds_call()};
  Spawn<absl::StatusOr<Permit>>(
      job->org->client->Acquire(RequestClass::kSubmit, absl::InfiniteDuration()),
      [this, attempt = std::move(attempt)](absl::StatusOr<Permit> permit) {
        OnPermit(attempt, std::move(permit));
      });
}

void Submitter::OnPermit(const Attempt& attempt, absl::StatusOr<Permit> permit) {
  book_->WhenSettled(attempt.job_id, [this, attempt,
                                      permit = std::move(permit)](LiveJob* job) mutable {
    const absl::Status status = permit.status();
    const bool goes_on = job != nullptr && !stopped_;
    const bool may_send = goes_on && status.ok() && throttles_->Left(*job) <= absl::ZeroDuration();
    if (may_send) return CommitIntent(job, attempt, *std::move(permit));
    if (permit.ok()) permit->GiveBack();
    GiveSlotBack(attempt);
    if (!goes_on) return;
    if (!status.ok()) return Apply(job, JudgeNoPermit(status));
    Start(job);  // which holds it back
  });
}

void Submitter::CommitIntent(LiveJob* job, const Attempt& attempt, Permit permit) {
  GCJOBS_FAILPOINT("submit.before_intent");
  store::StoredJob next = job->record;
  next.set_submit_in_doubt(true);
  next.set_submit_attempts(next.submit_attempts() + 1);
  book_->Commit(job, std::move(next),
                [this, attempt, permit = std::move(permit)](LiveJob* settled) mutable {
                  Send(settled, attempt, std::move(permit));
                });
}

void Submitter::Send(LiveJob* job, const Attempt& attempt, Permit permit) {
  GCJOBS_FAILPOINT("submit.after_intent");
  const SubmissionRef submission{job->submission->body()};
  Spawn<ApiReply>(
      job->org->client->Send(std::move(permit), job->kind->BuildSubmit(job->ref(), submission)),
      [this, attempt](ApiReply reply) { OnReply(attempt, std::move(reply)); });
}

void Submitter::OnReply(const Attempt& attempt, ApiReply reply) {
  GCJOBS_FAILPOINT("submit.reply_uncommitted");
  GiveSlotBack(attempt);
  book_->WhenSettled(attempt.job_id,
                     [this, reply = std::move(reply), job_id = attempt.job_id](LiveJob* job) {
                       if (job == nullptr) {
                         Log(LogLevel::kInfo, "submit_reply_after_end",
                             {{"job_id", job_id}, {"http_status", reply.response.status}});
                         return;
                       }
                       Apply(job, JudgeSubmission(*job->kind, job->record.guarantee(), reply));
                     });
}

// Once stopped, nobody is given a slot any more.
void Submitter::GiveSlotBack(const Attempt& attempt) {
  if (attempt.has_slot && !stopped_) slots_.Release(attempt.org->name);
}

void Submitter::Apply(LiveJob* job, SubmitVerdict verdict) {
  switch (verdict.kind) {
    case SubmitVerdict::Kind::kAccepted:
      if (verdict.receipt.end) return End(job, *std::move(verdict.receipt.end));
      return Accept(job, verdict.receipt);
    case SubmitVerdict::Kind::kRejected:
      return Fail(job, v1::JOB_STATE_FAILED, std::move(verdict.error));
    case SubmitVerdict::Kind::kUnknown:
      return Fail(job, v1::JOB_STATE_OUTCOME_UNKNOWN, std::move(verdict.error));
    case SubmitVerdict::Kind::kRetry:
      return Retry(job, std::move(verdict));
  }
}

void Submitter::Accept(LiveJob* job, const SubmitReceipt& receipt) {
  const absl::Time now = loop_->clock()->Now();
  job->last_error = absl::OkStatus();
  job->upstream_status = receipt.upstream_status;
  store::StoredJob next = job->record;
  next.set_submit_in_doubt(false);
  next.mutable_job()->set_upstream_id(receipt.upstream_id);
  *next.mutable_job()->mutable_accept_time() = ToProto(now);
  EnterState(v1::JOB_STATE_PENDING, now, &next);
  book_->Commit(job, std::move(next), [this](LiveJob* accepted) {
    GCJOBS_FAILPOINT("submit.committed_unanswered");
    accepted->submission.reset();
    accepted->ticket = Admission::Ticket();
    hooks_.on_accepted(accepted);
  });
}

// The work was done when the answer came.
void Submitter::End(LiveJob* job, PollReport report) {
  const absl::Time now = loop_->clock()->Now();
  job->upstream_status = std::move(report.upstream_status);
  store::StoredJob next = job->record;
  next.set_submit_in_doubt(false);
  *next.mutable_job()->mutable_accept_time() = ToProto(now);
  EnterOutcome({*report.state, std::move(report.failure), std::move(report.result_json)},
               *job->kind, options_.max_result_bytes, now, &next);
  book_->Commit(job, std::move(next));
}

void Submitter::Fail(LiveJob* job, v1::JobState state, absl::Status error) {
  store::StoredJob next = job->record;
  next.set_submit_in_doubt(false);
  EnterState(state, loop_->clock()->Now(), std::move(error), &next);
  book_->Commit(job, std::move(next));
}

// The verdict is made durable before the wait: after a crash the job is then
// not in doubt.
void Submitter::Retry(LiveJob* job, SubmitVerdict verdict) {
  job->last_error = std::move(verdict.error);
  const absl::Duration delay = std::max(verdict.retry_after.value_or(absl::ZeroDuration()),
                                        backoff_.Delay(++job->submit_failures, random_));
  throttles_->OnReply(*job, verdict.retry_after);
  if (!job->record.submit_in_doubt()) return StartAfter(job, delay);
  store::StoredJob next = job->record;
  next.set_submit_in_doubt(false);
  book_->Commit(job, std::move(next),
                [this, delay](LiveJob* settled) { StartAfter(settled, delay); });
}

void Submitter::StartAfter(LiveJob* job, absl::Duration delay) {
  if (job->record.job().cancel_requested()) return hooks_.on_given_up(job);
  throttles_->Join(*job);
  job->submit_timer = loop_->RunAfter(delay, [this, id = job->id()] {
    if (LiveJob* const due = book_->Find(id)) Start(due);
  });
}

}  // namespace gcjobs
