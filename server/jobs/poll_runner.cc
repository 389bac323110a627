#include "server/jobs/poll_runner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/time_conversion.h"
#include "server/jobs/job_record.h"
#include "server/jobs/job_state.h"

namespace gcjobs {
namespace {

// Jobs of stores that older versions have written have none.
std::string PollClassOf(const store::StoredJob& record) {
  if (!record.poll_class().empty()) return record.poll_class();
  return absl::StrCat(record.job().kind(), "/", record.job().action_id());
}

PollTask TaskOf(const LiveJob& job, const Clock& clock) {
  const v1::Job& view = job.record.job();
  PollTask task;
  task.job_id = view.id();
  task.poll_class = PollClassOf(job.record);
  task.accepted_at = clock.MonotonicNow() - (clock.Now() - FromProto(view.accept_time()));
  if (job.record.poll().has_initial_interval()) {
    task.policy.initial_interval = FromProto(job.record.poll().initial_interval());
  }
  if (job.record.poll().has_max_interval()) {
    task.policy.max_interval = FromProto(job.record.poll().max_interval());
  }
  return task;
}

}  // namespace

PollRunner::PollRunner(EventLoop* loop, JobBook* book, KindThrottles* throttles, Metrics* metrics,
                       size_t max_result_bytes)
    : loop_(loop),
      book_(book),
      throttles_(throttles),
      metrics_(metrics),
      max_result_bytes_(max_result_bytes),
      follow_ups_(book) {}

void PollRunner::Stop() {
  stopped_ = true;
  follow_ups_.Stop();
}

void PollRunner::Start(LiveJob* job) {
  const Clock& clock = *loop_->clock();
  OrgRuntime* const org = job->org;
  org->scheduler->Add(TaskOf(*job, clock), clock.MonotonicNow());
  throttles_->Join(*job);
  Pump(org);
}

void PollRunner::Pump(OrgRuntime* org) {
  if (stopped_ || lanes_[org].permit_asked) return;
  const absl::Time now = loop_->clock()->MonotonicNow();
  const absl::Duration delay = org->scheduler->Refresh(now) - now;
  if (delay <= absl::ZeroDuration()) return AskPermit(org);
  Wake(org, delay);
}

void PollRunner::AskPermit(OrgRuntime* org) {
  lanes_[org].permit_asked = true;
  Spawn<absl::StatusOr<Permit>>(
      org->client->Acquire(RequestClass::kPoll, absl::InfiniteDuration()),
      [this, org](absl::StatusOr<Permit> permit) { OnPermit(org, std::move(permit)); });
}

void PollRunner::OnPermit(OrgRuntime* org, absl::StatusOr<Permit> permit) {
  Lane& lane = lanes_[org];
  lane.permit_asked = false;
  if (stopped_) return;
  if (!permit.ok()) {
    const absl::Status& status = permit.status();
    metrics_->PollErrors(org->name, GetReason(status)).Increment();
    Log(LogLevel::kWarning, "poll_permit_refused", {{"org", org->name}, {"error", status}});
    const absl::Duration backoff = backoff_.Delay(++lane.failures, random_);
    return Wake(org, std::max(backoff, GetRetryDelay(status).value_or(absl::ZeroDuration())));
  }
  lane.failures = 0;
  const std::optional<std::string> id = org->scheduler->Take(loop_->clock()->MonotonicNow());
  LiveJob* const job = id ? book_->Find(*id) : nullptr;
  if (job != nullptr && !HoldBack(job)) Look(job, *std::move(permit));
  Pump(org);
}

// Most were postponed when they were told; not those whose look was under way
// then.
bool PollRunner::HoldBack(LiveJob* job) {
  const absl::Duration left = throttles_->Left(*job);
  if (left <= absl::ZeroDuration()) return false;
  job->org->scheduler->Postpone(job->id(), loop_->clock()->MonotonicNow() + left);
  throttles_->Join(*job);
  return true;
}

void PollRunner::Wake(OrgRuntime* org, absl::Duration delay) {
  Lane& lane = lanes_[org];
  loop_->CancelTimer(lane.timer);
  lane.timer = 0;
  if (delay == absl::InfiniteDuration()) return;
  lane.timer = loop_->RunAfter(delay, [this, org] { Pump(org); });
}

void PollRunner::Look(LiveJob* job, Permit permit) {
  Spawn<ApiReply>(job->org->client->Send(std::move(permit), job->kind->BuildPoll(job->ref())),
                  [this, id = job->id()](ApiReply reply) {
                    book_->WhenSettled(id, [this, reply = std::move(reply)](LiveJob* settled) {
                      if (settled != nullptr) OnReply(settled, reply);
                    });
                  });
}

void PollRunner::OnReply(LiveJob* job, const ApiReply& reply) {
  GCJOBS_FAILPOINT("poll.reply_uncommitted");
  ++job->polls;
  const PollHistory history{job->polls, job->refusals_in_a_row};
  PollVerdict verdict = JudgePoll(*job->kind, job->record, history, reply, loop_->clock()->Now());
  job->refusals_in_a_row = verdict.refused ? job->refusals_in_a_row + 1 : 0;
  if (!verdict.upstream_status.empty()) job->upstream_status = verdict.upstream_status;
  if (verdict.unknown_status) {
    metrics_->UnknownUpstreamStatus(job->org->name).Increment();
    Log(LogLevel::kWarning, "unknown_upstream_status",
        {{"job_id", job->id()}, {"upstream_status", verdict.upstream_status}});
  }
  Apply(job, std::move(verdict));
}

void PollRunner::Apply(LiveJob* job, PollVerdict verdict) {
  OrgRuntime* const org = job->org;
  if (verdict.kind == PollVerdict::Kind::kRetry) {
    RetryLater(job, std::move(verdict));
    return Pump(org);
  }
  job->poll_failures = 0;
  job->last_error = absl::OkStatus();
  const absl::Time now = loop_->clock()->MonotonicNow();
  if (verdict.kind == PollVerdict::Kind::kEntered && IsTerminal(verdict.state)) {
    if (verdict.ended_upstream) {
      org->scheduler->SeenEnded(job->id(), now);
    } else {
      org->scheduler->Remove(job->id());
    }
  } else {
    org->scheduler->SeenUnfinished(job->id(), now);
    if (verdict.follow_up) follow_ups_.Send(job, *std::move(verdict.follow_up));
  }
  if (verdict.kind == PollVerdict::Kind::kEntered) Enter(job, std::move(verdict));
  Pump(org);
}

void PollRunner::Enter(LiveJob* job, PollVerdict verdict) {
  store::StoredJob next = job->record;
  EnterOutcome({verdict.state, std::move(verdict.error), std::move(verdict.result_json)},
               *job->kind, max_result_bytes_, loop_->clock()->Now(), &next);
  book_->Commit(job, std::move(next), [this](LiveJob* settled) {
    if (settled != nullptr) throttles_->Join(*settled);
  });
}

void PollRunner::RetryLater(LiveJob* job, PollVerdict verdict) {
  metrics_->PollErrors(job->org->name, GetReason(verdict.error)).Increment();
  Log(LogLevel::kWarning, "poll_failed", {{"job_id", job->id()}, {"error", verdict.error}});
  job->last_error = std::move(verdict.error);
  const absl::Duration delay = std::max(verdict.retry_after.value_or(absl::ZeroDuration()),
                                        backoff_.Delay(++job->poll_failures, random_));
  job->org->scheduler->Postpone(job->id(), loop_->clock()->MonotonicNow() + delay);
  throttles_->OnReply(*job, verdict.retry_after);
}

}  // namespace gcjobs
