#include "server/scheduler/poll_planner.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gcjobs {
namespace {

SurvivalCurve Exponential(double mean) {
  return SurvivalCurve::OfLaw([mean](double t) { return std::exp(-t / mean); });
}

class PollPlannerTest : public ::testing::Test {
 protected:
  // As a plan that is made at once for this price would say.
  double Fresh(double seen, double price) const {
    const SurvivalCurve& curve = book_.ModelOf(class_).curve();
    return PollPlan(curve, price).NextPoll(curve, seen);
  }

  SurvivalBook book_;
  const SurvivalBook::ClassId class_ = book_.ClassOf("action.async/a");
  PollPlanner planner_{&book_};
};

TEST_F(PollPlannerTest, FollowsThePrice) {
  for (const double price : {1.0, 1.02, 30.0, 0.1, 1.0}) {
    EXPECT_NEAR(planner_.NextPoll(class_, 3, price), Fresh(3, price), 0.05 * Fresh(3, price));
  }
}

TEST_F(PollPlannerTest, TwoPricesMayTakeTurns) {
  for (int turn = 0; turn < 3; ++turn) {
    EXPECT_EQ(planner_.NextPoll(class_, 3, 4), Fresh(3, 4));
    EXPECT_EQ(planner_.NextPoll(class_, 3, 1), Fresh(3, 1));
  }
}

TEST_F(PollPlannerTest, FollowsWhatItsClassLearns) {
  const double before = planner_.NextPoll(class_, 0, 1);
  for (int i = 0; i < 100; ++i) {
    book_.Unfinished(class_, 0, 500, PollKind::kDue);
    book_.Ended(class_, 500, 510, PollKind::kDue);
  }
  EXPECT_GT(planner_.NextPoll(class_, 0, 1), 2 * before);
  EXPECT_EQ(planner_.NextPoll(class_, 0, 1), Fresh(0, 1));
}

TEST_F(PollPlannerTest, ClassesHaveTheirOwnPlans) {
  book_.SetKnown("action.async/b", Exponential(1000));
  const double of_this = planner_.NextPoll(class_, 0, 1);
  EXPECT_GT(planner_.NextPoll(book_.ClassOf("action.async/b"), 0, 1), 1.5 * of_this);
}

}  // namespace
}  // namespace gcjobs
