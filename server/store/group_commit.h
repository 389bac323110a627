#ifndef GCJOBS_SERVER_STORE_GROUP_COMMIT_H_
#define GCJOBS_SERVER_STORE_GROUP_COMMIT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/metrics.h"
#include "common/mutex.h"
#include "common/thread.h"
#include "server/store/store.h"
#include "server/store/store_backend.h"
#include "server/store/write.h"

namespace gcjobs {

// Who commits what is queued.
enum class CommitMode {
  kThread,  // a thread of its own, `gcj-writer`
  kManual,  // the test, by CommitQueued()
};

struct GroupCommitOptions {
  CommitMode mode = CommitMode::kThread;

  // A group ends at whichever comes first, but holds at least one batch. More
  // in a group means fewer syncs and a longer wait for the group's first;
  // beyond a few hundred writes the sync is no longer what costs.
  size_t max_group_writes = 512;
  size_t max_group_bytes = 8 << 20;

  // Batches beyond this are refused with COMMIT_QUEUE_FULL. It only bounds
  // memory when the disk stalls: intake is limited long before.
  size_t max_queued_bytes = 256 << 20;

  const Clock* clock = RealClock();  // outlives the store
  Metrics* metrics = nullptr;        // may be null; else outlives the store
  Store::Listener listener;          // may be null
};

// Turns a stream of batches into few transactions: all that is queued becomes
// one group, one transaction with one sync; while it syncs the next group
// gathers. Then the listener gets the group's events, then each batch its
// answer, in the order in which they were queued.
//
// Thread-safe, but for CommitQueued(). Callbacks run without a lock held.
class GroupCommit {
 public:
  // `backend` outlives this.
  GroupCommit(StoreBackend* backend, GroupCommitOptions options);
  ~GroupCommit();  // as Close()
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // As Store::Commit. After Close, `done` runs on the calling thread.
  void Commit(Write write, Store::CommitDone done) ABSL_LOCKS_EXCLUDED(mu_);

  // As Store::TrimEvents. In kManual it commits what is queued by itself.
  absl::StatusOr<int64_t> TrimEvents(absl::Time before) ABSL_LOCKS_EXCLUDED(mu_);

  // As Store::Close. Not from the writer thread.
  void Close() ABSL_LOCKS_EXCLUDED(close_mu_, mu_);

  // kManual: commits all that is queued, in as many groups as it takes, until
  // the queue is empty. One thread at a time, not from a callback.
  void CommitQueued() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  using TrimDone = absl::AnyInvocable<void(absl::StatusOr<StoreBackend::TrimStep>)>;

  // One thing to do: a batch, or a step of a trim.
  struct Entry {
    std::optional<Write> write;  // unset: a trim, or refused
    Store::CommitDone done;
    size_t bytes = 0;
    std::optional<absl::Time> trim_before;
    TrimDone trim_done;
  };
  using Group = std::vector<Entry>;
  using Results = std::vector<absl::StatusOr<CommitOutcome>>;

  // False, with the entry untouched, after Close.
  bool Enqueue(Entry* entry) ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<StoreBackend::TrimStep> TrimOnce(absl::Time before) ABSL_LOCKS_EXCLUDED(mu_);
  bool HasWorkLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Group TakeGroupLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // The writer's steps.
  void RunWriter() ABSL_LOCKS_EXCLUDED(mu_);
  void Process(Group group);
  void CommitGroup(Group group);
  absl::Status CommitWrites(Group* group, Results* results, std::vector<EventPtr>* events);
  void TrimStep(Entry entry);
  absl::StatusOr<StoreBackend::TrimStep> CommitTrim(absl::Time before);
  absl::Status CommitTransaction();
  void Fail(const absl::Status& cause);

  StoreBackend* const backend_;  // writer only
  GroupCommitOptions options_;   // constant, but for the listener: writer only
  absl::Status failed_;          // writer only: not OK once the backend failed

  Mutex close_mu_;  // taken before mu_
  Mutex mu_;
  std::deque<Entry> queue_ ABSL_GUARDED_BY(mu_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;

  std::unique_ptr<Thread> thread_ ABSL_GUARDED_BY(close_mu_);  // last: uses the members above
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_GROUP_COMMIT_H_
