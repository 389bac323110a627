#include "tests/fakes/fake_clock.h"

#include <gtest/gtest.h>

namespace gcjobs::testing {
namespace {

TEST(FakeClockTest, StandsStillUntilMoved) {
  const absl::Time start = absl::FromUnixSeconds(42);
  const FakeClock clock(start);
  EXPECT_EQ(clock.Now(), start);
  EXPECT_EQ(clock.Now(), start);
  EXPECT_EQ(clock.MonotonicNow(), clock.MonotonicNow());
}

TEST(FakeClockTest, AdvanceMovesBothClocks) {
  FakeClock clock;
  const absl::Time now = clock.Now();
  const absl::Time monotonic = clock.MonotonicNow();
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now() - now, absl::Seconds(5));
  EXPECT_EQ(clock.MonotonicNow() - monotonic, absl::Seconds(5));
}

TEST(FakeClockTest, SetNowMovesOnlyTheTimeOfDay) {
  FakeClock clock;
  const absl::Time monotonic = clock.MonotonicNow();
  clock.SetNow(absl::FromUnixSeconds(7));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(7));
  EXPECT_EQ(clock.MonotonicNow(), monotonic);
}

}  // namespace
}  // namespace gcjobs::testing
