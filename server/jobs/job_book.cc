#include "server/jobs/job_book.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/log.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "server/jobs/job_record.h"
#include "server/jobs/store_tasks.h"

namespace gcjobs {
namespace {

bool HasReached(JobBook::Until until, v1::JobState state) {
  return until == JobBook::kVerdict ? state != v1::JOB_STATE_QUEUED : IsTerminal(state);
}

bool SameLabels(const v1::Job& one, const v1::Job& other) {
  return one.labels_size() == other.labels_size() &&
         std::all_of(one.labels().begin(), one.labels().end(), [&other](const auto& label) {
           const auto found = other.labels().find(label.first);
           return found != other.labels().end() && found->second == label.second;
         });
}

absl::Time ThrottledUntilOf(const v1::Job& job) {
  return job.has_throttled_until() ? FromProto(job.throttled_until()) : absl::InfinitePast();
}

}  // namespace

LiveJob::LiveJob(EventLoop* loop, OrgRuntime* org, const JobKind* kind,
                 const store::StoredJob& record)
    : id_(record.job().id()),
      org_(org),
      kind_(kind),
      create_time_(FromProto(record.job().create_time())),
      deadline_(loop) {
  polls.count = record.job().poll_count();
  polls.attempts = record.poll_attempts();
  Pack(record);
}

// The stories end while the rest is there: they may give the lock back. Nobody is
// handed it any more.
LiveJob::~LiveJob() {
  waiting_.clear();
  for (Story* story : {&submission, &poll, &follow_up, &cancellation}) story->End();
}

void LiveJob::Pack(const store::StoredJob& record) {
  packed_ = record.SerializeAsString();
  state_ = record.job().state();
  submit_in_doubt_ = record.submit_in_doubt();
  needs_preparation_ = NeedsActionId(record) || record.job().has_data_needed_until();
  throttled_until_ = ThrottledUntilOf(record.job());
  polls.upstream_status = record.job().upstream_status();
}

store::StoredJob LiveJob::Record() const {
  store::StoredJob record;
  GCJOBS_CHECK(record.ParseFromString(packed_), "job ", id_, ": its record cannot be unpacked");
  record.mutable_job()->set_poll_count(polls.count);
  record.mutable_job()->set_upstream_status(polls.upstream_status);
  record.set_poll_attempts(polls.attempts);
  return record;
}

JobLock::~JobLock() {
  if (job_ != nullptr) book_->Unlock(job_);
}

Task<> JobLock::Commit(store::StoredJob next) const {
  std::optional<EventDraft> event = book_->EventOf(*job_, next.job());
  co_await Callback<bool>(
      [&](auto done) { book_->Commit(job_, std::move(next), std::move(event), std::move(done)); });
}

Task<> JobLock::CommitUpdate(store::StoredJob next) const {
  const store::StoredJob before = job_->Record();
  EventDraft event{v1::EVENT_TYPE_UPDATED, job_->state(), book_->deps_.loop->clock()->Now()};
  if (!SameLabels(before.job(), next.job())) event.previous_labels = before.job().labels();
  const store::StoredJob after = next;
  co_await Callback<bool>(
      [&](auto done) { book_->Commit(job_, std::move(next), std::move(event), std::move(done)); });
  book_->SetDeadline(job_, after);
}

LiveJob* JobBook::Find(absl::string_view job_id) const {
  const auto found = jobs_.find(job_id);
  return found == jobs_.end() ? nullptr : found->get();
}

void JobBook::ForEach(absl::FunctionRef<void(LiveJob&)> visit) const {
  for (const std::unique_ptr<LiveJob>& job : jobs_) visit(*job);
}

Task<absl::StatusOr<JobBook::Inserted>> JobBook::Insert(OrgRuntime* org, const JobKind* kind,
                                                        store::StoredJob record,
                                                        store::Submission payload) {
  InsertJob insert;
  insert.event.time = FromProto(record.job().create_time());
  insert.job = std::move(record);
  insert.submission = std::move(payload);
  absl::StatusOr<CommitOutcome> outcome =
      co_await gcjobs::Commit(deps_.loop, deps_.store, std::move(insert));
  if (!outcome.ok()) co_return outcome.status();
  if (auto* const taken = std::get_if<RequestIdTaken>(&*outcome)) co_return std::move(*taken);
  const auto* const committed = std::get_if<Committed>(&*outcome);
  if (committed == nullptr) {
    co_return MakeError(errors::kInternal, Describe(*outcome));
  }
  CountTransition(committed->job.job());
  co_return Restore(org, kind, committed->job);
}

LiveJob* JobBook::Restore(OrgRuntime* org, const JobKind* kind, const store::StoredJob& record) {
  const auto [it, added] = jobs_.insert(std::make_unique<LiveJob>(deps_.loop, org, kind, record));
  LiveJob* const job = it->get();
  GCJOBS_CHECK(added, "job ", job->id(), " is in the book already");
  deps_.metrics->LiveJobs(org->name).Increment();
  SetDeadline(job, record);
  return job;
}

void JobBook::SetDeadline(LiveJob* job, const store::StoredJob& record) {
  const absl::Duration left = DeadlineOf(record) - deps_.loop->clock()->Now();
  job->deadline_.Set(left, [this, job] { deps_.on_deadline(job); });
}

Task<JobLock> JobBook::Lock(LiveJob* job) {
  if (!job->is_locked_) {
    job->is_locked_ = true;
    co_return JobLock(this, job);
  }
  std::optional<JobLock> lock = co_await Callback<std::optional<JobLock>>(
      [&](auto done) { job->waiting_.push_back(std::move(done)); });
  co_return *std::move(lock);  // this story does not live to hear that its job has ended
}

Task<std::optional<JobLock>> JobBook::LockIfLive(std::string job_id) {
  LiveJob* const job = Find(job_id);
  if (job == nullptr) co_return std::nullopt;
  if (!job->is_locked_) {
    job->is_locked_ = true;
    co_return JobLock(this, job);
  }
  std::optional<JobLock> lock = co_await Callback<std::optional<JobLock>>(
      [&](auto done) { job->waiting_.push_back(std::move(done)); });
  co_return lock;
}

// A loop, not a chain of calls: who gets the lock may give it back at once, and
// any number may wait.
void JobBook::Unlock(LiveJob* job) {
  job->is_locked_ = false;
  if (job->is_handing_on_) return;
  job->is_handing_on_ = true;
  while (!job->is_locked_ && !job->waiting_.empty()) {
    LiveJob::LockDone next = std::move(job->waiting_.front());
    job->waiting_.pop_front();
    job->is_locked_ = true;
    next(JobLock(this, job));
  }
  job->is_handing_on_ = false;
}

// The answer comes back by the job's id, since the book may be cleared meanwhile;
// once the loop has stopped it does not come back at all.
void JobBook::Commit(LiveJob* job, store::StoredJob next, std::optional<EventDraft> event,
                     CommitDone done) {
  UpdateJob update;
  update.expected_revision = next.job().revision();
  update.event = std::move(event);
  update.job = std::move(next);
  deps_.store->Commit(std::move(update),
                      [this, loop = deps_.loop, id = job->id(),
                       done = std::move(done)](absl::StatusOr<CommitOutcome> outcome) mutable {
                        loop->Post([this, id = std::move(id), done = std::move(done),
                                    outcome = std::move(outcome)]() mutable {
                          OnCommitted(id, std::move(outcome), std::move(done));
                        });
                      });
}

std::optional<EventDraft> JobBook::EventOf(const LiveJob& job, const v1::Job& next) const {
  if (next.state() != job.state_) {
    return EventDraft{v1::EVENT_TYPE_TRANSITION, job.state_, FromProto(next.update_time())};
  }
  if (ThrottledUntilOf(next) == job.throttled_until_) return std::nullopt;
  return EventDraft{v1::EVENT_TYPE_UPDATED, job.state_, deps_.loop->clock()->Now()};
}

void JobBook::OnCommitted(const std::string& job_id, absl::StatusOr<CommitOutcome> outcome,
                          CommitDone done) {
  LiveJob* const job = Find(job_id);
  if (job == nullptr) return;
  if (!outcome.ok()) return OnFailed(job, outcome.status());
  const auto* const committed = std::get_if<Committed>(&*outcome);
  if (committed == nullptr) {
    return OnFailed(job, MakeError(errors::kInternal, Describe(*outcome)));
  }
  const v1::Job& next = committed->job.job();
  if (next.state() != job->state_) CountTransition(next);
  if (IsTerminal(next.state())) return End(job, next, std::move(done));
  job->Pack(committed->job);
  if (!job->callers_.empty()) AnswerWhoWaitedFor(next.state(), job, View(*job));
  done(true);
}

// The job stays as it is in the book and on disk. The story that committed ends
// here, since `done` goes unrun.
void JobBook::OnFailed(LiveJob* job, const absl::Status& status) {
  Log(LogLevel::kError, "commit_failed", {{"job_id", job->id()}, {"error", status}});
  for (auto callers = std::exchange(job->callers_, {}); LiveJob::Caller & caller : callers) {
    caller.done(status);
  }
  if (deps_.on_store_failed) deps_.on_store_failed(status);
}

// 1. Nobody finds the job any more; who waited for its end is told. 2. The story
// that committed ends, which need not be the job's own: it gives its lock back to
// a job that is still whole, and nobody gets it. 3. The job goes, with its own
// stories. 4. Others who wait for its lock learn that there is none.
void JobBook::End(LiveJob* job, const v1::Job& end, CommitDone done) {
  auto node = jobs_.extract(jobs_.find(absl::string_view(job->id())));
  job->org().scheduler->Remove(job->id());
  deps_.metrics->LiveJobs(job->org().name).Decrement();
  AnswerWhoWaitedFor(end.state(), job, end);
  auto waiting = std::exchange(job->waiting_, {});
  done = nullptr;
  node = {};
  for (LiveJob::LockDone& waits : waiting) waits(std::nullopt);
}

Task<absl::StatusOr<v1::Job>> JobBook::Reached(LiveJob* job, Until until, absl::Duration wait) {
  if (HasReached(until, job->state_) || wait <= absl::ZeroDuration()) co_return View(*job);
  absl::StatusOr<v1::Job> reached = co_await Callback<absl::StatusOr<v1::Job>>([&](auto done) {
    const auto caller =
        job->callers_.emplace(job->callers_.end(), until, std::move(done), deps_.loop);
    caller->timer.Set(wait, [this, job, caller] {
      auto answer = std::move(caller->done);
      job->callers_.erase(caller);
      answer(View(*job));
    });
  });
  co_return reached;
}

void JobBook::AnswerWhoWaitedFor(v1::JobState state, LiveJob* job, const v1::Job& answer) {
  std::list<LiveJob::Caller> ready;
  for (auto it = job->callers_.begin(); it != job->callers_.end();) {
    const auto here = it++;
    if (HasReached(here->until, state)) ready.splice(ready.end(), job->callers_, here);
  }
  for (LiveJob::Caller& caller : ready) caller.done(answer);
}

void JobBook::AnswerCallers() {
  for (const std::unique_ptr<LiveJob>& job : jobs_) {
    for (auto callers = std::exchange(job->callers_, {}); LiveJob::Caller & caller : callers) {
      caller.done(View(*job));
    }
  }
}

v1::Job JobBook::View(const LiveJob& job) const {
  store::StoredJob record = job.Record();
  v1::Job view = std::move(*record.mutable_job());
  if (!job.last_error.ok()) *view.mutable_error() = ToProto(job.last_error);
  const absl::Time now = deps_.loop->clock()->Now();
  const absl::Time due = job.org().scheduler->NextDue(job.id());
  if (due != absl::InfiniteFuture()) {
    *view.mutable_next_poll_time() = ToProto(now + (due - deps_.loop->clock()->MonotonicNow()));
  }
  if (job.data_wait != nullptr) {
    *view.mutable_next_poll_time() = ToProto(job.data_wait->next_ask);
    if (job.data_wait->available_until) {
      *view.mutable_data_available_until() = ToProto(*job.data_wait->available_until);
    }
  }
  // By a quota, which is in its record, or by the rate of its next request.
  const RequestClass next =
      job.state_ == v1::JOB_STATE_QUEUED ? RequestClass::kSubmit : RequestClass::kPoll;
  const v1::JobKind& kind = job.kind().description();
  const std::string family =
      FamilyOf(next == RequestClass::kSubmit ? kind.submit_path() : kind.status_path());
  const absl::Time throttled =
      std::max(job.throttled_until_, job.org().client->ThrottledUntil(next, family));
  view.clear_throttled_until();
  if (throttled > now) *view.mutable_throttled_until() = ToProto(throttled);
  return view;
}

void JobBook::CountTransition(const v1::Job& job) {
  const std::string state = ShortName(job.state());
  deps_.metrics->Transitions(job.org(), state).Increment();
  const LogField job_id("job_id", job.id()), org("org", job.org()), kind("kind", job.kind()),
      action("action_id", job.action_id()), caller("caller", job.created_by()),
      entered("state", state), revision("revision", job.revision()),
      upstream_id("upstream_id", job.upstream_id()), polls("polls", job.poll_count());
  if (!job.has_error()) {
    Log(LogLevel::kInfo, "job_transition",
        {job_id, org, kind, action, caller, entered, revision, upstream_id, polls});
  } else {
    const absl::Status error = FromProto(job.error());
    Log(LogLevel::kWarning, "job_transition",
        {job_id, org, kind, action, caller, entered, LogField("reason", GetReason(error)),
         LogField("error", error), revision, upstream_id, polls});
  }
}

}  // namespace gcjobs
