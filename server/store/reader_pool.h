#ifndef GCJOBS_SERVER_STORE_READER_POOL_H_
#define GCJOBS_SERVER_STORE_READER_POOL_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"

#include "common/mutex.h"
#include "common/thread.h"
#include "server/store/store.h"

namespace gcjobs {

// Threads that read the store, each with a reader of its own: reads may wait
// for the disk, and gRPC's reaction threads and the loop must not. Thread-safe.
class ReaderPool {
 public:
  using Task = absl::AnyInvocable<void(StoreReader&)>;

  struct Options {
    // Two keep one slow read from holding up all others. Each costs a
    // connection with its cache, some MiB at most. 0, for tests: Run runs the
    // task itself, one at a time.
    int threads = 2;
    // Bounds memory: beyond it Run refuses.
    size_t max_queued = 10000;
  };

  // Opens the readers; errors as Store::OpenReader. `store` must outlive the
  // pool.
  static absl::StatusOr<std::unique_ptr<ReaderPool>> Start(Store* store, Options options);
  // Runs what is queued, then joins.
  ~ReaderPool();

  // Runs `task` on one of the threads. False when the queue is full or the
  // pool is closing: the task was not taken and does not run.
  [[nodiscard]] bool Run(Task task) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  ReaderPool(Options options, std::vector<std::unique_ptr<StoreReader>> readers);
  void Work(StoreReader* reader) ABSL_LOCKS_EXCLUDED(mu_);

  const Options options_;
  const std::vector<std::unique_ptr<StoreReader>> readers_;  // one for each thread
  Mutex inline_mu_;                                          // without threads: one at a time
  Mutex mu_;                                                 // leaf
  std::deque<Task> queue_ ABSL_GUARDED_BY(mu_);
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::unique_ptr<Thread>> threads_;  // last: they use all of the above
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_READER_POOL_H_
