#ifndef GCJOBS_SERVER_STORE_READ_POOL_H_
#define GCJOBS_SERVER_STORE_READ_POOL_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "common/mutex.h"
#include "common/thread.h"

namespace gcjobs {

// Threads for reads of the store, which may wait for the disk: gRPC's reaction
// threads and the loop must not. Thread-safe.
class ReadPool {
 public:
  using Task = absl::AnyInvocable<void()>;

  // Two threads keep one slow read from holding up all others. `max_queued`
  // bounds memory: beyond it Run refuses. With 0 threads, for tests, Run runs
  // the task itself.
  explicit ReadPool(int threads = 2, size_t max_queued = 10000);
  // Runs what is queued, then joins.
  ~ReadPool();

  // Runs `task` on one of the threads. False when the queue is full or the
  // pool is closing: the task was not taken and does not run.
  bool Run(Task task) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mu_);

  const bool inline_;
  const size_t max_queued_;
  Mutex mu_;  // leaf
  std::deque<Task> queue_ ABSL_GUARDED_BY(mu_);
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::unique_ptr<Thread>> threads_;  // last: they use all of the above
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_READ_POOL_H_
