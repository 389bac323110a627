#include "server/scheduler/waste_poll_scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/fakes/fake_clock.h"

namespace gcjobs {
namespace {

constexpr char kShort[] = "action.async/short";  // exponential, mean 5 s
constexpr char kLong[] = "action.async/long";    // exponential, mean 500 s

SurvivalCurve Exponential(double mean) {
  return SurvivalCurve::OfLaw([mean](double t) { return std::exp(-t / mean); });
}

class WastePollSchedulerTest : public ::testing::Test {
 protected:
  WastePollSchedulerTest() {
    book_.SetKnown(kShort, Exponential(5));
    book_.SetKnown(kLong, Exponential(500));
  }

  static WastePollScheduler::Options Steady() {
    WastePollScheduler::Options options;
    options.jitter = 0;
    options.one_early_of = 0;
    return options;
  }

  absl::Time now() const { return clock_.MonotonicNow(); }

  void Add(const std::string& id, const std::string& poll_class, PollLimits limits = {}) {
    scheduler_.Add({id, poll_class, now(), limits}, now());
  }

  // Lets time pass up to the next look and takes it.
  std::optional<std::string> NextLook(absl::Duration at_most = absl::Hours(1)) {
    for (const absl::Time end = now() + at_most; now() <= end;) {
      const absl::Time due =
          std::max(scheduler_.Refresh(now()), budget_.Earliest(RequestClass::kPoll));
      if (due <= now()) {
        std::optional<std::string> id = scheduler_.Take(now());
        if (id) {
          budget_.Take(RequestClass::kPoll);
          return id;
        }
      }
      clock_.Advance(std::clamp(due - now(), absl::Milliseconds(1), absl::Minutes(1)));
    }
    return std::nullopt;
  }

  // Looks at all jobs for so long and finds none ended; how often at each.
  std::map<std::string, int> LookFor(absl::Duration time) {
    std::map<std::string, int> looks;
    const absl::Time end = now() + time;
    while (now() < end) {
      const std::optional<std::string> id = NextLook(end - now());
      if (!id) break;
      ++looks[*id];
      scheduler_.Looked(*id, now());
    }
    return looks;
  }

