#ifndef GCJOBS_TESTS_FAKES_FAKE_CLOCK_H_
#define GCJOBS_TESTS_FAKES_FAKE_CLOCK_H_

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace gcjobs::testing {

// A clock that stands still until the test moves it. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1700000000)) : now_(start) {}

  absl::Time Now() const override {
    MutexLock lock(&mu_);
    return now_;
  }

  absl::Time MonotonicNow() const override {
    MutexLock lock(&mu_);
    return monotonic_now_;
  }

  // Lets `duration` pass, on both clocks.
  void Advance(absl::Duration duration) {
    MutexLock lock(&mu_);
    now_ += duration;
    monotonic_now_ += duration;
  }

  // Sets the time of day, as an administrator would; monotonic time stays.
  void SetNow(absl::Time now) {
    MutexLock lock(&mu_);
    now_ = now;
  }

 private:
  mutable Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_);
  // An origin of its own, so that code which mixes the two clocks is found out.
  absl::Time monotonic_now_ ABSL_GUARDED_BY(mu_) = absl::UnixEpoch() + absl::Hours(1);
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_FAKE_CLOCK_H_
