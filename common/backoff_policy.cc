#include "common/backoff_policy.h"

#include <algorithm>

#include "absl/random/distributions.h"

namespace gcjobs {

absl::Duration BackoffPolicy::Delay(int failures, absl::BitGenRef random) const {
  absl::Duration bound = initial;
  for (int i = 1; i < failures && bound < max; ++i) bound *= multiplier;
  return std::min(bound, max) * absl::Uniform(random, 0.5, 1.0);
}

std::optional<absl::Duration> Retries::AfterFailure(absl::BitGenRef random,
                                                    std::optional<absl::Duration> asked) {
  const absl::Duration at_least = asked.value_or(absl::ZeroDuration());
  if (failures_ >= policy_->max_retries || at_least > policy_->longest_wait) return std::nullopt;
  return std::max(at_least, policy_->backoff.Delay(++failures_, random));
}

}  // namespace gcjobs
