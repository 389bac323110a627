#include "server/scheduler/interval_poll_scheduler.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace gcjobs {
namespace {

class IntervalPollSchedulerTest : public ::testing::Test {
 protected:
  IntervalPollScheduler Make(double jitter = 0) {
    IntervalPollScheduler::Options options;
    options.jitter = jitter;
    return IntervalPollScheduler(options, random_);
  }
  static PollTask Task(const std::string& id, absl::Time accepted_at) {
    PollTask task;
    task.job_id = id;
    task.accepted_at = accepted_at;
    return task;
  }

  std::mt19937_64 random_{42};
  const absl::Time t0_ = absl::FromUnixSeconds(1000);
};

TEST_F(IntervalPollSchedulerTest, NothingIsDueWithoutJobs) {
  IntervalPollScheduler scheduler = Make();
  EXPECT_EQ(scheduler.NextDue(), absl::InfiniteFuture());
  EXPECT_FALSE(scheduler.Take(t0_).has_value());
}

TEST_F(IntervalPollSchedulerTest, GapsGrowWithAgeUpToTheCap) {
  IntervalPollScheduler scheduler = Make();
  scheduler.Add(Task("a", t0_), t0_);
  EXPECT_EQ(scheduler.NextDue("a"), t0_ + absl::Seconds(1));
  ASSERT_EQ(scheduler.Take(t0_ + absl::Seconds(20)), "a");
  scheduler.Looked("a", t0_ + absl::Seconds(20));
  EXPECT_EQ(scheduler.NextDue("a"), t0_ + absl::Seconds(25));
  ASSERT_EQ(scheduler.Take(t0_ + absl::Seconds(1000)), "a");
  scheduler.Looked("a", t0_ + absl::Seconds(1000));
  EXPECT_EQ(scheduler.NextDue("a"), t0_ + absl::Seconds(1030));
}

TEST_F(IntervalPollSchedulerTest, ACallersEqualPairIsAFixedInterval) {
  IntervalPollScheduler scheduler = Make();
  PollTask task = Task("a", t0_);
  task.limits = {absl::Seconds(7), absl::Seconds(7)};
  scheduler.Add(task, t0_);
  for (int i = 1; i <= 5; ++i) {
    const absl::Time due = t0_ + i * absl::Seconds(7);
    EXPECT_EQ(scheduler.NextDue("a"), due);
    ASSERT_EQ(scheduler.Take(due), "a");
    scheduler.Looked("a", due);
  }
}

TEST_F(IntervalPollSchedulerTest, AJobTakenIsNotOfferedAgainUntilItIsLookedAt) {
  IntervalPollScheduler scheduler = Make();
  scheduler.Add(Task("a", t0_), t0_);
  const absl::Time later = t0_ + absl::Hours(1);
  ASSERT_EQ(scheduler.Take(later), "a");
  EXPECT_FALSE(scheduler.Take(later).has_value());
  EXPECT_EQ(scheduler.NextDue("a"), absl::InfiniteFuture());
}

TEST_F(IntervalPollSchedulerTest, DueJobsAreServedInTheOrderInWhichTheyBecameDue) {
  IntervalPollScheduler scheduler = Make();
  scheduler.Add(Task("late", t0_), t0_ + absl::Milliseconds(10));
  scheduler.Add(Task("early", t0_), t0_);
  EXPECT_EQ(scheduler.Take(t0_ + absl::Minutes(1)), "early");
  EXPECT_EQ(scheduler.Take(t0_ + absl::Minutes(1)), "late");
}

TEST_F(IntervalPollSchedulerTest, PostponeHoldsAJobBack) {
  IntervalPollScheduler scheduler = Make();
  scheduler.Add(Task("a", t0_), t0_);
  ASSERT_EQ(scheduler.Take(t0_ + absl::Seconds(1)), "a");
  scheduler.Postpone("a", t0_ + absl::Minutes(5));
  EXPECT_FALSE(scheduler.Take(t0_ + absl::Minutes(4)).has_value());
  EXPECT_EQ(scheduler.Take(t0_ + absl::Minutes(5)), "a");
}

TEST_F(IntervalPollSchedulerTest, ARemovedJobIsForgottenInEveryState) {
  IntervalPollScheduler scheduler = Make();
  scheduler.Add(Task("waiting", t0_), t0_);
  scheduler.Remove("waiting", t0_, /*ended=*/false);
  EXPECT_EQ(scheduler.NextDue(), absl::InfiniteFuture());
  scheduler.Add(Task("taken", t0_), t0_);
  ASSERT_EQ(scheduler.Take(t0_ + absl::Seconds(1)), "taken");
  scheduler.Remove("taken", t0_, /*ended=*/true);
  scheduler.Looked("taken", t0_);
  scheduler.Postpone("taken", t0_);
  EXPECT_EQ(scheduler.NextDue(), absl::InfiniteFuture());
}

TEST_F(IntervalPollSchedulerTest, JitterStaysWithinTenPercentAndSpreads) {
  IntervalPollScheduler scheduler = Make(/*jitter=*/0.1);
  absl::Time first = absl::InfiniteFuture(), last = absl::InfinitePast();
  for (int i = 0; i < 1000; ++i) {
    const std::string id = std::to_string(i);
    scheduler.Add(Task(id, t0_ - absl::Seconds(40)), t0_);
    first = std::min(first, scheduler.NextDue(id));
    last = std::max(last, scheduler.NextDue(id));
  }
  EXPECT_GE(first, t0_ + absl::Seconds(9));
  EXPECT_LE(last, t0_ + absl::Seconds(11));
  EXPECT_GT(last - first, absl::Seconds(1));
}

}  // namespace
}  // namespace gcjobs
