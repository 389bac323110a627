#ifndef GCJOBS_SERVER_STORE_STORE_H_
#define GCJOBS_SERVER_STORE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "server/store/job_query.h"
#include "server/store/stored_job.pb.h"
#include "server/store/write.h"

namespace gcjobs {

using EventPtr = std::shared_ptr<const v1::JobEvent>;

// The first and last revision whose events can still be read. Events are
// numbered without gaps. `oldest` is head + 1 when there are none.
struct RevisionRange {
  Revision oldest = 1;
  Revision head = 0;
};

// Where jobs and their events are kept. The only implementation detail that
// shows is the cost: Commit is asynchronous and grouped, reads block on disk.
//
// Guarantees, checked by one conformance suite for all implementations:
// - A write is made whole or not at all; a job and its event always together.
//   When `done` gets Committed, the write survives kill -9 and power loss.
// - Writes take effect in the order in which Commit was called.
// - Each event gets the next revision: 1, 2, 3 ... without gaps; within one
//   job the sequence does the same. Nothing is visible to a read, a listener
//   or `done` before it is durable.
// - After a failed sync the state on disk is unknown: that write and all later
//   ones fail with UNAVAILABLE/STORE_FAILED until the process is restarted.
class Store {
 public:
  using CommitDone = absl::AnyInvocable<void(absl::StatusOr<CommitOutcome>)>;
  // Gets each group's events, in order of revision, after they are durable and
  // before the `done`s of their writes. Runs on the store's writer thread:
  // must be quick and must not call back into the store.
  using Listener = absl::AnyInvocable<void(const std::vector<EventPtr>&)>;

  virtual ~Store() = default;

  // Queues a write and returns. Any thread; never blocks on disk. `done` runs
  // exactly once, on the writer thread (after Close: on the calling thread),
  // and must be quick (post it to a loop).
  //
  // Errors given to `done`, which leave the store as it was:
  // - RESOURCE_EXHAUSTED/COMMIT_QUEUE_FULL, with RetryInfo: the disk stalls
  //   and the queue has reached its bound, which is far beyond the intake's.
  // - UNAVAILABLE/STORE_FAILED: see above.
  // - UNAVAILABLE/STORE_CLOSED: after Close.
  virtual void Commit(Write write, CommitDone done) = 0;

  // Reads. Any thread; may block on disk. They see a committed state.

  // NOT_FOUND/JOB_NOT_FOUND when there is none.
  virtual absl::StatusOr<store::StoredJob> GetJob(absl::string_view job_id) const = 0;
  virtual absl::StatusOr<store::Submission> GetSubmission(absl::string_view job_id) const = 0;

  // What was put under that name last (gcjobs::PutDocument): knowledge of
  // the server's own that is neither job nor event and outlives restarts.
  // NOT_FOUND/DOCUMENT_NOT_FOUND when there is none.
  virtual absl::StatusOr<std::string> GetDocument(absl::string_view name) const = 0;

  // A page of jobs, see JobQuery.
  virtual absl::StatusOr<std::vector<v1::Job>> ListJobs(const JobQuery& query) const = 0;

  // Calls `visit` for each job that is not terminal, in order of creation,
  // until it returns false. For recovery.
  virtual absl::Status ForEachLiveJob(absl::FunctionRef<bool(store::StoredJob)> visit) const = 0;

  // Ids of terminal jobs whose expire_time is at or before `now`, soonest
  // first, with their revisions.
  struct ExpiredJob {
    std::string job_id;
    Revision revision = 0;
  };
  virtual absl::StatusOr<std::vector<ExpiredJob>> ListExpired(absl::Time now,
                                                              size_t limit) const = 0;

  // Events after `after`, in order of revision. At most `limit.events` and
  // about `limit.bytes` (but always at least one, when there is one).
  // OUT_OF_RANGE/REVISION_COMPACTED (metadata `oldest_revision`) when an event
  // after `after` was trimmed.
  struct ReadLimit {
    size_t events = 256;
    size_t bytes = 1 << 20;
  };
  virtual absl::StatusOr<std::vector<EventPtr>> ReadEvents(Revision after,
                                                           ReadLimit limit) const = 0;

  // The same for one job. Never compacted while the job exists. Empty, not an
  // error, when the job is unknown.
  virtual absl::StatusOr<std::vector<EventPtr>> ReadJobEvents(absl::string_view job_id,
                                                              Revision after,
                                                              ReadLimit limit) const = 0;

  virtual absl::StatusOr<RevisionRange> GetRevisionRange() const = 0;

  // Drops the events of jobs whose DELETED event is older than `before`; after
  // it, ReadEvents from before the newest dropped event is OUT_OF_RANGE. Runs
  // in the order of commits; blocks until it is durable. Returns how many
  // events were dropped. Not from the writer thread.
  virtual absl::StatusOr<int64_t> TrimEvents(absl::Time before) = 0;

  // Stops taking writes (they fail with UNAVAILABLE/STORE_CLOSED), commits
  // what is queued and waits for it. Idempotent.
  virtual void Close() = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_STORE_H_
