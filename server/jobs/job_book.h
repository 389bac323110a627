#ifndef GCJOBS_SERVER_JOBS_JOB_BOOK_H_
#define GCJOBS_SERVER_JOBS_JOB_BOOK_H_

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/metrics.h"
#include "server/jobs/live_job.h"
#include "server/net/event_loop.h"
#include "server/store/store.h"

namespace gcjobs {

// The jobs that are not terminal, and the one way to change them: Commit. What
// is in the book is what is durable; a change shows only after its commit.
//
// Commits of one job follow each other: whoever wants to act on a job asks
// WhenSettled for a moment without one. Loop thread only; the store's answers
// come back through the loop.
class JobBook {
 public:
  struct Hooks {
    // A job has been committed in a terminal state and is about to leave the
    // book.
    absl::AnyInvocable<void(LiveJob&)> on_ended;
    // The store refused a commit that was in order: nothing can be made
    // durable any more, the process should be restarted.
    absl::AnyInvocable<void(absl::Status)> on_store_failed;
  };

  // All must outlive the book.
  JobBook(EventLoop* loop, Store* store, Metrics* metrics);

  void set_hooks(Hooks hooks) { hooks_ = std::move(hooks); }

  // Null when the job is unknown or terminal.
  LiveJob* Find(absl::string_view job_id);
  const LiveJob* Find(absl::string_view job_id) const;
  size_t size() const { return jobs_.size(); }

  // Calls `visit` for each, in no order. It must not change the book.
  void ForEach(absl::FunctionRef<void(const LiveJob&)> visit) const;

  // Commits a new job in state QUEUED. `done` gets the live job, or which job
  // has its request id, or the store's error, see Store::Commit.
  using InsertOutcome = std::variant<LiveJob*, RequestIdTaken>;
  using Inserted = absl::AnyInvocable<void(absl::StatusOr<InsertOutcome>)>;
  void Insert(std::unique_ptr<LiveJob> job, Inserted done);

  // Takes a job that the store has already; for recovery.
  LiveJob* Restore(std::unique_ptr<LiveJob> job);

  // Runs `step` as soon as no commit of the job is under way (now, if none
  // is), after steps asked for earlier; with null when the job has ended by
  // then or is unknown.
  void WhenSettled(absl::string_view job_id, LiveJob::Step step);

  // Makes `next` the job's record: durable first, then visible, then `then`.
  // A changed state makes a TRANSITION, a changed `throttled_until` alone an
  // UPDATED event. A terminal state ends the job here, and `then` gets null.
  // REQUIRES: no commit of the job is under way.
  void Commit(LiveJob* job, store::StoredJob next, LiveJob::Step then = nullptr);

  // Runs `done` with the job as it is when it has got so far, or after `wait`.
  void Wait(LiveJob* job, LiveJob::Until until, absl::Duration wait, JobEngine::JobDone done);

  // Answers everybody who waits, with the jobs as they are; for a stop.
  void AnswerEverybody();

  // The job as committed, with what is known in memory only.
  v1::Job View(const LiveJob& job) const;

 private:
  void OnCommitted(const std::string& job_id, LiveJob::Step then,
                   absl::StatusOr<CommitOutcome> outcome);
  void OnFailed(LiveJob* job, absl::Status status);
  void End(LiveJob* job);
  void RunSteps(const std::string& job_id);
  void AnswerWaiters(LiveJob* job);
  void Answer(const LiveJob& job, std::list<LiveJob::Waiter> waiters);
  void CancelTimers(LiveJob* job);
  std::optional<EventDraft> EventOf(const v1::Job& before, const v1::Job& next) const;
  absl::Time ThrottledUntil(const LiveJob& job) const;
  void CountTransition(const LiveJob& job);

  EventLoop* const loop_;
  Store* const store_;
  Metrics* const metrics_;
  Hooks hooks_;
  absl::flat_hash_map<std::string, std::unique_ptr<LiveJob>> jobs_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_JOB_BOOK_H_
