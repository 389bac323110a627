#ifndef GCJOBS_SERVER_JOBS_JOB_BOOK_H_
#define GCJOBS_SERVER_JOBS_JOB_BOOK_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/metrics.h"
#include "common/task.h"

#include "server/jobs/live_job.h"
#include "server/net/event_loop.h"
#include "server/store/store.h"

namespace gcjobs {

class JobBook;

// The right to change a job. One story has it at a time, and the others get it in
// the order in which they asked; when this goes, the next one goes on. Nobody
// keeps it while a request is under way. Movable; empty when moved from.
class JobLock {
 public:
  JobLock(JobLock&& other) noexcept
      : book_(other.book_), job_(std::exchange(other.job_, nullptr)) {}
  JobLock& operator=(JobLock&&) = delete;
  ~JobLock();

  LiveJob* job() const { return job_; }

  // Makes `next` the job's record: durable first, then visible; only then does it
  // come back. A changed state makes a TRANSITION event, a changed
  // `throttled_until` alone an UPDATED event; other changes are not told.
  //
  // It does not come back when `next` is terminal: the job has then ended, and
  // its stories with it; nor when the store fails (JobBook::Deps).
  Task<> Commit(store::StoredJob next) const;

  // The same for what the caller has changed, with an UPDATED event: the policy, the
  // labels, the execution timeout, which counts from now on.
  Task<> CommitUpdate(store::StoredJob next) const;

 private:
  friend class JobBook;
  JobLock(JobBook* book, LiveJob* job) : book_(book), job_(job) {}

  JobBook* book_;
  LiveJob* job_;
};

// The jobs that are not terminal, and the one way to change them: a JobLock. What
// is in the book is durable; a change shows only after its commit.
//
// A terminal job leaves the book, and its stories end where they wait, so that
// none of them has to ask whether its job is still there. Loop thread only; the
// store's answers come back through the loop.
class JobBook {
 public:
  struct Deps {  // all outlive the book
    EventLoop* loop = nullptr;
    Store* store = nullptr;
    Metrics* metrics = nullptr;
    // The store refused a commit that was in order: nothing can be made durable
    // any more, and the process should be restarted.
    absl::AnyInvocable<void(absl::Status)> on_store_failed;
    // The job's execution timeout has run out.
    absl::AnyInvocable<void(LiveJob*)> on_deadline;
  };
  explicit JobBook(Deps deps) : deps_(std::move(deps)) {}
  JobBook(const JobBook&) = delete;
  JobBook& operator=(const JobBook&) = delete;

  // Null when the job is unknown or terminal.
  LiveJob* Find(absl::string_view job_id) const;
  size_t size() const { return jobs_.size(); }

  // Calls `visit` for each job, in no order. It must not change the book.
  void ForEach(absl::FunctionRef<void(LiveJob&)> visit) const;

  // Commits a new job in state QUEUED: the live job, or which job has its
  // request_id, or the store's error.
  using Inserted = std::variant<LiveJob*, RequestIdTaken>;
  Task<absl::StatusOr<Inserted>> Insert(OrgRuntime* org, const JobKind* kind,
                                        store::StoredJob record, store::Submission payload);

  // Takes a job that the store has already; for recovery.
  LiveJob* Restore(OrgRuntime* org, const JobKind* kind, const store::StoredJob& record);

  // Waits for the lock; for the job's own stories, which end with it.
  Task<JobLock> Lock(LiveJob* job);
  // The same for others: nothing when the job is unknown, or ends meanwhile.
  Task<std::optional<JobLock>> LockIfLive(std::string job_id);

  // Waits until the job has got so far, at most for `wait`, and returns it as it
  // then is. Errors: the store has failed.
  using Until = LiveJob::Until;
  static constexpr Until kVerdict = Until::kVerdict;  // not QUEUED any more
  static constexpr Until kEnd = Until::kEnd;
  Task<absl::StatusOr<v1::Job>> Reached(LiveJob* job, Until until, absl::Duration wait);

  // Answers everybody who waits, with the jobs as they are; for a stop.
  void AnswerCallers();

  // Forgets all jobs and ends their stories.
  void Clear() { jobs_.clear(); }

  // The job as committed, with what is known in memory only.
  v1::Job View(const LiveJob& job) const;

 private:
  friend class JobLock;
  using CommitDone = absl::AnyInvocable<void(bool)>;

  void Commit(LiveJob* job, store::StoredJob next, std::optional<EventDraft> event,
              CommitDone done);
  void OnCommitted(const std::string& job_id, absl::StatusOr<CommitOutcome> outcome,
                   CommitDone done);
  void OnFailed(LiveJob* job, const absl::Status& status);
  void End(LiveJob* job, const v1::Job& end, CommitDone done);
  void Unlock(LiveJob* job);
  void AnswerWhoWaitedFor(v1::JobState state, LiveJob* job, const v1::Job& answer);
  std::optional<EventDraft> EventOf(const LiveJob& job, const v1::Job& next) const;
  void SetDeadline(LiveJob* job, const store::StoredJob& record);
  absl::Time ThrottledUntil(const LiveJob& job) const;
  void CountTransition(const v1::Job& job);

  struct IdHash {
    using is_transparent = void;
    size_t operator()(absl::string_view id) const { return absl::Hash<absl::string_view>()(id); }
    size_t operator()(const std::unique_ptr<LiveJob>& job) const { return (*this)(job->id()); }
  };
  struct IdEqual {
    using is_transparent = void;
    static absl::string_view IdOf(absl::string_view id) { return id; }
    static absl::string_view IdOf(const std::unique_ptr<LiveJob>& job) { return job->id(); }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return IdOf(a) == IdOf(b);
    }
  };

  Deps deps_;
  absl::flat_hash_set<std::unique_ptr<LiveJob>, IdHash, IdEqual> jobs_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_JOB_BOOK_H_
