#ifndef GCJOBS_COMMON_BACKOFF_POLICY_H_
#define GCJOBS_COMMON_BACKOFF_POLICY_H_

#include <limits>
#include <optional>

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

// How often and how patiently something that failed is tried again.
struct RetryPolicy {
  BackoffPolicy backoff;
  // Attempts after the first one.
  int max_retries = std::numeric_limits<int>::max();
  // Who asks us to wait for longer is not waited for.
  absl::Duration longest_wait = absl::InfiniteDuration();
};

// Counts the failures in a row of one thing that is tried again. A small value,
// for the locals of whoever tries:
//
//   for (Retries retries(kPolicy);;) {
//     const absl::Status status = co_await Try();
//     if (status.ok()) co_return status;
//     const auto delay = retries.AfterFailure(random_, GetRetryDelay(status));
//     if (!delay) co_return status;
//     co_await Sleep(loop_, *delay);
//   }
class Retries {
 public:
  // `policy` outlives this.
  explicit Retries(const RetryPolicy& policy) : policy_(&policy) {}

  // One more failure: how long to wait before the next attempt, and at least
  // what the other side `asked` for. Unset: it is not tried again.
  std::optional<absl::Duration> AfterFailure(absl::BitGenRef random,
                                             std::optional<absl::Duration> asked = std::nullopt);
  // It went well: the next failure is the first again.
  void Reset() { failures_ = 0; }

  int failures() const { return failures_; }

 private:
  const RetryPolicy* policy_;
  int failures_ = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_BACKOFF_POLICY_H_
