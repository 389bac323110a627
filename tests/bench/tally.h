#ifndef GCJOBS_TESTS_BENCH_TALLY_H_
#define GCJOBS_TESTS_BENCH_TALLY_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/mutex.h"

namespace gcjobs::bench {

// Counts something that many threads bring about. Thread-safe.
class Tally {
 public:
  void Add(int64_t count) ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    count_ += count;
  }

  // Waits until it has come to `count`; false when it has not within `timeout`.
  bool Await(int64_t count, absl::Duration timeout = absl::InfiniteDuration())
      ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    const auto met = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return count_ >= count; };
    return mu_.AwaitWithTimeout(absl::Condition(&met), timeout);
  }

 private:
  Mutex mu_;
  int64_t count_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_TALLY_H_
