#ifndef GCJOBS_TESTS_SIMULATOR_WAITER_H_
#define GCJOBS_TESTS_SIMULATOR_WAITER_H_

#include "absl/time/time.h"
#include "common/mutex.h"

namespace gcjobs::sim {

// Lets real time pass, for held calls and delayed answers. An interface, so
// that tests with a fake clock move it instead of waiting. Thread-safe.
class Waiter {
 public:
  virtual ~Waiter() = default;

  // Blocks for so long (infinite is allowed); false when Stop came first.
  virtual bool Wait(absl::Duration duration) = 0;

  // Ends all waits, present and future.
  virtual void Stop() = 0;
};

class RealWaiter final : public Waiter {
 public:
  bool Wait(absl::Duration duration) override ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    return !mu_.AwaitWithTimeout(absl::Condition(&stopped_), duration);
  }

  void Stop() override ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    stopped_ = true;
  }

 private:
  Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_WAITER_H_
