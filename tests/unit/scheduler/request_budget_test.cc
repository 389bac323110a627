#include "server/scheduler/request_budget.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "tests/fakes/fake_clock.h"

namespace gcjobs {
namespace {

using testing::FakeClock;

constexpr absl::Duration kSpan = absl::Seconds(61);  // window and margin

class RequestBudgetTest : public ::testing::Test {
 protected:
  bool MaySend(RequestClass request_class) const {
    return budget_.Earliest(request_class) <= clock_.MonotonicNow();
  }

  // Takes as many as there are, now; at most `max`.
  int TakeAll(RequestClass request_class, int max = 1000) {
    int taken = 0;
    while (taken < max && MaySend(request_class)) {
      budget_.Take(request_class);
      ++taken;
    }
    return taken;
  }

  absl::Duration UntilPermit(RequestClass request_class) const {
    return budget_.Earliest(request_class) - clock_.MonotonicNow();
  }

  FakeClock clock_;
  RequestBudget budget_{RequestBudget::Options(), &clock_};
};

TEST_F(RequestBudgetTest, GrantsTheLimitAndNotOneMoreWithinTheWindow) {
  EXPECT_EQ(TakeAll(RequestClass::kSubmit), 300);
  clock_.Advance(kSpan - absl::Milliseconds(1));
  EXPECT_FALSE(MaySend(RequestClass::kSubmit));
  EXPECT_EQ(UntilPermit(RequestClass::kSubmit), absl::Milliseconds(1));
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(TakeAll(RequestClass::kSubmit), 300);
}

TEST_F(RequestBudgetTest, ANewLimitCountsAtOnce) {
  EXPECT_EQ(TakeAll(RequestClass::kSubmit, 100), 100);
  budget_.SetLimit(60);
  EXPECT_FALSE(MaySend(RequestClass::kSubmit));
  budget_.SetLimit(120);
  EXPECT_EQ(TakeAll(RequestClass::kSubmit), 20);
  EXPECT_EQ(budget_.limit(), 120);
}

TEST_F(RequestBudgetTest, PermitsComeBackOneByOneAsTheyWereTaken) {
  TakeAll(RequestClass::kSubmit, 100);
  clock_.Advance(absl::Seconds(10));
  TakeAll(RequestClass::kSubmit);
  EXPECT_EQ(UntilPermit(RequestClass::kSubmit), kSpan - absl::Seconds(10));
  clock_.Advance(kSpan - absl::Seconds(10));
  EXPECT_EQ(TakeAll(RequestClass::kSubmit), 100);
}

TEST_F(RequestBudgetTest, PollsAndResultsLeaveTheReserve) {
  EXPECT_EQ(TakeAll(RequestClass::kPoll), 270);
  EXPECT_FALSE(MaySend(RequestClass::kResults));
  EXPECT_EQ(TakeAll(RequestClass::kCancel), 30);
}

TEST_F(RequestBudgetTest, EveryOtherClassMayUseTheReserve) {
  TakeAll(RequestClass::kPoll);
  for (const RequestClass request_class : {RequestClass::kToken, RequestClass::kSubmit,
                                           RequestClass::kCancel, RequestClass::kManage}) {
    EXPECT_TRUE(MaySend(request_class)) << Name(request_class);
  }
}

TEST_F(RequestBudgetTest, ResultsHaveAShareAndLeaveTheRestToPolls) {
  EXPECT_EQ(TakeAll(RequestClass::kResults), 120);
  EXPECT_EQ(UntilPermit(RequestClass::kResults), kSpan);
  EXPECT_EQ(TakeAll(RequestClass::kPoll), 150);
}

TEST_F(RequestBudgetTest, ATinyLimitStillServesEveryClass) {
  RequestBudget::Options options;
  options.limit = 1;
  RequestBudget budget(options, &clock_);
  EXPECT_LE(budget.Earliest(RequestClass::kResults), clock_.MonotonicNow());
  budget.Take(RequestClass::kResults);
  EXPECT_EQ(budget.Earliest(RequestClass::kSubmit), clock_.MonotonicNow() + kSpan);
}

TEST_F(RequestBudgetTest, WhatIsGivenBackCanBeTakenAgain) {
  TakeAll(RequestClass::kSubmit, 299);
  budget_.Start(RequestClass::kSubmit);
  EXPECT_FALSE(MaySend(RequestClass::kManage));
  budget_.GiveBack(RequestClass::kSubmit);
  EXPECT_EQ(budget_.used(), 299);
  EXPECT_EQ(TakeAll(RequestClass::kManage), 1);
}

TEST_F(RequestBudgetTest, ARequestUnderWayCountsUntilASpanAfterItsEnd) {
  budget_.Start(RequestClass::kSubmit);
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(budget_.used(), 1);
  budget_.End(RequestClass::kSubmit);
  clock_.Advance(kSpan - absl::Milliseconds(1));
  EXPECT_EQ(budget_.used(), 1);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(budget_.used(), 0);
}

TEST_F(RequestBudgetTest, WithAllUnderWayTheNextIsExpectedASpanFromNow) {
  for (int i = 0; i < 300; ++i) budget_.Start(RequestClass::kSubmit);
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(UntilPermit(RequestClass::kSubmit), kSpan);
  budget_.End(RequestClass::kSubmit);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(UntilPermit(RequestClass::kSubmit), kSpan - absl::Seconds(1));
}

TEST_F(RequestBudgetTest, WhatIsLeftTakesThoseUnderWayAsEndingNow) {
  for (int i = 0; i < 70; ++i) budget_.Start(RequestClass::kPoll);
  const absl::Time now = clock_.MonotonicNow();
  EXPECT_EQ(budget_.LeftBy(RequestClass::kPoll, now), 200);
  EXPECT_EQ(budget_.LeftBy(RequestClass::kPoll, now + kSpan - absl::Milliseconds(1)), 200);
  EXPECT_EQ(budget_.LeftBy(RequestClass::kPoll, now + kSpan), 270);
}

TEST_F(RequestBudgetTest, ResultsUnderWayCountInTheirShare) {
  for (int i = 0; i < 119; ++i) budget_.Start(RequestClass::kResults);
  EXPECT_EQ(TakeAll(RequestClass::kResults), 1);
  EXPECT_EQ(UntilPermit(RequestClass::kResults), kSpan);
}

TEST_F(RequestBudgetTest, GivingBackWhatIsNotCountedChangesNothing) {
  budget_.Take(RequestClass::kPoll);
  budget_.GiveBack(RequestClass::kSubmit);
  EXPECT_EQ(budget_.used(), 1);
}

TEST_F(RequestBudgetTest, WhatIsLeftGrowsAsRequestsLeaveTheWindow) {
  TakeAll(RequestClass::kPoll, 100);
  clock_.Advance(absl::Seconds(10));
  TakeAll(RequestClass::kSubmit, 50);
  const absl::Time now = clock_.MonotonicNow();
  EXPECT_EQ(budget_.LeftBy(RequestClass::kPoll, now), 120);
  EXPECT_EQ(budget_.LeftBy(RequestClass::kSubmit, now), 150);
  EXPECT_EQ(budget_.LeftBy(RequestClass::kPoll, now + kSpan - absl::Seconds(10)), 220);
  EXPECT_EQ(budget_.LeftBy(RequestClass::kPoll, now + kSpan), 270);
}

TEST_F(RequestBudgetTest, NothingIsLeftWhileOthersUseItAllOrTheClassIsStopped) {
  budget_.OnReport({300, 400, absl::Seconds(12)});
  budget_.OnThrottled(RequestClass::kResults, absl::Minutes(5));
  const absl::Time now = clock_.MonotonicNow();
  EXPECT_EQ(budget_.LeftBy(RequestClass::kPoll, now), 0);
  EXPECT_EQ(budget_.LeftBy(RequestClass::kPoll, now + absl::Seconds(13)), 1);  // to learn by
  EXPECT_EQ(budget_.LeftBy(RequestClass::kPoll, now + kSpan), 270);
  EXPECT_EQ(budget_.LeftBy(RequestClass::kResults, now + absl::Minutes(4)), 0);
  EXPECT_EQ(budget_.LeftBy(RequestClass::kResults, now + absl::Minutes(5)), 270);
}

TEST_F(RequestBudgetTest, TheLimitFollowsReportsButNeverExceedsTheConfiguredOne) {
  budget_.OnReport({180, std::nullopt, std::nullopt});
  EXPECT_EQ(budget_.limit(), 180);
  budget_.OnReport({250, std::nullopt, std::nullopt});
  EXPECT_EQ(budget_.limit(), 250);
  budget_.OnReport({100'000, std::nullopt, std::nullopt});
  EXPECT_EQ(budget_.limit(), 300);
}

TEST_F(RequestBudgetTest, AReportThatSaysNothingOrNonsenseChangesNothing) {
  budget_.OnReport({});
  budget_.OnReport({0, -5, absl::Seconds(-1)});
  EXPECT_EQ(budget_.limit(), 300);
  EXPECT_EQ(budget_.used(), 0);
}

TEST_F(RequestBudgetTest, ALowerLimitThatIsOverusedStopsSendingUntilEnoughHasLeft) {
  TakeAll(RequestClass::kSubmit, 200);
  clock_.Advance(absl::Seconds(20));
  TakeAll(RequestClass::kSubmit, 50);
  budget_.OnReport({100, std::nullopt, std::nullopt});
  EXPECT_EQ(UntilPermit(RequestClass::kSubmit), kSpan - absl::Seconds(20));
}

TEST_F(RequestBudgetTest, RequestsOfOthersTakeRoomUntilAReportSaysLess) {
  TakeAll(RequestClass::kSubmit, 100);
  budget_.OnReport({300, 250, absl::Seconds(30)});
  EXPECT_EQ(budget_.used(), 250);
  EXPECT_EQ(TakeAll(RequestClass::kSubmit), 50);
  budget_.OnReport({300, 180, absl::Seconds(30)});
  EXPECT_EQ(TakeAll(RequestClass::kSubmit), 120);
}

TEST_F(RequestBudgetTest, AfterTheResetOneRequestGoesToLearnWhetherOthersAreGone) {
  budget_.OnReport({300, 400, absl::Seconds(12)});
  EXPECT_EQ(UntilPermit(RequestClass::kSubmit), absl::Seconds(13));  // with the margin
  clock_.Advance(absl::Seconds(13));
  EXPECT_EQ(TakeAll(RequestClass::kSubmit), 1);
  budget_.OnReport({300, 1, absl::Seconds(60)});
  EXPECT_EQ(TakeAll(RequestClass::kSubmit), 299);
}

TEST_F(RequestBudgetTest, WithoutAnyReportOthersAreGoneAfterAWindow) {
  budget_.OnReport({300, 400, absl::Seconds(12)});
  clock_.Advance(absl::Seconds(13));
  TakeAll(RequestClass::kSubmit);
  EXPECT_EQ(UntilPermit(RequestClass::kSubmit), kSpan - absl::Seconds(13));
  clock_.Advance(kSpan - absl::Seconds(13));
  EXPECT_EQ(TakeAll(RequestClass::kSubmit), 299);
}

TEST_F(RequestBudgetTest, AProbeGivenBackMayBeTriedAgain) {
  budget_.OnReport({300, 400, absl::ZeroDuration()});
  clock_.Advance(absl::Seconds(1));
  budget_.Start(RequestClass::kPoll);
  EXPECT_FALSE(MaySend(RequestClass::kPoll));
  budget_.GiveBack(RequestClass::kPoll);
  EXPECT_TRUE(MaySend(RequestClass::kPoll));
}

TEST_F(RequestBudgetTest, ACountWithoutResetHoldsForAWindow) {
  budget_.OnReport({300, 300, std::nullopt});
  EXPECT_EQ(UntilPermit(RequestClass::kSubmit), kSpan);
  budget_.OnReport({300, 300, absl::Hours(9)});
  EXPECT_EQ(UntilPermit(RequestClass::kSubmit), kSpan);
}

TEST_F(RequestBudgetTest, ACountBelowOursAddsNothing) {
  TakeAll(RequestClass::kSubmit, 100);
  budget_.OnReport({300, 40, absl::Seconds(30)});
  EXPECT_EQ(budget_.used(), 100);
}

// Of 50 that are under way the upstream has counted any number: its count does
// not show that the 100 of others are gone.
TEST_F(RequestBudgetTest, ReportsDuringABurstDoNotMakeOthersVanish) {
  budget_.OnReport({300, 100, absl::Seconds(60)});
  for (int i = 0; i < 50; ++i) budget_.Start(RequestClass::kSubmit);
  budget_.End(RequestClass::kSubmit);
  budget_.OnReport({300, 101, absl::Seconds(60)});
  EXPECT_EQ(budget_.used(), 150);
  for (int i = 0; i < 49; ++i) budget_.End(RequestClass::kSubmit);
  budget_.OnReport({300, 110, absl::Seconds(60)});
  EXPECT_EQ(budget_.used(), 110);
}

// What was sent after the reporting request may have arrived before it was
// answered, or not.
TEST_F(RequestBudgetTest, AReportThatComesLateSaysNothingOfLaterRequests) {
  budget_.OnReport({300, 100, absl::Seconds(60)});
  const absl::Time sent_at = clock_.MonotonicNow();
  clock_.Advance(absl::Seconds(20));
  TakeAll(RequestClass::kSubmit, 50);
  budget_.OnReport({300, 101, absl::Seconds(40)}, sent_at);
  EXPECT_EQ(budget_.used(), 150);
}

class BlindRequestBudgetTest : public RequestBudgetTest {
 protected:
  static RequestBudget::Options Blind(int limit = 300) {
    RequestBudget::Options options;
    options.limit = limit;
    options.blind_requests = 10;
    return options;
  }
  int TakeAllOf(RequestBudget* budget, RequestClass request_class) {
    int taken = 0;
    for (; budget->Earliest(request_class) <= clock_.MonotonicNow(); ++taken) {
      budget->Take(request_class);
    }
    return taken;
  }
};

TEST_F(BlindRequestBudgetTest, AStartSpendsLittleUntilTheFirstReport) {
  RequestBudget budget(Blind(), &clock_);
  EXPECT_EQ(budget.LeftBy(RequestClass::kPoll, clock_.MonotonicNow()), 10);
  EXPECT_EQ(TakeAllOf(&budget, RequestClass::kPoll), 10);
  EXPECT_EQ(TakeAllOf(&budget, RequestClass::kSubmit), 0);
  budget.OnReport({300, 10, absl::Seconds(60)});  // nobody else was there
  EXPECT_EQ(TakeAllOf(&budget, RequestClass::kPoll), 260);
}

TEST_F(BlindRequestBudgetTest, WhatTheProcessBeforeHasSentStaysCounted) {
  RequestBudget before(Blind(), &clock_);
  before.OnReport({300, 0, absl::Seconds(60)});
  const int sent = TakeAllOf(&before, RequestClass::kSubmit);
  EXPECT_EQ(sent, 290);
  RequestBudget after(Blind(), &clock_);
  const int blind = TakeAllOf(&after, RequestClass::kSubmit);
  EXPECT_LE(sent + blind, 300);
  after.OnReport({300, sent + blind, absl::Seconds(60)});
  EXPECT_EQ(TakeAllOf(&after, RequestClass::kSubmit), 0);
  clock_.Advance(kSpan);
  EXPECT_EQ(TakeAllOf(&after, RequestClass::kSubmit), 290);
}

TEST_F(BlindRequestBudgetTest, AnUpstreamThatDoesNotReportIsTrusted) {
  RequestBudget budget(Blind(), &clock_);
  budget.OnSilence();
  EXPECT_EQ(TakeAllOf(&budget, RequestClass::kSubmit), 290);
}

TEST_F(BlindRequestBudgetTest, OneAnswerWithoutReportTakesNothingOfTheOthersBack) {
  RequestBudget budget(Blind(), &clock_);
  budget.OnReport({300, 290, absl::Seconds(60)});
  budget.OnSilence();
  EXPECT_EQ(TakeAllOf(&budget, RequestClass::kSubmit), 0);
}

TEST_F(BlindRequestBudgetTest, WhereNothingIsAnsweredAllIsTrustedAfterAWindow) {
  RequestBudget budget(Blind(), &clock_);
  TakeAllOf(&budget, RequestClass::kSubmit);
  budget.OnReport({300, std::nullopt, std::nullopt});
  EXPECT_EQ(TakeAllOf(&budget, RequestClass::kSubmit), 0);
  clock_.Advance(kSpan);
  EXPECT_EQ(TakeAllOf(&budget, RequestClass::kSubmit), 290);
}

TEST_F(BlindRequestBudgetTest, ASmallLimitKeepsLittleFree) {
  for (const auto& [limit, blind] : {std::pair(1, 1), std::pair(20, 1), std::pair(100, 5)}) {
    RequestBudget budget(Blind(limit), &clock_);
    EXPECT_EQ(TakeAllOf(&budget, RequestClass::kSubmit), blind) << limit;
    budget.OnReport({limit, blind, absl::Seconds(60)});
    const int all = std::max(limit - blind, 1);
    EXPECT_EQ(TakeAllOf(&budget, RequestClass::kSubmit), all - blind) << limit;
  }
}

TEST_F(RequestBudgetTest, AThrottledClassWaitsAndTheOthersDoNot) {
  budget_.OnThrottled(RequestClass::kResults, absl::Minutes(10));
  EXPECT_EQ(UntilPermit(RequestClass::kResults), absl::Minutes(10));
  EXPECT_EQ(budget_.ThrottledUntil(RequestClass::kResults),
            clock_.MonotonicNow() + absl::Minutes(10));
  EXPECT_TRUE(MaySend(RequestClass::kSubmit));
  EXPECT_EQ(budget_.ThrottledUntil(RequestClass::kSubmit), absl::InfinitePast());
}

TEST_F(RequestBudgetTest, AThrottleEndsAndAShorterOneDoesNotShortenIt) {
  budget_.OnThrottled(RequestClass::kPoll, absl::Seconds(42));
  budget_.OnThrottled(RequestClass::kPoll, absl::Seconds(3));
  EXPECT_EQ(UntilPermit(RequestClass::kPoll), absl::Seconds(42));
  clock_.Advance(absl::Seconds(42));
  EXPECT_TRUE(MaySend(RequestClass::kPoll));
  EXPECT_EQ(budget_.ThrottledUntil(RequestClass::kPoll), absl::InfinitePast());
}

TEST_F(RequestBudgetTest, AThrottleWithoutReportLowersTheLimitOnceForAWindow) {
  budget_.OnReport({});
  budget_.OnThrottled(RequestClass::kPoll, absl::Seconds(1));
  budget_.OnThrottled(RequestClass::kPoll, absl::Seconds(1));
  EXPECT_EQ(budget_.limit(), 270);
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(budget_.limit(), 300);
}

TEST_F(RequestBudgetTest, ThrottlesThatGoOnLowerTheLimitFurtherButNotToNothing) {
  for (int i = 0; i < 1000; ++i) {
    budget_.OnThrottled(RequestClass::kPoll, absl::Seconds(1));
    clock_.Advance(absl::Seconds(6));
  }
  EXPECT_EQ(budget_.limit(), 10);
}

TEST_F(RequestBudgetTest, AThrottleWhoseReportNamesTheLimitDoesNotLowerIt) {
  budget_.OnReport({300, 17, absl::Seconds(5)});
  budget_.OnThrottled(RequestClass::kManage, absl::Seconds(1));
  EXPECT_EQ(budget_.limit(), 300);
}

TEST_F(RequestBudgetTest, AReportEndsAGuessedLimit) {
  budget_.OnThrottled(RequestClass::kPoll, absl::Seconds(1));
  budget_.OnReport({290, 17, absl::Seconds(5)});
  EXPECT_EQ(budget_.limit(), 290);
}

// The most requests in any window of a minute, counted by sliding or by fixed
// windows with any origin: the sliding count covers both.
int MostInAnyMinute(const std::vector<absl::Time>& sent) {
  int most = 0;
  size_t begin = 0;
  for (size_t end = 0; end < sent.size(); ++end) {
    while (sent[end] - sent[begin] >= absl::Minutes(1)) ++begin;
    most = std::max(most, static_cast<int>(end - begin + 1));
  }
  return most;
}

// Requests per minute of the clock, as a server with fixed windows counts.
int MostInAFixedMinute(const std::vector<absl::Time>& sent) {
  std::map<int64_t, int> counts;
  int most = 0;
  for (const absl::Time time : sent) {
    most = std::max(most, ++counts[absl::ToUnixSeconds(time) / 60]);
  }
  return most;
}

class RequestBudgetPropertyTest : public ::testing::TestWithParam<int> {};

TEST_P(RequestBudgetPropertyTest, NoMinuteSeesMoreThanTheLimitHoweverRequestsCome) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const auto dice = [&](int sides) { return static_cast<int>(random() % sides); };
  FakeClock clock;
  RequestBudget::Options options;
  options.limit = 1 + dice(60);
  RequestBudget budget(options, &clock);
  std::vector<absl::Time> sent;
  for (int step = 0; step < 20'000; ++step) {
    const auto request_class = static_cast<RequestClass>(dice(kRequestClasses));
    if (dice(3) == 0) clock.Advance(absl::Milliseconds(dice(2) == 0 ? dice(100) : dice(20'000)));
    if (budget.Earliest(request_class) > clock.MonotonicNow()) continue;
    if (dice(10) == 0) {
      budget.Start(request_class);
      clock.Advance(absl::Milliseconds(dice(500)));
      budget.GiveBack(request_class);
    } else {
      budget.Take(request_class);
      sent.push_back(clock.MonotonicNow());
    }
    if (dice(50) == 0) budget.OnReport({dice(80), dice(80), absl::Seconds(dice(70))});
    if (dice(200) == 0) budget.OnThrottled(request_class, absl::Seconds(dice(20)));
  }
  ASSERT_GT(sent.size(), 100u);
  EXPECT_LE(MostInAnyMinute(sent), options.limit);
  EXPECT_LE(MostInAFixedMinute(sent), options.limit);
}

TEST_P(RequestBudgetPropertyTest, ArrivalsDelayedWithinTheMarginKeepTheLimitToo) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  FakeClock clock;
  RequestBudget budget(RequestBudget::Options(), &clock);
  std::vector<absl::Time> arrivals;
  for (int i = 0; i < 3'000; ++i) {
    const absl::Time earliest = budget.Earliest(RequestClass::kSubmit);
    if (earliest > clock.MonotonicNow()) clock.Advance(earliest - clock.MonotonicNow());
    budget.Take(RequestClass::kSubmit);
    arrivals.push_back(clock.MonotonicNow() + absl::Milliseconds(random() % 1000));
    clock.Advance(absl::Milliseconds(random() % 5));
  }
  std::sort(arrivals.begin(), arrivals.end());
  EXPECT_LE(MostInAnyMinute(arrivals), 300);
  EXPECT_LE(MostInAFixedMinute(arrivals), 300);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RequestBudgetPropertyTest, ::testing::Range(1, 21));

}  // namespace
}  // namespace gcjobs
