#ifndef GCJOBS_SERVER_STORE_STORE_H_
#define GCJOBS_SERVER_STORE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
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
// numbered without gaps, but where the store was restored from a backup. `oldest` is
// head + 1 when there are none.
struct RevisionRange {
  Revision oldest = 1;
  Revision head = 0;
};

// A job whose retention is over.
struct ExpiredJob {
  std::string job_id;
  Revision revision = 0;
};

// A page of events ends at whichever comes first, but holds at least one event
// when there is one. `bytes` counts events as they are stored.
struct ReadLimit {
  size_t events = 256;
  size_t bytes = 1 << 20;
};

// The reads of a store, over a connection of its own; see Store::OpenReader.
// Each read sees one committed state, at least as new as the last Committed
// that was answered before it began. Reads block on disk. Used by one thread at
// a time; different readers do not wait for each other, nor for commits.
//
// Any read may fail: DATA_LOSS/STORE_CORRUPT when what is stored cannot be
// read, UNAVAILABLE/STORE_FAILED when the disk failed.
class StoreReader {
 public:
  virtual ~StoreReader() = default;

  // NOT_FOUND/JOB_NOT_FOUND when there is no such job.
  virtual absl::StatusOr<store::StoredJob> GetJob(absl::string_view job_id) = 0;
  virtual absl::StatusOr<store::Submission> GetSubmission(absl::string_view job_id) = 0;

  // What was last put under that name (PutDocument): knowledge of the server's
  // own that is neither job nor event and outlives restarts.
  // NOT_FOUND/DOCUMENT_NOT_FOUND when nothing was.
  virtual absl::StatusOr<std::string> GetDocument(absl::string_view name) = 0;

  // A page of jobs, see JobQuery.
  virtual absl::StatusOr<std::vector<v1::Job>> ListJobs(const JobQuery& query) = 0;

  // Calls `visit` for each job that is not terminal, in order of creation,
  // until it returns false; `visit` may use this reader. A job that changes
  // meanwhile is given as it is when its turn comes. For recovery.
  virtual absl::Status ForEachLiveJob(absl::FunctionRef<bool(store::StoredJob)> visit) = 0;

  // Terminal jobs whose expire_time is at or before `now`, soonest first.
  virtual absl::StatusOr<std::vector<ExpiredJob>> ListExpired(absl::Time now, size_t limit) = 0;

  // Events after `after`, in order of revision. OUT_OF_RANGE/REVISION_COMPACTED
  // (metadata `oldest_revision`) when an event after `after` was trimmed, or when
  // `after` is a revision that was lost: given out after the backup was made from which
  // the store was restored.
  virtual absl::StatusOr<std::vector<EventPtr>> ReadEvents(Revision after, ReadLimit limit) = 0;

  // The same for one job. Never trimmed while the job exists. Empty, not an
  // error, when the job is unknown.
  virtual absl::StatusOr<std::vector<EventPtr>> ReadJobEvents(absl::string_view job_id,
                                                              Revision after, ReadLimit limit) = 0;

  virtual absl::StatusOr<RevisionRange> GetRevisionRange() = 0;
};

// Where jobs and their events are kept. The only implementation detail that
// shows is the cost: Commit is asynchronous and grouped, reads block.
//
// Guarantees, checked by one conformance suite for all implementations:
// - A write is made whole or not at all; a job and its event always together.
//   When `done` gets Committed, the write survives kill -9 and power loss.
// - Writes take effect in the order in which Commit was called.
// - Each event gets the next revision: 1, 2, 3 ... without gaps, but for one where
//   a restored store skips those that were lost; within one job the sequence is
//   without gaps. Nothing is visible to a read, a listener
//   or `done` before it is durable.
// - After a failed sync the state on disk is unknown: that write and all later
//   ones fail with UNAVAILABLE/STORE_FAILED until the process is restarted.
//   What was committed before can still be read.
class Store {
 public:
  using CommitDone = absl::AnyInvocable<void(absl::StatusOr<CommitOutcome>)>;
  using TrimDone = absl::AnyInvocable<void(absl::StatusOr<int64_t>)>;
  // Gets each group's events, in order of revision, after they are durable and
  // before the `done`s of their writes. Runs on the store's writer thread: must
  // be quick and must not block on the store.
  using Listener = absl::AnyInvocable<void(const std::vector<EventPtr>&)>;

  virtual ~Store() = default;

  // Queues a write and returns. Any thread; never blocks on disk. `done` runs
  // exactly once, on the writer thread and in the order of the commits, and must
  // be quick (post it to a loop).
  //
  // Errors given to `done`:
  // - UNAVAILABLE/STORE_FAILED: see above. Only if the write's own sync failed
  //   is it unknown whether it was made.
  // Errors given at once, on the calling thread:
  // - RESOURCE_EXHAUSTED/COMMIT_QUEUE_FULL, with RetryInfo: the disk stalls
  //   and the queue has reached its bound, which is far beyond the intake's.
  // - UNAVAILABLE/STORE_CLOSED: after Close.
  virtual void Commit(Write write, CommitDone done) = 0;

  // Drops the events of jobs whose DELETED event is older than `before`; after
  // it, ReadEvents from before the newest dropped event is OUT_OF_RANGE. Takes
  // its turn among the commits, in portions, so that it never holds them up for
  // long. `done`, as Commit's, gets how many events were dropped once that is
  // durable.
  virtual void TrimEvents(absl::Time before, TrimDone done) = 0;

  // A reader for one thread. The store must outlive it. Any thread; works after
  // Close, and after the store has failed, too.
  virtual absl::StatusOr<std::unique_ptr<StoreReader>> OpenReader() = 0;

  // Stops taking writes, commits what is queued and waits for it. Idempotent.
  // Not from `done` or the listener.
  virtual void Close() = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_STORE_H_
