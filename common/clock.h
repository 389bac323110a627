#ifndef GCJOBS_COMMON_CLOCK_H_
#define GCJOBS_COMMON_CLOCK_H_

#include "absl/time/time.h"

namespace gcjobs {

// Where time comes from; injected everywhere, so that tests move it by hand.
// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The time of day: for time stamps that people and other machines see. It
  // may jump when the machine's clock is set.
  virtual absl::Time Now() const = 0;

  // Never jumps and never goes back: for timers, budgets and ages within this
  // process. Its origin means nothing; do not store or send it.
  virtual absl::Time MonotonicNow() const = 0;
};

// The machine's clocks. Lives for ever.
const Clock* RealClock();

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_CLOCK_H_
