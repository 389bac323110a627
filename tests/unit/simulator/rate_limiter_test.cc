#include "tests/simulator/rate_limiter.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace gcjobs::sim {
namespace {

class RateLimiterTest : public ::testing::Test {
 protected:
  gcjobs::testing::FakeClock clock_;
};

TEST_F(RateLimiterTest, RefusesBeyondTheLimitUntilTheFixedWindowHasPassed) {
  RateLimiter limiter(&clock_, 2, RateWindow::kFixed);
  EXPECT_EQ(limiter.Take("t").count, 1);
  clock_.Advance(absl::Seconds(40));
  EXPECT_EQ(limiter.Take("t").count, 2);
  const RateLimiter::Verdict refused = limiter.Take("t");
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.count, 2);
  EXPECT_EQ(refused.limit, 2);
  EXPECT_EQ(refused.reset, absl::Seconds(20));
  clock_.Advance(absl::Seconds(20));
  EXPECT_EQ(limiter.Take("t").count, 1);
  EXPECT_EQ(limiter.refused(), 1);
}

TEST_F(RateLimiterTest, ASlidingWindowFreesOneRequestAtATime) {
  RateLimiter limiter(&clock_, 2, RateWindow::kSliding);
  limiter.Take("t");
  clock_.Advance(absl::Seconds(40));
  limiter.Take("t");
  clock_.Advance(absl::Seconds(20));
  EXPECT_TRUE(limiter.Take("t").allowed);
  const RateLimiter::Verdict refused = limiter.Take("t");
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.reset, absl::Seconds(40));
}

TEST_F(RateLimiterTest, EachTokenHasItsOwnWindow) {
  RateLimiter limiter(&clock_, 1, RateWindow::kFixed);
  EXPECT_TRUE(limiter.Take("a").allowed);
  EXPECT_TRUE(limiter.Take("b").allowed);
  EXPECT_FALSE(limiter.Take("a").allowed);
}

TEST_F(RateLimiterTest, ZeroIsNoLimit) {
  RateLimiter limiter(&clock_, 0, RateWindow::kFixed);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(limiter.Take("t").allowed);
  EXPECT_EQ(limiter.Take("t").limit, 0);
}

TEST_F(RateLimiterTest, TheLimitCanChangeWithinAWindow) {
  RateLimiter limiter(&clock_, 5, RateWindow::kFixed);
  limiter.Take("t");
  limiter.SetLimit(1);
  EXPECT_FALSE(limiter.Take("t").allowed);
  limiter.SetLimit(2);
  EXPECT_TRUE(limiter.Take("t").allowed);
}

}  // namespace
}  // namespace gcjobs::sim