  testing::FakeClock clock_;
  std::mt19937_64 random_{42};
  RequestBudget budget_{RequestBudget::Options(), &clock_};
  SurvivalBook book_;
  WastePollScheduler scheduler_{Steady(), &budget_, &book_, random_, now()};
};

TEST_F(WastePollSchedulerTest, NothingIsDueWithoutJobs) {
  EXPECT_EQ(scheduler_.NextDue(), absl::InfiniteFuture());
  EXPECT_EQ(scheduler_.Refresh(now()), absl::InfiniteFuture());
  EXPECT_FALSE(scheduler_.Take(now()).has_value());
  EXPECT_FALSE(scheduler_.Explain("?", now()).has_value());
}

TEST_F(WastePollSchedulerTest, ALookIsDueWhenThePlanForThePriceSaysSo) {
  Add("a", kShort);
  const absl::Time added = now();
  ASSERT_EQ(NextLook(), "a");
  const PollExplanation why = *scheduler_.Explain("a", now());
  const double planned =
      LookPlan(Exponential(5), absl::ToDoubleSeconds(why.price)).NextLook(Exponential(5), 0);
  EXPECT_NEAR(absl::ToDoubleSeconds(now() - added), planned, 0.1 * planned);
  EXPECT_EQ(why.limit, PollLimit::kLookUnderWay);
}

TEST_F(WastePollSchedulerTest, TheJobWithTheLargestWasteIsLookedAtFirst) {
  Add("long", kLong);
  Add("short", kShort);
  clock_.Advance(absl::Seconds(20));
  EXPECT_EQ(NextLook(), "short");
  EXPECT_EQ(NextLook(), "long");
}

TEST_F(WastePollSchedulerTest, OfOneCohortTheOldestComesFirst) {
  for (const std::string id : {"1", "2", "3"}) {
    Add(id, kLong);
    clock_.Advance(absl::Milliseconds(10));
  }
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(scheduler_.cohorts(), 1u);
  for (const std::string id : {"1", "2", "3"}) EXPECT_EQ(NextLook(), id);
}

TEST_F(WastePollSchedulerTest, JobsThatAreAddedOutOfOrderTakeTheirPlace) {
  for (const int age : {30, 50, 40}) {
    scheduler_.Add({std::to_string(age), kLong, now() - absl::Seconds(age), {}}, now());
  }
  for (const std::string id : {"50", "40", "30"}) EXPECT_EQ(NextLook(), id);
}

TEST_F(WastePollSchedulerTest, AJobTakenIsNotOfferedAgainUntilItIsLookedAt) {
  Add("a", kShort);
  ASSERT_EQ(NextLook(), "a");
  EXPECT_FALSE(NextLook().has_value());
  EXPECT_EQ(scheduler_.NextDue("a"), absl::InfiniteFuture());
  scheduler_.Looked("a", now());
  EXPECT_EQ(NextLook(), "a");
}

TEST_F(WastePollSchedulerTest, PostponeHoldsAJobBackForOneLook) {
  Add("a", kShort);
  ASSERT_EQ(NextLook(), "a");
  const absl::Time until = now() + absl::Minutes(5);
  scheduler_.Postpone("a", until);
  EXPECT_EQ(scheduler_.Explain("a", now())->limit, PollLimit::kBackoff);
  ASSERT_EQ(NextLook(), "a");
  EXPECT_GE(now(), until);
  EXPECT_LT(now(), until + absl::Seconds(2));
  scheduler_.Looked("a", now());
  EXPECT_EQ(NextLook(absl::Minutes(2)), "a");
}

TEST_F(WastePollSchedulerTest, ARemovedJobIsForgottenInEveryState) {
  for (const std::string id : {"waiting", "taken", "postponed", "watched"}) Add(id, kShort);
  scheduler_.Remove("waiting", now(), /*ended=*/false);
  scheduler_.SetWatched("watched", true);
  std::vector<std::string> taken;
  while (taken.size() < 3) taken.push_back(*NextLook());
  scheduler_.Postpone("postponed", now() + absl::Minutes(1));
  for (const std::string id : {"taken", "postponed", "watched", "never known"}) {
    scheduler_.Remove(id, now(), /*ended=*/true);
    scheduler_.Looked(id, now());
    scheduler_.Postpone(id, now());
    scheduler_.SetWatched(id, true);
  }
  EXPECT_EQ(scheduler_.jobs(), 0u);
  EXPECT_EQ(scheduler_.cohorts(), 0u);
  EXPECT_EQ(scheduler_.NextDue(), absl::InfiniteFuture());
}

TEST_F(WastePollSchedulerTest, NoGapIsLongerThanThirtySecondsWhileTheBudgetSuffices) {
  book_.SetKnown("action.async/days", Exponential(1e6));
  Add("a", "action.async/days");
  absl::Time seen = now();
  for (int look = 0; look < 100; ++look) {
    ASSERT_EQ(NextLook(), "a");
    EXPECT_LE(now() - seen, absl::Seconds(30));
    seen = now();
    scheduler_.Looked("a", now());
  }
}

TEST_F(WastePollSchedulerTest, NoGapIsShorterThanTheLeastOne) {
  book_.SetKnown("action.async/instant", Exponential(1e-3));
  Add("a", "action.async/instant");
  absl::Time seen = now();
  for (int look = 0; look < 20; ++look) {
    ASSERT_EQ(NextLook(), "a");
    EXPECT_GE(now() - seen, absl::Milliseconds(250));
    seen = now();
    scheduler_.Looked("a", now());
  }
}

TEST_F(WastePollSchedulerTest, ACallersEqualPairIsAFixedInterval) {
  Add("a", kShort, {absl::Seconds(7), absl::Seconds(7)});
  for (int look = 1; look <= 5; ++look) {
    const absl::Time before = now();
    ASSERT_EQ(NextLook(), "a");
    EXPECT_NEAR(absl::ToDoubleSeconds(now() - before), 7, 0.01) << look;
    scheduler_.Looked("a", now());
  }
}

TEST_F(WastePollSchedulerTest, ACallersFirstIntervalIsTheFirstLook) {
  Add("a", kLong, {absl::Milliseconds(500), std::nullopt});
  const absl::Time added = now();
  ASSERT_EQ(NextLook(), "a");
  EXPECT_NEAR(absl::ToDoubleSeconds(now() - added), 0.5, 0.01);
}

TEST_F(WastePollSchedulerTest, ACallerMayAskForLongerGapsThanTheCap) {
  book_.SetKnown("action.async/days", Exponential(1e6));
  Add("a", "action.async/days", {std::nullopt, absl::Minutes(10)});
  const absl::Time added = now();
  ASSERT_EQ(NextLook(), "a");
  EXPECT_GT(now() - added, absl::Seconds(100));
  EXPECT_LE(now() - added, absl::Minutes(10) + absl::Seconds(1));
}

TEST_F(WastePollSchedulerTest, WithPlentyOfBudgetAWatchedJobCostsNoMoreLooks) {
  Add("watched", kLong);
  Add("unwatched", kLong);
  scheduler_.SetWatched("watched", true);
  LookFor(absl::Minutes(10));  // the price comes down
  const std::map<std::string, int> looks = LookFor(absl::Minutes(30));
  EXPECT_NEAR(looks.at("watched"), looks.at("unwatched"), 2);
}

TEST_F(WastePollSchedulerTest, WithAShortBudgetWatchedJobsAreLookedAtMoreOften) {
  for (int i = 0; i < 200; ++i) Add(std::to_string(i), kLong);
  for (int i = 0; i < 5; ++i) scheduler_.SetWatched(std::to_string(i), true);
  const std::map<std::string, int> looks = LookFor(absl::Minutes(60));
  double watched = 0, unwatched = 0;
  for (const auto& [id, count] : looks) (std::stoi(id) < 5 ? watched : unwatched) += count;
  EXPECT_GT(watched / 5, 1.5 * unwatched / 195);
  EXPECT_LT(watched / 5, 3 * unwatched / 195);
}

TEST_F(WastePollSchedulerTest, NobodyStarvesUnderLoad) {
  for (int i = 0; i < 500; ++i) Add(std::to_string(i), i % 2 == 0 ? kLong : kShort);
  Add("policy", kLong, {absl::Seconds(20), absl::Seconds(20)});
  std::map<std::string, int> looks = LookFor(absl::Hours(1));
  for (int i = 0; i < 500; ++i) EXPECT_GE(looks[std::to_string(i)], 5) << i;
  EXPECT_GE(looks["policy"], 20);
}

TEST_F(WastePollSchedulerTest, JobsOfOneClassGetAboutAsManyLooks) {
  for (int i = 0; i < 300; ++i) Add(std::to_string(i), kLong);
  const std::map<std::string, int> looks = LookFor(absl::Hours(1));
  const auto [least, most] = std::minmax_element(
      looks.begin(), looks.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_EQ(looks.size(), 300u);
  EXPECT_LE(most->second - least->second, 2);
}

TEST_F(WastePollSchedulerTest, JitterStaysWithinTenPercentAndSpreads) {
  WastePollScheduler::Options options;
  options.one_early_of = 0;
  WastePollScheduler scheduler(options, &budget_, &book_, random_, now());
  double least = 1e9, most = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = std::to_string(i);
    scheduler.Add({id, kShort, now(), {}}, now());
    const double gap = absl::ToDoubleSeconds(scheduler.NextDue(id) - now());
    least = std::min(least, gap);
    most = std::max(most, gap);
    scheduler.Remove(id, now(), /*ended=*/false);
  }
  EXPECT_GT(most / least, 1.15);
  EXPECT_LT(most / least, 1.1 / 0.9 + 1e-6);
}

TEST_F(WastePollSchedulerTest, SomeFirstLooksAreEarly) {
  WastePollScheduler::Options options = Steady();
  options.one_early_of = 16;
  WastePollScheduler scheduler(options, &budget_, &book_, random_, now());
  std::vector<absl::Time> due;
  for (int i = 0; i < 1600; ++i) {
    const std::string id = std::to_string(i);
    scheduler.Add({id, kLong, now(), {}}, now());
    due.push_back(scheduler.NextDue(id));
    scheduler.Remove(id, now(), /*ended=*/false);
  }
  const absl::Time ordinary = *std::max_element(due.begin(), due.end());
  const auto early =
      std::count_if(due.begin(), due.end(), [&](absl::Time time) { return time < ordinary; });
  EXPECT_NEAR(early, 100, 40);
}

TEST_F(WastePollSchedulerTest, AClassOfWhichLittleIsKnownIsPutToTheTestMoreOften) {
  WastePollScheduler::Options options = Steady();
  options.one_early_of = 1000;
  WastePollScheduler scheduler(options, &budget_, &book_, random_, now());
  int early = 0;
  for (int i = 0; i < 800; ++i) {
    scheduler.Add({"a", "action.async/new", now(), {}}, now());
    scheduler.Add({"b", "action.async/new", now(), {}}, now());
    if (scheduler.NextDue("a") != scheduler.NextDue("b")) ++early;  // one of the two is
    scheduler.Remove("a", now(), /*ended=*/false);
    scheduler.Remove("b", now(), /*ended=*/false);
  }
  EXPECT_NEAR(early, 800 * 2 / 8.0, 60);
}

TEST_F(WastePollSchedulerTest, LooksTeachHowLongTheClassLasts) {
  const std::string name = "action.async/new";
  for (int i = 0; i < 200; ++i) {
    const std::string id = std::to_string(i);
    Add(id, name);
    const absl::Time end = now() + absl::Seconds(60);
    for (;;) {
      ASSERT_EQ(NextLook(), id);
      if (now() >= end) break;
      scheduler_.Looked(id, now());
    }
    scheduler_.Remove(id, now(), /*ended=*/true);
  }
  const SurvivalModel& model = book_.ModelOf(book_.ClassOf(name));
  EXPECT_GT(model.samples(), 150);
  EXPECT_GT(model.curve().Survival(45), 0.8);
  EXPECT_LT(model.curve().Survival(80), 0.2);
}

TEST_F(WastePollSchedulerTest, AJobThatWasGivenUpIsNoEnd) {
  Add("a", "action.async/new");
  ASSERT_EQ(NextLook(), "a");
  scheduler_.Remove("a", now(), /*ended=*/false);
  EXPECT_EQ(book_.ModelOf(book_.ClassOf("action.async/new")).samples(), 0);
}

TEST_F(WastePollSchedulerTest, ExplainsWhyTheNextLookIsWhenItIs) {
  Add("a", kLong);
  clock_.Advance(absl::Seconds(1));
  const PollExplanation why = *scheduler_.Explain("a", now());
  EXPECT_EQ(why.poll_class, kLong);
  EXPECT_GT(why.samples, 1000);
  EXPECT_TRUE(why.proven);
  EXPECT_NEAR(why.survival, std::exp(-1 / 500.0), 1e-6);
  EXPECT_GT(why.price, absl::ZeroDuration());
  EXPECT_EQ(why.limit, PollLimit::kWaste);
  EXPECT_EQ(why.next_look, scheduler_.NextDue("a"));
  EXPECT_EQ(why.budget_left, 270);
  EXPECT_EQ(why.budget_limit, 300);
  EXPECT_EQ(Name(why.limit), "waste");
}

TEST_F(WastePollSchedulerTest, WhoIsDueAndMustWaitIsToldSo) {
  for (int i = 0; i < 2000; ++i) Add(std::to_string(i), kShort);
  LookFor(absl::Seconds(30));
  int waits = 0;
  for (int i = 0; i < 2000; ++i) {
    if (scheduler_.Explain(std::to_string(i), now())->limit == PollLimit::kBudget) ++waits;
  }
  EXPECT_GT(waits, 1000);
}

// After a look that was not to be had, there is a time to come back.
TEST_F(WastePollSchedulerTest, WhenNothingIsToBeHadItIsNotDueEither) {
  for (int i = 0; i < 500; ++i) Add(std::to_string(i), kShort);
  for (int step = 0; step < 4'000; ++step) {
    clock_.Advance(absl::Milliseconds(random_() % 100));
    if (scheduler_.Refresh(now()) > now()) {
      EXPECT_FALSE(scheduler_.Take(now()).has_value());
      continue;
    }
    const std::optional<std::string> id = scheduler_.Take(now());
    if (!id) {
      EXPECT_GT(scheduler_.Refresh(now()), now());
      continue;
    }
    budget_.Take(RequestClass::kPoll);
    scheduler_.Looked(*id, now());
  }
}

// Everything that can be asked of it, in any order.
class AnyOrderTest : public WastePollSchedulerTest, public ::testing::WithParamInterface<int> {};

TEST_P(AnyOrderTest, EveryJobIsLookedAtUntilItIsRemoved) {
  random_.seed(static_cast<uint64_t>(GetParam()));
  std::vector<std::string> live;
  int next = 0;
  for (int step = 0; step < 1500; ++step) {
    clock_.Advance(absl::Milliseconds(random_() % 2000));
    const std::string any = live.empty() ? "?" : live[random_() % live.size()];
    switch (random_() % 8) {
      case 0: {
        PollLimits limits;
        if (random_() % 4 == 0) limits.max_interval = absl::Seconds(1 + random_() % 50);
        live.push_back(std::to_string(next++));
        scheduler_.Add({live.back(), random_() % 2 == 0 ? kShort : kLong,
                        now() - absl::Seconds(random_() % 100), limits},
                       now());
        break;
      }
      case 1:
        scheduler_.SetWatched(any, random_() % 2 == 0);
        break;
      case 2:
        scheduler_.Postpone(any, now() + absl::Seconds(random_() % 20));
        break;
      case 3:
        scheduler_.Looked(any, now());  // without a look: harmless
        break;
      case 4:
        if (live.size() < 30) break;
        scheduler_.Remove(any, now(), random_() % 2 == 0);
        live.erase(std::find(live.begin(), live.end(), any));
        break;
      default:
        if (const std::optional<std::string> id = scheduler_.Take(now())) {
          EXPECT_NE(std::find(live.begin(), live.end(), *id), live.end());
          scheduler_.Looked(*id, now());
        }
    }
    EXPECT_EQ(scheduler_.jobs(), live.size());
  }
  const std::map<std::string, int> looks = LookFor(absl::Minutes(5));
  EXPECT_EQ(looks.size(), live.size());
  for (const std::string& id : live) scheduler_.Remove(id, now(), /*ended=*/true);
  EXPECT_EQ(scheduler_.cohorts(), 0u);
}
INSTANTIATE_TEST_SUITE_P(Seeds, AnyOrderTest, ::testing::Range(1, 11));

}  // namespace
}  // namespace gcjobs
