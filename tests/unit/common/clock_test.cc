#include "common/clock.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace gcjobs {
namespace {

TEST(RealClockTest, NowIsTheTimeOfDay) {
  const absl::Time before = absl::Now();
  const absl::Time now = RealClock()->Now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, absl::Now());
}

TEST(RealClockTest, MonotonicTimeNeverGoesBack) {
  absl::Time last = RealClock()->MonotonicNow();
  for (int i = 0; i < 1000; ++i) {
    const absl::Time now = RealClock()->MonotonicNow();
    ASSERT_LE(last, now);
    last = now;
  }
}

TEST(RealClockTest, ThereIsOne) { EXPECT_EQ(RealClock(), RealClock()); }

}  // namespace
}  // namespace gcjobs
