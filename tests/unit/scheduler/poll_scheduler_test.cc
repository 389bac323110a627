#include "server/scheduler/poll_scheduler.h"

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

constexpr char kBrief[] = "action.async/brief";  // exponential, mean 1.5 s
constexpr char kShort[] = "action.async/short";  // exponential, mean 5 s
constexpr char kLong[] = "action.async/long";    // exponential, mean 500 s

SurvivalCurve Exponential(double mean) {
  return SurvivalCurve::OfLaw([mean](double t) { return std::exp(-t / mean); });
}

class PollSchedulerTest : public ::testing::Test {
 protected:
  PollSchedulerTest() {
    book_.SetKnown(kShort, Exponential(5));
    book_.SetKnown(kLong, Exponential(500));
    book_.SetKnown(kBrief, Exponential(1.5));
  }

  static PollScheduler::Options Steady() {
    PollScheduler::Options options;
    options.jitter = 0;
    options.one_early_of = 0;
    return options;
  }

  absl::Time now() const { return clock_.MonotonicNow(); }

  void Add(const std::string& id, const std::string& poll_class, PollPolicy policy = {}) {
    scheduler_.Add({id, poll_class, now(), policy}, now());
  }

  // Lets time pass up to the next poll and takes it.
  std::optional<std::string> NextPoll(absl::Duration at_most = absl::Hours(1)) {
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

  // Polls all jobs for so long and finds none ended; how often at each.
  std::map<std::string, int> PollFor(absl::Duration time) {
    std::map<std::string, int> polls;
    const absl::Time end = now() + time;
    while (now() < end) {
      const std::optional<std::string> id = NextPoll(end - now());
      if (!id) break;
      ++polls[*id];
      scheduler_.SeenUnfinished(*id, now());
    }
    return polls;
  }

  // Time passes, and there is nothing to be polled.
  void Idle(absl::Duration time) {
    for (const absl::Time end = now() + time; now() < end;) {
      clock_.Advance(absl::Milliseconds(100));
      scheduler_.Refresh(now());
    }
  }

  // Runs a job that nothing else is beside; how late its end is seen, in seconds.
  double LagOfLoneJob(absl::Duration duration) {
    Add("lone", kBrief);
    const absl::Time end = now() + duration;
    while (NextPoll() == "lone" && now() < end) scheduler_.SeenUnfinished("lone", now());
    const double lag = absl::ToDoubleSeconds(now() - end);
    scheduler_.SeenEnded("lone", now());
    return lag;
  }
  double MeanLagOfLoneJobs() {
    double sum = 0;
    for (const double seconds : kDurations) {
      sum += LagOfLoneJob(absl::Seconds(seconds));
      Idle(absl::Seconds(1));
    }
    return sum / std::size(kDurations);
  }

  // Exponential, mean 1.5 s, at equal steps of its survival.
  static constexpr double kDurations[] = {0.08, 0.24, 0.43, 0.65, 0.90,
                                          1.21, 1.57, 2.08, 2.85, 4.49};

  testing::FakeClock clock_;
  std::mt19937_64 random_{42};
  RequestBudget budget_{RequestBudget::Options(), &clock_};
  SurvivalBook book_;
  PollScheduler scheduler_{Steady(), &budget_, &book_, random_, now()};
};

TEST_F(PollSchedulerTest, CountsTheJobsWhosePollIsDue) {
  for (int i = 0; i < 3; ++i) Add(std::to_string(i), kShort);
  Add("long", kLong);
  EXPECT_EQ(scheduler_.CountDue(now()), 0u);
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(scheduler_.CountDue(now()), 3u);
  ASSERT_TRUE(scheduler_.Take(now()));
  EXPECT_EQ(scheduler_.CountDue(now()), 2u);
}

TEST_F(PollSchedulerTest, NothingIsDueWithoutJobs) {
  EXPECT_EQ(scheduler_.Refresh(now()), absl::InfiniteFuture());
  EXPECT_FALSE(scheduler_.Take(now()).has_value());
  EXPECT_FALSE(scheduler_.Explain("?", now()).has_value());
}

TEST_F(PollSchedulerTest, APollIsDueWhenThePlanForThePriceSaysSo) {
  Idle(absl::Minutes(1));  // the price settles
  Add("a", kShort);
  const absl::Time added = now();
  ASSERT_EQ(NextPoll(), "a");
  const PollExplanation why = *scheduler_.Explain("a", now());
  const double planned =
      PollPlan(Exponential(5), absl::ToDoubleSeconds(why.price)).NextPoll(Exponential(5), 0);
  EXPECT_NEAR(absl::ToDoubleSeconds(now() - added), planned, 0.1 * planned);
  EXPECT_EQ(why.limit, PollLimit::kPollUnderWay);
}

TEST_F(PollSchedulerTest, TheJobWithTheLargestWasteIsPolledFirst) {
  Add("long", kLong);
  Add("short", kShort);
  clock_.Advance(absl::Seconds(20));
  EXPECT_EQ(NextPoll(), "short");
  EXPECT_EQ(NextPoll(), "long");
}

TEST_F(PollSchedulerTest, OfOneClassTheOldestComesFirst) {
  for (const std::string id : {"1", "2", "3"}) {
    Add(id, kLong);
    clock_.Advance(absl::Milliseconds(10));
  }
  clock_.Advance(absl::Minutes(1));
  for (const std::string id : {"1", "2", "3"}) EXPECT_EQ(NextPoll(), id);
}

TEST_F(PollSchedulerTest, JobsThatAreAddedOutOfOrderTakeTheirPlace) {
  for (const int age : {30, 50, 40}) {
    scheduler_.Add({std::to_string(age), kLong, now() - absl::Seconds(age), {}}, now());
  }
  for (const std::string id : {"50", "40", "30"}) EXPECT_EQ(NextPoll(), id);
}

TEST_F(PollSchedulerTest, AJobTakenIsNotOfferedAgainUntilItIsPolled) {
  Add("a", kShort);
  ASSERT_EQ(NextPoll(), "a");
  EXPECT_FALSE(NextPoll().has_value());
  EXPECT_EQ(scheduler_.NextDue("a"), absl::InfiniteFuture());
  scheduler_.SeenUnfinished("a", now());
  EXPECT_EQ(NextPoll(), "a");
}

TEST_F(PollSchedulerTest, PostponeHoldsAJobBackForOnePoll) {
  Add("a", kShort);
  ASSERT_EQ(NextPoll(), "a");
  const absl::Time until = now() + absl::Minutes(5);
  scheduler_.Postpone("a", until);
  EXPECT_EQ(scheduler_.Explain("a", now())->limit, PollLimit::kBackoff);
  ASSERT_EQ(NextPoll(), "a");
  EXPECT_GE(now(), until);
  EXPECT_LT(now(), until + absl::Seconds(2));
  scheduler_.SeenUnfinished("a", now());
  EXPECT_EQ(NextPoll(absl::Minutes(2)), "a");
}

TEST_F(PollSchedulerTest, ARemovedJobIsForgottenInEveryState) {
  for (const std::string id : {"waiting", "taken", "postponed", "watched"}) Add(id, kShort);
  scheduler_.Remove("waiting");
  scheduler_.SetWatched("watched", true);
  std::vector<std::string> taken;
  while (taken.size() < 3) taken.push_back(*NextPoll());
  scheduler_.Postpone("postponed", now() + absl::Minutes(1));
  for (const std::string id : {"taken", "postponed", "watched", "never known"}) {
    scheduler_.SeenEnded(id, now());
    scheduler_.SeenUnfinished(id, now());
    scheduler_.Postpone(id, now());
    scheduler_.SetWatched(id, true);
  }
  EXPECT_EQ(scheduler_.jobs(), 0u);
  EXPECT_EQ(scheduler_.Refresh(now()), absl::InfiniteFuture());
}

TEST_F(PollSchedulerTest, NoGapIsLongerThanThirtySecondsWhileTheBudgetSuffices) {
  book_.SetKnown("action.async/days", Exponential(1e6));
  Add("a", "action.async/days");
  absl::Time seen = now();
  for (int poll = 0; poll < 100; ++poll) {
    ASSERT_EQ(NextPoll(), "a");
    EXPECT_LE(now() - seen, absl::Seconds(30));
    seen = now();
    scheduler_.SeenUnfinished("a", now());
  }
}

TEST_F(PollSchedulerTest, NoGapIsShorterThanTheLeastOne) {
  book_.SetKnown("action.async/instant", Exponential(1e-3));
  Add("a", "action.async/instant");
  absl::Time seen = now();
  for (int poll = 0; poll < 20; ++poll) {
    ASSERT_EQ(NextPoll(), "a");
    EXPECT_GE(now() - seen, absl::Milliseconds(250));
    seen = now();
    scheduler_.SeenUnfinished("a", now());
  }
}

TEST_F(PollSchedulerTest, ACallersEqualPairIsAFixedInterval) {
  Add("a", kShort, {absl::Seconds(7), absl::Seconds(7)});
  for (int poll = 1; poll <= 5; ++poll) {
    const absl::Time before = now();
    ASSERT_EQ(NextPoll(), "a");
    EXPECT_NEAR(absl::ToDoubleSeconds(now() - before), 7, 0.01) << poll;
    scheduler_.SeenUnfinished("a", now());
  }
}

TEST_F(PollSchedulerTest, ACallersFirstIntervalIsTheFirstPoll) {
  Add("a", kLong, {absl::Milliseconds(500), std::nullopt});
  const absl::Time added = now();
  ASSERT_EQ(NextPoll(), "a");
  EXPECT_NEAR(absl::ToDoubleSeconds(now() - added), 0.5, 0.01);
}

TEST_F(PollSchedulerTest, ACallerMayAskForLongerGapsThanTheCap) {
  book_.SetKnown("action.async/days", Exponential(1e6));
  Add("a", "action.async/days", {std::nullopt, absl::Minutes(10)});
  const absl::Time added = now();
  ASSERT_EQ(NextPoll(), "a");
  EXPECT_GT(now() - added, absl::Seconds(100));
  EXPECT_LE(now() - added, absl::Minutes(10) + absl::Seconds(1));
}

TEST_F(PollSchedulerTest, WithPlentyOfBudgetAWatchedJobCostsNoMorePolls) {
  Add("watched", kLong);
  Add("unwatched", kLong);
  scheduler_.SetWatched("watched", true);
  PollFor(absl::Minutes(10));  // the price comes down
  const std::map<std::string, int> polls = PollFor(absl::Minutes(30));
  EXPECT_NEAR(polls.at("watched"), polls.at("unwatched"), 2);
}

TEST_F(PollSchedulerTest, WithAShortBudgetWatchedJobsArePolledMoreOften) {
  for (int i = 0; i < 200; ++i) Add(std::to_string(i), kLong);
  for (int i = 0; i < 5; ++i) scheduler_.SetWatched(std::to_string(i), true);
  const std::map<std::string, int> polls = PollFor(absl::Minutes(60));
  double watched = 0, unwatched = 0;
  for (const auto& [id, count] : polls) (std::stoi(id) < 5 ? watched : unwatched) += count;
  EXPECT_GT(watched / 5, 1.5 * unwatched / 195);
  EXPECT_LT(watched / 5, 3 * unwatched / 195);
}

TEST_F(PollSchedulerTest, NobodyStarvesUnderLoad) {
  for (int i = 0; i < 500; ++i) Add(std::to_string(i), i % 2 == 0 ? kLong : kShort);
  Add("policy", kLong, {absl::Seconds(20), absl::Seconds(20)});
  std::map<std::string, int> polls = PollFor(absl::Hours(1));
  for (int i = 0; i < 500; ++i) EXPECT_GE(polls[std::to_string(i)], 5) << i;
  EXPECT_GE(polls["policy"], 20);
}

// 200 jobs in 11 s use up the window, and polls become dear. A minute later all have
// ended and the window is free: whoever comes then is seen as soon as on a quiet day.
TEST_F(PollSchedulerTest, AfterABurstALoneJobIsSeenAsSoonAsAtRest) {
  Idle(absl::Minutes(5));
  const double at_rest = MeanLagOfLoneJobs();
  Idle(absl::Minutes(2));

  for (int i = 0; i < 200; ++i) {
    budget_.Take(RequestClass::kSubmit);
    Add(std::to_string(i), kShort);
    PollFor(absl::Milliseconds(55));
  }
  PollFor(absl::Seconds(40));
  ASSERT_GT(absl::ToDoubleSeconds(scheduler_.Explain("0", now())->price), 2);
  for (int i = 0; i < 200; ++i) scheduler_.SeenEnded(std::to_string(i), now());
  const int most = budget_.LeftBy(RequestClass::kPoll, now() + absl::Minutes(5));
  while (budget_.LeftBy(RequestClass::kPoll, now()) <= 0.7 * most) Idle(absl::Seconds(1));

  Idle(absl::Seconds(5));
  EXPECT_LE(MeanLagOfLoneJobs(), 1.2 * at_rest);
}

TEST_F(PollSchedulerTest, JobsOfOneClassGetAboutAsManyPolls) {
  for (int i = 0; i < 300; ++i) Add(std::to_string(i), kLong);
  const std::map<std::string, int> polls = PollFor(absl::Hours(1));
  const auto [least, most] = std::minmax_element(
      polls.begin(), polls.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_EQ(polls.size(), 300u);
  EXPECT_LE(most->second - least->second, 2);
}

TEST_F(PollSchedulerTest, JitterStaysWithinTenPercentAndSpreads) {
  PollScheduler::Options options;
  options.one_early_of = 0;
  PollScheduler scheduler(options, &budget_, &book_, random_, now());
  double least = 1e9, most = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = std::to_string(i);
    scheduler.Add({id, kShort, now(), {}}, now());
    const double gap = absl::ToDoubleSeconds(scheduler.NextDue(id) - now());
    least = std::min(least, gap);
    most = std::max(most, gap);
    scheduler.Remove(id);
  }
  EXPECT_GT(most / least, 1.15);
  EXPECT_LT(most / least, 1.1 / 0.9 + 1e-6);
}

TEST_F(PollSchedulerTest, SomeFirstPollsAreEarly) {
  PollScheduler::Options options = Steady();
  options.one_early_of = 16;
  PollScheduler scheduler(options, &budget_, &book_, random_, now());
  std::vector<absl::Time> due;
  for (int i = 0; i < 1600; ++i) {
    const std::string id = std::to_string(i);
    scheduler.Add({id, kLong, now(), {}}, now());
    due.push_back(scheduler.NextDue(id));
    scheduler.Remove(id);
  }
  const absl::Time ordinary = *std::max_element(due.begin(), due.end());
  const auto early =
      std::count_if(due.begin(), due.end(), [&](absl::Time time) { return time < ordinary; });
  EXPECT_NEAR(early, 100, 40);
}

TEST_F(PollSchedulerTest, AClassOfWhichLittleIsKnownIsPutToTheTestMoreOften) {
  PollScheduler::Options options = Steady();
  options.one_early_of = 1000;
  PollScheduler scheduler(options, &budget_, &book_, random_, now());
  int early = 0;
  for (int i = 0; i < 800; ++i) {
    scheduler.Add({"a", "action.async/new", now(), {}}, now());
    scheduler.Add({"b", "action.async/new", now(), {}}, now());
    if (scheduler.NextDue("a") != scheduler.NextDue("b")) ++early;  // one of the two is
    scheduler.Remove("a");
    scheduler.Remove("b");
  }
  EXPECT_NEAR(early, 800 * 2 / 8.0, 60);
}

TEST_F(PollSchedulerTest, PollsTeachHowLongTheClassLasts) {
  const std::string name = "action.async/new";
  for (int i = 0; i < 200; ++i) {
    const std::string id = std::to_string(i);
    Add(id, name);
    const absl::Time end = now() + absl::Seconds(60);
    for (;;) {
      ASSERT_EQ(NextPoll(), id);
      if (now() >= end) break;
      scheduler_.SeenUnfinished(id, now());
    }
    scheduler_.SeenEnded(id, now());
  }
  const SurvivalModel& model = book_.ModelOf(book_.ClassOf(name));
  EXPECT_GT(model.samples(), 150);
  EXPECT_GT(model.curve().Survival(45), 0.8);
  EXPECT_LT(model.curve().Survival(80), 0.2);
}

// Jobs wait for one another for up to some minutes and then run for 20 s: once a job is
// seen to run, it is polled when it ends, and not as one of its age would be.
TEST_F(PollSchedulerTest, AChangeOfStatusTeachesWhenAJobEnds) {
  constexpr char kQueue[] = "action.async/queue";
  for (int i = 0; i < 60; ++i) {
    const double waited = 10 + 37 * i % 200;
    Add("past", kQueue);
    Idle(absl::Seconds(waited));
    scheduler_.SeenUnfinished("past", now(), PollScheduler::Status::kChanged);
    Idle(absl::Seconds(18));
    scheduler_.SeenUnfinished("past", now());
    Idle(absl::Seconds(4));
    scheduler_.SeenEnded("past", now());
  }
  Add("running", kQueue);
  Add("waiting", kQueue);
  Idle(absl::Seconds(100));
  scheduler_.SeenUnfinished("running", now(), PollScheduler::Status::kChanged);
  scheduler_.SeenUnfinished("waiting", now());
  // Little is known for certain, and requests are free: the first look comes early.
  EXPECT_GT(scheduler_.NextDue("running") - now(), absl::Seconds(6));
  EXPECT_LT(scheduler_.NextDue("running") - now(), absl::Seconds(22));
  EXPECT_LT(scheduler_.NextDue("waiting") - now(), absl::Seconds(4));
}

TEST_F(PollSchedulerTest, AJobThatWasGivenUpIsNoEnd) {
  Add("a", "action.async/new");
  ASSERT_EQ(NextPoll(), "a");
  scheduler_.Remove("a");
  EXPECT_EQ(book_.ModelOf(book_.ClassOf("action.async/new")).samples(), 0);
}

TEST_F(PollSchedulerTest, ExplainsWhyTheNextPollIsWhenItIs) {
  Add("a", kLong);
  clock_.Advance(absl::Seconds(1));
  const PollExplanation why = *scheduler_.Explain("a", now());
  EXPECT_EQ(why.poll_class, kLong);
  EXPECT_GT(why.samples, 1000);
  EXPECT_TRUE(why.proven);
  EXPECT_NEAR(why.survival, std::exp(-1 / 500.0), 1e-6);
  EXPECT_GT(why.price, absl::ZeroDuration());
  EXPECT_EQ(why.limit, PollLimit::kWaste);
  EXPECT_EQ(why.next_poll, scheduler_.NextDue("a"));
  EXPECT_EQ(why.budget_left, 270);
  EXPECT_EQ(why.budget_limit, 300);
  EXPECT_EQ(Name(why.limit), "waste");
}

TEST_F(PollSchedulerTest, WhoIsDueAndMustWaitIsToldSo) {
  for (int i = 0; i < 2000; ++i) Add(std::to_string(i), kShort);
  PollFor(absl::Seconds(30));
  int waits = 0;
  for (int i = 0; i < 2000; ++i) {
    if (scheduler_.Explain(std::to_string(i), now())->limit == PollLimit::kBudget) ++waits;
  }
  EXPECT_GT(waits, 1000);
}

// After a poll that was not to be had, there is a time to come back.
TEST_F(PollSchedulerTest, WhenNothingIsToBeHadItIsNotDueEither) {
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
    scheduler_.SeenUnfinished(*id, now());
  }
}

