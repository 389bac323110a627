#ifndef GCJOBS_COMMON_BACKOFF_POLICY_H_
#define GCJOBS_COMMON_BACKOFF_POLICY_H_

#include "absl/random/bit_gen_ref.h"
#include "absl/time/time.h"

namespace gcjobs {

// How long to wait after errors. For errors only: when to poll a job that has
// merely not ended is up to the PollScheduler.
struct BackoffPolicy {
  // Upper bound of the first delay.
  absl::Duration initial = absl::Milliseconds(500);
  // Upper bound of any delay; raising it delays recovery after long outages.
  absl::Duration max = absl::Seconds(30);
  // Growth of the bound from one failure to the next.
  double multiplier = 2.0;

  // The delay after `failures` failures in a row (1 = the first): uniform in
  // the upper half of the bound, so that clients that failed together do not
  // come back together.
  absl::Duration Delay(int failures, absl::BitGenRef random) const;
};

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_BACKOFF_POLICY_H_
