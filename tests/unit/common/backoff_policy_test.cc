#include "common/backoff_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace gcjobs {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Lt;

// In the upper half of `bound`.
auto IsJitterOf(absl::Duration bound) { return AllOf(Ge(bound / 2), Lt(bound)); }

TEST(BackoffPolicyTest, BoundGrowsByTheMultiplierUpToTheMaximum) {
  const BackoffPolicy policy{absl::Seconds(1), absl::Seconds(10), 3.0};
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THAT(policy.Delay(1, random), IsJitterOf(absl::Seconds(1)));
    EXPECT_THAT(policy.Delay(2, random), IsJitterOf(absl::Seconds(3)));
    EXPECT_THAT(policy.Delay(3, random), IsJitterOf(absl::Seconds(9)));
    EXPECT_THAT(policy.Delay(4, random), IsJitterOf(absl::Seconds(10)));
  }
}

TEST(BackoffPolicyTest, ManyFailuresStayAtTheMaximum) {
  const BackoffPolicy policy;
  std::mt19937_64 random(1);
  EXPECT_THAT(policy.Delay(std::numeric_limits<int>::max(), random), IsJitterOf(policy.max));
}

TEST(BackoffPolicyTest, NoFailureCountsAsTheFirst) {
  const BackoffPolicy policy;
  std::mt19937_64 random(1);
  EXPECT_THAT(policy.Delay(0, random), IsJitterOf(policy.initial));
  EXPECT_THAT(policy.Delay(-1, random), IsJitterOf(policy.initial));
}

TEST(BackoffPolicyTest, InitialAboveTheMaximumIsCut) {
  const BackoffPolicy policy{absl::Seconds(60), absl::Seconds(2), 2.0};
  std::mt19937_64 random(1);
  EXPECT_THAT(policy.Delay(1, random), IsJitterOf(absl::Seconds(2)));
}

TEST(BackoffPolicyTest, DelaysOfCompetitorsDiffer) {
  const BackoffPolicy policy;
  std::mt19937_64 one(1);
  std::mt19937_64 other(2);
  EXPECT_NE(policy.Delay(1, one), policy.Delay(1, other));
}

}  // namespace
}  // namespace gcjobs
