#include "common/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace gcjobs {
namespace {

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Time MonotonicNow() const override {
    return absl::UnixEpoch() +
           absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace

const Clock* RealClock() {
  static const SystemClock* const kClock = new SystemClock;  // never destroyed: used by all threads
  return kClock;
}

}  // namespace gcjobs
