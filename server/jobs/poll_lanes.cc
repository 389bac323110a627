#include "server/jobs/poll_lanes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/error_info.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/time_conversion.h"
#include "server/genesys/conversation_views.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/job_record.h"
#include "server/jobs/store_tasks.h"

namespace gcjobs {
namespace {

// Of polls to a family of endpoints whose budget is used up.
constexpr absl::Duration kBetweenTurns = absl::Milliseconds(100);
PollPolicy PolicyOf(const v1::PollPolicy& poll) {
  PollPolicy policy;
  if (poll.has_initial_interval()) policy.initial_interval = FromProto(poll.initial_interval());
  if (poll.has_max_interval()) policy.max_interval = FromProto(poll.max_interval());
  return policy;
}

PollTask TaskOf(const store::StoredJob& record, const Clock& clock) {
  PollTask task;
  task.job_id = record.job().id();
  task.poll_class = record.poll_class();
  task.accepted_at = clock.MonotonicNow() - (clock.Now() - FromProto(record.job().accept_time()));
  task.policy = PolicyOf(record.job().poll());
  return task;
}

}  // namespace

Task<> PollLanes::Alarm::Wait(absl::Duration at_most) {
  co_await Callback<bool>([&](auto rung) {
    waiting_ = std::move(rung);
    if (at_most < absl::InfiniteDuration()) timer_.Set(at_most, [this] { Ring(); });
  });
}

void PollLanes::Alarm::Ring() {
  timer_.Cancel();
  if (auto rung = std::exchange(waiting_, nullptr)) rung(true);
}

PollLanes::PollLanes(size_t max_result_bytes, Deps deps, const std::vector<OrgRuntime*>& orgs)
    : max_result_bytes_(max_result_bytes), deps_(deps) {
  for (OrgRuntime* const org : orgs) {
    std::unique_ptr<Lane>& lane = lanes_[org];
    lane = std::make_unique<Lane>(deps_.loop);
    lane->story = Story(RunLane(org, &lane->alarm));
  }
}

void PollLanes::Start(LiveJob* job) {
  const Clock& clock = *deps_.loop->clock();
  job->org().scheduler->Add(TaskOf(job->Record(), clock), clock.MonotonicNow());
  deps_.throttles->Join(*job);
  Wake(&job->org());
}

void PollLanes::ChangePolicy(LiveJob* job, const v1::PollPolicy& poll) {
  job->org().scheduler->SetPolicy(job->id(), PolicyOf(poll));
  Wake(&job->org());
}

void PollLanes::Wake(OrgRuntime* org) {
  const auto lane = lanes_.find(org);
  if (lane != lanes_.end()) lane->second->alarm.Ring();
}

Task<> PollLanes::RunLane(OrgRuntime* org, Alarm* alarm) {
  const Clock& clock = *deps_.loop->clock();
  absl::flat_hash_map<std::string, absl::Time> turns;  // by family: the last that was given
  for (int failures = 0;;) {
    // 1. It sleeps until a poll is due.
    const absl::Time now = clock.MonotonicNow();
    const absl::Duration left = org->scheduler->Refresh(now) - now;
    if (left > absl::ZeroDuration()) {
      co_await alarm->Wait(left);
      continue;
    }

    // 2. The permit. While there is none to be had, no job is at fault.
    absl::StatusOr<Permit> permit = co_await deps_.upstream->Acquire(org, RequestClass::kPoll, "");
    if (!permit.ok()) {
      deps_.metrics->PollErrors(org->name, GetReason(permit.status())).Increment();
      Log(LogLevel::kWarning, "poll_permit_refused",
          {{"org", org->name}, {"error", permit.status()}});
      co_await Sleep(deps_.loop,
                     deps_.upstream->DelayAfter(++failures, GetRetryDelay(permit.status())));
      continue;
    }
    failures = 0;

    // 3. The job that deserves it most now. When there is none any more, the
    // permit goes back.
    const std::optional<std::string> id = org->scheduler->Take(clock.MonotonicNow());
    LiveJob* const job = id ? deps_.book->Find(*id) : nullptr;
    // One that is still being polled comes back by itself.
    if (job == nullptr || !job->poll.is_over()) continue;
    // Most were postponed when the quota became known; not those that were being
    // polled then.
    const absl::Duration held_back = deps_.throttles->Left(*job);
    const std::string family = FamilyOf(job->kind().description().status_path());
    const absl::Duration family_wait = org->client->FamilyWait(RequestClass::kPoll, family);
    if (family_wait > absl::ZeroDuration() && held_back <= absl::ZeroDuration()) {
      // One after another: not all of them are to come when the first one may.
      absl::Time& turn = turns[family];
      turn = std::max(turn + kBetweenTurns, clock.MonotonicNow() + family_wait);
      org->scheduler->Postpone(*id, turn);
      continue;
    }
    if (held_back > absl::ZeroDuration()) {
      org->scheduler->Postpone(*id, clock.MonotonicNow() + held_back);
      deps_.throttles->Join(*job);
      continue;
    }
    job->poll = Story(Poll(job, *std::move(permit)));
  }
}

Task<> PollLanes::Poll(LiveJob* job, Permit permit) {
  OrgRuntime* const org = &job->org();
  ApiRequest request;
  {
    const store::StoredJob record = job->Record();
    request = job->kind().BuildPoll(RefOf(record));
  }
  const ApiReply reply = co_await org->client->Send(std::move(permit), std::move(request));
  const std::string advice = co_await Advise(job, &reply);
  const JobLock lock = co_await deps_.book->Lock(job);
  GCJOBS_FAILPOINT("poll.reply_uncommitted");

  // 1. What was seen. It is remembered, not written, as long as nothing changes.
  const Clock& clock = *deps_.loop->clock();
  LiveJob::Polls& polls = job->polls;
  const bool had_status = polls.attempts > 0;  // from a poll, not from the submission
  ++polls.count;
  PollVerdict verdict = JudgePoll(job->kind(), job->Record(),
                                  {polls.attempts, polls.refusals_in_a_row}, reply, clock.Now());
  polls.attempts = verdict.attempts;
  polls.refusals_in_a_row = verdict.refused ? polls.refusals_in_a_row + 1 : 0;
  if (!verdict.upstream_status.empty()) polls.upstream_status = verdict.upstream_status;
  if (verdict.unknown_status) {
    deps_.metrics->UnknownUpstreamStatus(org->name).Increment();
    Log(LogLevel::kWarning, "unknown_upstream_status",
        {{"job_id", job->id()}, {"upstream_status", verdict.upstream_status}});
  }

  // 2. A poll that failed says nothing about the job: it is polled again later.
  if (verdict.kind == PollVerdict::Kind::kRetry) {
    deps_.metrics->PollErrors(org->name, GetReason(verdict.error)).Increment();
    Log(LogLevel::kWarning, "poll_failed", {{"job_id", job->id()}, {"error", verdict.error}});
    job->last_error = std::move(verdict.error);
    org->scheduler->Postpone(
        job->id(), clock.MonotonicNow() +
                       deps_.upstream->DelayAfter(++polls.failures_in_a_row, verdict.retry_after));
    deps_.throttles->OnReply(*job, verdict.retry_after);
    Wake(org);
    co_return;
  }
  polls.failures_in_a_row = 0;
  job->last_error = absl::OkStatus();

  // 3. The end is committed. The scheduler forgets the job at once; it learns from
  // an end that was seen upstream, not from one that was declared here.
  store::StoredJob next = job->Record();
  const bool has_moved = verdict.kind == PollVerdict::Kind::kEntered;
  if (!verdict.error.ok() && !advice.empty()) SetRemedy(&verdict.error, advice);
  if (has_moved) {
    JobOutcome outcome = {verdict.state, std::move(verdict.error), std::move(verdict.result_json),
                          verdict.bytes_replaced};
    EnterOutcome(std::move(outcome), job->kind(), max_result_bytes_, clock.Now(), &next);
  }
  if (IsTerminal(next.job().state())) {
    if (verdict.ended_upstream) {
      org->scheduler->SeenEnded(job->id(), clock.MonotonicNow());
    } else {
      org->scheduler->Remove(job->id());
    }
    Wake(org);
    co_await lock.Commit(std::move(next));
    co_return;
  }

  // 4. Where Genesys Cloud waits to be told to go on, it is told: not for a job
  // that is to be cancelled, nor twice at a time.
  const bool is_to_end = job->timed_out || job->cancel_asked || next.job().cancel_requested();
  if (verdict.follow_up && !is_to_end && job->follow_up.is_over()) {
    job->follow_up = Story(FollowUp(job, *std::move(verdict.follow_up)));
  }

  // 5. Another transition is committed before the job can be polled again.
  if (has_moved) co_await lock.Commit(std::move(next));
  const bool has_changed = had_status && verdict.attempts == 1;
  org->scheduler->SeenUnfinished(
      job->id(), clock.MonotonicNow(),
      has_changed ? PollScheduler::Status::kChanged : PollScheduler::Status::kSame);
  if (has_moved) deps_.throttles->Join(*job);
  Wake(org);
}

// A query that failed for its dimensions is told what they are called; "" for all else.
// Before the job is locked, since it takes requests of its own.
Task<std::string> PollLanes::Advise(LiveJob* job, const ApiReply* reply) {
  const bool is_advisable = job->kind().name() == kConversationQueryKind && IsSuccess(*reply) &&
                            IsAboutDimensions(reply->response.body);
  if (!is_advisable) co_return "";
  const auto read = [id = job->id()](StoreReader& reader) { return reader.GetSubmission(id); };
  const absl::StatusOr<store::Submission> payload =
      co_await OnReader(deps_.loop, deps_.readers, read);
  if (!payload.ok()) co_return "";
  std::string advice = co_await AdviseOnDimensions(job->org().client, payload->body());
  co_return advice;
}

// Nothing of it is durable, and nothing is tried again: a later poll sees the same
// status and asks for the same.
Task<> PollLanes::FollowUp(LiveJob* job, ApiRequest request) {
  OrgRuntime* const org = &job->org();
  std::string family = FamilyOf(request.target);
  absl::StatusOr<Permit> permit =
      co_await deps_.upstream->Acquire(org, request.request_class, std::move(family));
  absl::Status status = permit.status();
  if (permit.ok()) {
    const ApiReply reply = co_await org->client->Send(*std::move(permit), std::move(request));
    status = reply.status;
  }
  if (status.ok()) {
    Log(LogLevel::kInfo, "follow_up_sent", {{"job_id", job->id()}});
    co_return;
  }
  Log(LogLevel::kWarning, "follow_up_failed", {{"job_id", job->id()}, {"error", status}});
  job->last_error = std::move(status);
}

}  // namespace gcjobs