// Everything that can be asked of it, in any order.
class AnyOrderTest : public PollSchedulerTest, public ::testing::WithParamInterface<int> {};

TEST_P(AnyOrderTest, EveryJobIsPolledUntilItIsRemoved) {
  random_.seed(static_cast<uint64_t>(GetParam()));
  std::vector<std::string> live;
  int next = 0;
  for (int step = 0; step < 1500; ++step) {
    clock_.Advance(absl::Milliseconds(random_() % 2000));
    const std::string any = live.empty() ? "?" : live[random_() % live.size()];
    switch (random_() % 8) {
      case 0: {
        PollPolicy policy;
        if (random_() % 4 == 0) policy.max_interval = absl::Seconds(1 + random_() % 50);
        live.push_back(std::to_string(next++));
        scheduler_.Add({live.back(), random_() % 2 == 0 ? kShort : kLong,
                        now() - absl::Seconds(random_() % 100), policy},
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
        scheduler_.SeenUnfinished(any, now());  // without a poll: harmless
        break;
      case 4:
        if (live.size() < 30) break;
        if (random_() % 2 == 0) {
          scheduler_.SeenEnded(any, now());
        } else {
          scheduler_.Remove(any);
        }
        live.erase(std::find(live.begin(), live.end(), any));
        break;
      default:
        if (const std::optional<std::string> id = scheduler_.Take(now())) {
          EXPECT_NE(std::find(live.begin(), live.end(), *id), live.end());
          scheduler_.SeenUnfinished(*id, now());
        }
    }
    EXPECT_EQ(scheduler_.jobs(), live.size());
  }
  const std::map<std::string, int> polls = PollFor(absl::Minutes(5));
  EXPECT_EQ(polls.size(), live.size());
  for (const std::string& id : live) scheduler_.SeenEnded(id, now());
}
INSTANTIATE_TEST_SUITE_P(Seeds, AnyOrderTest, ::testing::Range(1, 11));

}  // namespace
}  // namespace gcjobs
