#ifndef GCJOBS_SERVER_STORE_COMMIT_QUEUE_H_
#define GCJOBS_SERVER_STORE_COMMIT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "absl/time/time.h"

#include "common/metrics.h"
#include "common/mutex.h"
#include "server/store/store.h"
#include "server/store/write.h"

namespace gcjobs {

// What waits for a store's writer, in order: many threads put writes in, the
// writer takes them out in groups. While the writer syncs one group, the next
// one gathers here. Thread-safe.
class CommitQueue {
 public:
  struct Limits {
    // A group ends at whichever comes first, but holds at least one write. More
    // in a group means fewer syncs and a longer wait for the group's first;
    // beyond a few hundred writes the sync is no longer what costs.
    size_t max_group_writes = 512;
    size_t max_group_bytes = 8 << 20;

    // Writes beyond these are refused with COMMIT_QUEUE_FULL, unless the queue
    // is empty. They only bound memory when the disk stalls: intake is limited
    // long before, and every live job may well have a write at the same time.
    size_t max_queued_writes = 1 << 20;
    size_t max_queued_bytes = 256 << 20;
  };

  struct QueuedWrite {
    Write write;
    Store::CommitDone done;
    size_t bytes = 0;
  };
  // What is left of a trim.
  struct QueuedTrim {
    absl::Time before;
    int64_t dropped = 0;  // events, so far
    Store::TrimDone done;
  };
  // The content of one transaction. Writes stay where they are from the queue to
  // the answer: moving a record costs as much as looking one up.
  using Writes = std::vector<std::unique_ptr<QueuedWrite>>;
  using Group = std::variant<Writes, QueuedTrim>;

  // `metrics`, which may be null, outlives the queue.
  CommitQueue(Limits limits, Metrics* metrics) : limits_(limits), metrics_(metrics) {}

  // Queue a write or a trim. One that is refused, because the queue is full or
  // closed, is answered at once, on the calling thread.
  void Push(Write write, Store::CommitDone done) ABSL_LOCKS_EXCLUDED(mu_);
  void Push(QueuedTrim trim) ABSL_LOCKS_EXCLUDED(mu_);

  // The next group; nullopt when nothing is queued.
  std::optional<Group> TakeGroup() ABSL_LOCKS_EXCLUDED(mu_);
  // Waits for one; nullopt when the queue is closed and nothing is left.
  std::optional<Group> WaitForGroup() ABSL_LOCKS_EXCLUDED(mu_);

  // Refuses everything from now on. What is queued can still be taken.
  void Close() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  using Entry = std::variant<std::unique_ptr<QueuedWrite>, QueuedTrim>;

  bool HasWorkLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return closed_ || !queue_.empty();
  }
  std::optional<Group> TakeGroupLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Limits limits_;
  Metrics* const metrics_;
  Mutex mu_;  // leaf
  std::deque<Entry> queue_ ABSL_GUARDED_BY(mu_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_COMMIT_QUEUE_H_
