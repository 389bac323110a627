#include "common/backoff_policy.h"

#include <algorithm>

#include "absl/random/distributions.h"

namespace gcjobs {

absl::Duration BackoffPolicy::Delay(int failures, absl::BitGenRef random) const {
  absl::Duration bound = initial;
  for (int i = 1; i < failures && bound < max; ++i) bound *= multiplier;
  return std::min(bound, max) * absl::Uniform(random, 0.5, 1.0);
}

}  // namespace gcjobs
