#include "server/jobs/job_book.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "server/jobs/job_state.h"

namespace gcjobs {
namespace {

bool HasReached(LiveJob::Until until, v1::JobState state) {
  return until == LiveJob::Until::kVerdict ? state != v1::JOB_STATE_QUEUED : IsTerminal(state);
}

}  // namespace

JobBook::JobBook(EventLoop* loop, Store* store, Metrics* metrics)
    : loop_(loop), store_(store), metrics_(metrics) {}

LiveJob* JobBook::Find(absl::string_view job_id) {
  const auto found = jobs_.find(job_id);
  return found == jobs_.end() ? nullptr : found->second.get();
}

const LiveJob* JobBook::Find(absl::string_view job_id) const {
  return const_cast<JobBook*>(this)->Find(job_id);
}

void JobBook::Insert(std::unique_ptr<LiveJob> job, Inserted done) {
  InsertJob insert;
  insert.job = job->record;
  insert.submission = *job->submission;
  insert.event.time = FromProto(job->record.job().create_time());
  store_->Commit(std::move(insert), [this, job = std::move(job), done = std::move(done)](
                                        absl::StatusOr<CommitOutcome> outcome) mutable {
    loop_->Post([this, job = std::move(job), done = std::move(done),
                 outcome = std::move(outcome)]() mutable {
      if (!outcome.ok()) return done(outcome.status());
      if (auto* taken = std::get_if<RequestIdTaken>(&*outcome)) return done(std::move(*taken));
      auto* committed = std::get_if<Committed>(&*outcome);
      if (committed == nullptr) return done(absl::InternalError(Describe(*outcome)));
      job->record = std::move(committed->job);
      LiveJob* const live = Restore(std::move(job));
      CountTransition(*live);
      done(live);
    });
  });
}

LiveJob* JobBook::Restore(std::unique_ptr<LiveJob> job) {
  job->polls = job->record.job().poll_count();
  job->upstream_status = job->record.job().upstream_status();
  metrics_->LiveJobs(job->org->name).Increment();
  LiveJob* const live = job.get();
  const bool added = jobs_.emplace(live->id(), std::move(job)).second;
  GCJOBS_CHECK(added, "job ", live->id(), " is in the book already");
  return live;
}

void JobBook::ForEach(absl::FunctionRef<void(const LiveJob&)> visit) const {
  for (const auto& [id, job] : jobs_) visit(*job);
}

void JobBook::WhenSettled(absl::string_view job_id, LiveJob::Step step) {
  LiveJob* const job = Find(job_id);
  if (job == nullptr) return step(nullptr);
  job->steps.push_back(std::move(step));
  if (!job->committing) RunSteps(std::string(job_id));
}

void JobBook::Commit(LiveJob* job, store::StoredJob next, LiveJob::Step then) {
  GCJOBS_CHECK(!job->committing, "job ", job->id(), ": a commit is under way");
  job->committing = true;
  UpdateJob update;
  next.mutable_job()->set_poll_count(job->polls);
  if (!job->upstream_status.empty()) {
    next.mutable_job()->set_upstream_status(job->upstream_status);
  }
  update.expected_revision = job->record.job().revision();
  update.event = EventOf(job->record.job(), next.job());
  update.job = std::move(next);
  store_->Commit(std::move(update), [this, id = job->id(), then = std::move(then)](
                                        absl::StatusOr<CommitOutcome> outcome) mutable {
    loop_->Post(
        [this, id = std::move(id), then = std::move(then), outcome = std::move(outcome)]() mutable {
          OnCommitted(id, std::move(then), std::move(outcome));
        });
  });
}

std::optional<EventDraft> JobBook::EventOf(const v1::Job& before, const v1::Job& next) const {
  if (next.state() != before.state()) {
    return EventDraft{v1::EVENT_TYPE_TRANSITION, before.state(), FromProto(next.update_time())};
  }
  const auto throttled_until = [](const v1::Job& job) {
    return job.has_throttled_until() ? FromProto(job.throttled_until()) : absl::InfinitePast();
  };
  if (throttled_until(next) == throttled_until(before)) return std::nullopt;
  return EventDraft{v1::EVENT_TYPE_UPDATED, before.state(), loop_->clock()->Now()};
}

void JobBook::OnCommitted(const std::string& job_id, LiveJob::Step then,
                          absl::StatusOr<CommitOutcome> outcome) {
  LiveJob* const job = Find(job_id);
  GCJOBS_CHECK(job != nullptr, "job ", job_id, " left the book during its commit");
  if (!outcome.ok()) return OnFailed(job, outcome.status());
  auto* const committed = std::get_if<Committed>(&*outcome);
  if (committed == nullptr) return OnFailed(job, absl::InternalError(Describe(*outcome)));
  const v1::JobState before = job->state();
  job->record = std::move(committed->job);
  job->committing = false;
  if (job->state() != before) CountTransition(*job);
  AnswerWaiters(job);
  if (IsTerminal(job->state())) {
    End(job);
    if (then) then(nullptr);
    return;
  }
  if (then) then(job);
  RunSteps(job_id);
}

// The job stays as it is in the book and on disk: nothing can be committed any
// more, so nobody may act on it again.
void JobBook::OnFailed(LiveJob* job, absl::Status status) {
  Log(LogLevel::kError, "commit_failed", {{"job_id", job->id()}, {"error", status}});
  CancelTimers(job);
  job->steps.clear();
  auto waiters = std::move(job->waiters);
  job->waiters.clear();
  for (LiveJob::Waiter& waiter : waiters) {
    loop_->CancelTimer(waiter.timer);
    waiter.done(status);
  }
  if (hooks_.on_store_failed) hooks_.on_store_failed(std::move(status));
}

void JobBook::End(LiveJob* job) {
  CancelTimers(job);
  if (hooks_.on_ended) hooks_.on_ended(*job);
  metrics_->LiveJobs(job->org->name).Decrement();
  auto steps = std::move(job->steps);
  jobs_.erase(job->id());
  for (LiveJob::Step& step : steps) step(nullptr);
}

void JobBook::RunSteps(const std::string& job_id) {
  for (;;) {
    LiveJob* const job = Find(job_id);  // a step may have ended it
    if (job == nullptr || job->committing || job->steps.empty()) return;
    LiveJob::Step step = std::move(job->steps.front());
    job->steps.pop_front();
    step(job);
  }
}

void JobBook::Wait(LiveJob* job, LiveJob::Until until, absl::Duration wait,
                   JobEngine::JobDone done) {
  if (HasReached(until, job->state()) || wait <= absl::ZeroDuration()) return done(View(*job));
  const auto waiter = job->waiters.insert(job->waiters.end(), {until, 0, std::move(done)});
  waiter->timer = loop_->RunAfter(wait, [this, job, waiter] {
    JobEngine::JobDone answer = std::move(waiter->done);
    job->waiters.erase(waiter);
    answer(View(*job));
  });
}

void JobBook::AnswerWaiters(LiveJob* job) {
  std::list<LiveJob::Waiter> ready;
  for (auto it = job->waiters.begin(); it != job->waiters.end();) {
    const auto here = it++;
    if (HasReached(here->until, job->state())) ready.splice(ready.end(), job->waiters, here);
  }
  Answer(*job, std::move(ready));
}

void JobBook::AnswerEverybody() {
  for (auto& [id, job] : jobs_) Answer(*job, std::exchange(job->waiters, {}));
}

void JobBook::Answer(const LiveJob& job, std::list<LiveJob::Waiter> waiters) {
  for (LiveJob::Waiter& waiter : waiters) {
    loop_->CancelTimer(waiter.timer);
    waiter.done(View(job));
  }
}

void JobBook::CancelTimers(LiveJob* job) {
  loop_->CancelTimer(job->deadline_timer);
  loop_->CancelTimer(job->submit_timer);
  loop_->CancelTimer(job->cancel_timer);
}

v1::Job JobBook::View(const LiveJob& job) const {
  v1::Job view = job.record.job();
  if (IsTerminal(view.state())) return view;
  view.set_poll_count(job.polls);
  if (!job.upstream_status.empty()) view.set_upstream_status(job.upstream_status);
  if (!job.last_error.ok()) *view.mutable_error() = ToProto(job.last_error);
  const absl::Time now = loop_->clock()->Now();
  const absl::Time due = job.org->scheduler->NextDue(job.id());
  if (due != absl::InfiniteFuture()) {
    *view.mutable_next_poll_time() = ToProto(now + (due - loop_->clock()->MonotonicNow()));
  }
  const absl::Time throttled = ThrottledUntil(job);
  view.clear_throttled_until();
  if (throttled > now) *view.mutable_throttled_until() = ToProto(throttled);
  return view;
}

// By a quota, which is in its record, or by the rate of its next request.
absl::Time JobBook::ThrottledUntil(const LiveJob& job) const {
  const RequestClass next =
      job.state() == v1::JOB_STATE_QUEUED ? RequestClass::kSubmit : RequestClass::kPoll;
  const absl::Time by_rate = job.org->client->ThrottledUntil(next);
  if (!job.record.job().has_throttled_until()) return by_rate;
  return std::max(by_rate, FromProto(job.record.job().throttled_until()));
}

void JobBook::CountTransition(const LiveJob& job) {
  const v1::Job& view = job.record.job();
  const std::string state = ShortName(view.state());
  metrics_->Transitions(view.org(), state).Increment();
  Log(LogLevel::kInfo, "job_transition",
      {{"job_id", view.id()},
       {"org", view.org()},
       {"state", state},
       {"revision", view.revision()},
       {"upstream_id", view.upstream_id()},
       {"polls", view.poll_count()}});
}

}  // namespace gcjobs
