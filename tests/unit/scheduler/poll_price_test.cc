#include "server/scheduler/poll_price.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace gcjobs {
namespace {

class PollPriceTest : public ::testing::Test {
 protected:
  // There are always jobs of that waste: takes polls as fast as allowed while
  // they are worth it; how many.
  int Spend(absl::Duration time, double waste = 100) {
    int polls = 0;
    for (const absl::Time end = clock_.MonotonicNow() + time; clock_.MonotonicNow() < end;) {
      clock_.Advance(absl::Milliseconds(100));
      price_.Advance(clock_.MonotonicNow());
      while (MayPoll() && price_.price() <= waste) {
        budget_.Take(RequestClass::kPoll);
        price_.Spend(waste);
        ++polls;
      }
    }
    return polls;
  }

  void Idle(absl::Duration time) {
    for (const absl::Time end = clock_.MonotonicNow() + time; clock_.MonotonicNow() < end;) {
      clock_.Advance(absl::Milliseconds(500));
      price_.Advance(clock_.MonotonicNow());
    }
  }

  bool MayPoll() const {
    return price_.affordable() && budget_.Earliest(RequestClass::kPoll) <= clock_.MonotonicNow();
  }

  testing::FakeClock clock_;
  RequestBudget budget_{RequestBudget::Options(), &clock_};
  PollPrice price_{PollPrice::Options(), &budget_, clock_.MonotonicNow()};
};

TEST_F(PollPriceTest, RisesWhileMorePollsAreWantedThanThereAre) {
  const double before = price_.price();
  Spend(absl::Minutes(3));
  EXPECT_GT(price_.price(), 10 * before);
}

TEST_F(PollPriceTest, FallsToTheFloorWhenNobodyWantsPolls) {
  Spend(absl::Minutes(3), /*waste=*/1e6);
  ASSERT_GT(price_.price(), 100);
  Idle(absl::Minutes(5));
  EXPECT_DOUBLE_EQ(price_.price(), price_.floor());
}

// What a burst leaves behind is gone as soon as the budget is free again.
TEST_F(PollPriceTest, IsTheFloorAsSoonAsMostOfTheWindowIsFree) {
  Spend(absl::Minutes(3), /*waste=*/1000);
  ASSERT_GT(price_.price(), 30);
  const auto free = [this](absl::Duration ahead) {
    return budget_.LeftBy(RequestClass::kPoll, clock_.MonotonicNow() + ahead);
  };
  while (free(absl::ZeroDuration()) <= 0.7 * free(absl::Minutes(5))) Idle(absl::Milliseconds(500));
  EXPECT_DOUBLE_EQ(price_.price(), price_.floor());
}

// So that a fleet that paused for a moment need not find its price again.
TEST_F(PollPriceTest, IsWhatScarcityMadeItWhenTheWindowIsInUseAgain) {
  Spend(absl::Minutes(5), /*waste=*/3);
  const double before = price_.price();
  Idle(absl::Seconds(50));
  ASSERT_DOUBLE_EQ(price_.price(), price_.floor());
  Spend(absl::Seconds(30), /*waste=*/3);
  EXPECT_GT(price_.price(), before / 4);
}

TEST_F(PollPriceTest, WhileTheWindowIsInUseItFallsSlowly) {
  Spend(absl::Minutes(3), /*waste=*/1000);
  const double before = price_.price();
  Idle(absl::Seconds(5));
  EXPECT_GT(price_.price(), before / 4);
}

TEST_F(PollPriceTest, SettlesBelowTheWasteThatIsThere) {
  Spend(absl::Minutes(20), /*waste=*/3);
  EXPECT_LT(price_.price(), 3.5);
  EXPECT_GT(price_.price(), 1.5);
}

TEST_F(PollPriceTest, ABurstDoesNotUseUpTheWindow) { EXPECT_LT(Spend(absl::Seconds(5)), 60); }

TEST_F(PollPriceTest, NoSecondsWithoutPollsFollowABurst) {
  Idle(absl::Minutes(3));
  for (int part = 0; part < 60; ++part) {
    EXPECT_GE(Spend(absl::Seconds(4)), 4) << part;
    EXPECT_LE(Spend(absl::Seconds(1)), 60) << part;
  }
}

TEST_F(PollPriceTest, MostOfTheBudgetCanBeUsed) {
  Spend(absl::Minutes(3));
  EXPECT_GT(Spend(absl::Minutes(4)), 0.85 * 4 * 60 * price_.capacity());
}

TEST_F(PollPriceTest, FollowsTheLimitThatTheUpstreamReports) {
  budget_.OnReport({60, 0, absl::Seconds(1)});
  Idle(absl::Seconds(5));
  EXPECT_NEAR(price_.capacity(), 54 / 61.0, 1e-9);
  EXPECT_LT(Spend(absl::Minutes(2)), 125);
}

TEST_F(PollPriceTest, WhileThrottledItAsksToComeBack) {
  budget_.OnThrottled(RequestClass::kPoll, absl::Minutes(30));
  Spend(absl::Seconds(10));
  while (price_.affordable()) price_.Spend(1);
  price_.Advance(clock_.MonotonicNow() + absl::Milliseconds(1));
  EXPECT_GT(price_.NextToken(), clock_.MonotonicNow());
  EXPECT_LE(price_.NextToken(), clock_.MonotonicNow() + absl::Seconds(2));
}

TEST_F(PollPriceTest, TheNextTokenComesWhenItSays) {
  while (price_.affordable()) {
    budget_.Take(RequestClass::kPoll);
    price_.Spend(1);
  }
  const absl::Time next = price_.NextToken();
  ASSERT_GT(next, clock_.MonotonicNow());
  price_.Advance(next - absl::Milliseconds(2));
  EXPECT_FALSE(price_.affordable());
  price_.Advance(next + absl::Milliseconds(50));  // the pace may have changed a little
  EXPECT_TRUE(price_.affordable());
}

}  // namespace
}  // namespace gcjobs
