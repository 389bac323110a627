#include "common/backoff_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <random>

namespace gcjobs {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Lt;
using ::testing::Optional;

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

constexpr RetryPolicy kTwice = {{absl::Seconds(1), absl::Seconds(10), 3.0},
                                /*max_retries=*/2,
                                /*longest_wait=*/absl::Minutes(1)};

TEST(RetriesTest, WaitsLongerEachTimeAndThenGivesUp) {
  std::mt19937_64 random(1);
  Retries retries(kTwice);
  EXPECT_THAT(retries.AfterFailure(random), Optional(IsJitterOf(absl::Seconds(1))));
  EXPECT_THAT(retries.AfterFailure(random), Optional(IsJitterOf(absl::Seconds(3))));
  EXPECT_EQ(retries.AfterFailure(random), std::nullopt);
}

TEST(RetriesTest, AfterASuccessItBeginsAgain) {
  std::mt19937_64 random(1);
  Retries retries(kTwice);
  retries.AfterFailure(random);
  retries.AfterFailure(random);
  retries.Reset();
  EXPECT_THAT(retries.AfterFailure(random), Optional(IsJitterOf(absl::Seconds(1))));
}

TEST(RetriesTest, WaitsAtLeastAsLongAsTheOtherSideAskedFor) {
  std::mt19937_64 random(1);
  Retries retries(kTwice);
  EXPECT_EQ(retries.AfterFailure(random, absl::Minutes(1)), absl::Minutes(1));
  EXPECT_THAT(retries.AfterFailure(random, absl::Milliseconds(1)),
              Optional(IsJitterOf(absl::Seconds(3))));
}

TEST(RetriesTest, ALongerWaitThanItsPolicyAllowsIsNotWaited) {
  std::mt19937_64 random(1);
  Retries retries(kTwice);
  EXPECT_EQ(retries.AfterFailure(random, absl::Seconds(61)), std::nullopt);
}

}  // namespace
}  // namespace gcjobs
