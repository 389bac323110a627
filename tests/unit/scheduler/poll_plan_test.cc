#include "server/scheduler/poll_plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace gcjobs {
namespace {

SurvivalCurve Exponential(double mean) {
  return SurvivalCurve::OfLaw([mean](double t) { return std::exp(-t / mean); });
}

double LognormalSurvival(double t, double median) {
  return t <= 0 ? 1 : 0.5 * std::erfc(std::log(t / median) / (0.3 * std::sqrt(2.0)));
}

// 70 % of the jobs last about 5 s, the others about 120 s.
SurvivalCurve TwoModes() {
  return SurvivalCurve::OfLaw(
      [](double t) { return 0.7 * LognormalSurvival(t, 5) + 0.3 * LognormalSurvival(t, 120); });
}

SurvivalCurve AnyCurve(std::mt19937_64& random) {
  std::uniform_real_distribution<double> exponent(-4, 0);
  SurvivalCurve::Hazards hazards;
  for (double& hazard : hazards) hazard = std::pow(10, exponent(random));
  return SurvivalCurve(hazards);
}

// Lag and polls, these at their price, of a job that is polled where `next`
// says; without the time that it lasts.
template <typename Next>
double CostOf(const SurvivalCurve& curve, double price, Next next) {
  double cost = 0, seen = 0;
  while (curve.Survival(seen) > 1e-9) {
    const double poll = next(seen);
    cost += curve.Survival(seen) * price + curve.Survival(seen) * curve.Waste(seen, poll);
    seen = poll;
  }
  return cost;
}

double CostOfPlan(const SurvivalCurve& curve, double price) {
  const PollPlan plan(curve, price);
  return CostOf(curve, price, [&](double seen) { return plan.NextPoll(curve, seen); });
}

TEST(PollPlanTest, AMemorylessJobIsPolledInEqualGaps) {
  const SurvivalCurve curve = Exponential(30);
  const PollPlan plan(curve, 5);
  const double gap = plan.NextPoll(curve, 0);
  EXPECT_NEAR(std::expm1(gap / 30) - gap / 30, 5.0 / 30, 1e-3);
  for (const double seen : {0.1, 7.0, 50.0, 300.0}) {
    EXPECT_NEAR(plan.NextPoll(curve, seen) - seen, gap, 0.05 * gap) << seen;
  }
}

TEST(PollPlanTest, ADearPollIsLater) {
  const SurvivalCurve curve = TwoModes();
  for (const double seen : {0.0, 6.0, 40.0, 100.0}) {
    EXPECT_LT(PollPlan(curve, 0.2).NextPoll(curve, seen),
              PollPlan(curve, 20).NextPoll(curve, seen));
  }
}

// To wait until 20 s are wasted would mean to poll at 34 s.
TEST(PollPlanTest, TheEndOfAModeIsNotWaitedBeyond) {
  const SurvivalCurve curve = TwoModes();
  const PollPlan plan(curve, 20);
  EXPECT_NEAR(plan.NextPoll(curve, 0), 10.6, 1);
  EXPECT_GT(plan.NextPoll(curve, 10.6), 100);
}

TEST(PollPlanTest, TwoModesCostLessThanByWasteAlone) {
  const SurvivalCurve curve = TwoModes();
  const double by_waste = CostOf(curve, 5, [&](double seen) { return curve.AgeOfWaste(seen, 5); });
  EXPECT_LT(CostOfPlan(curve, 5), 0.95 * by_waste);
}

TEST(PollPlanTest, AVeryCheapPollIsWorthManyInOneCellOfTheGrid) {
  const SurvivalCurve curve = Exponential(300);
  const PollPlan plan(curve, 0.001);
  EXPECT_NEAR(plan.NextPoll(curve, 1000) - 1000, std::sqrt(2 * 300 * 0.001), 0.01);
}

TEST(PollPlanTest, WhoOutlivesTheLawIsPolledByWaste) {
  const SurvivalCurve curve = Exponential(1);
  EXPECT_EQ(PollPlan(curve, 2).NextPoll(curve, 1e5), curve.AgeOfWaste(1e5, 2));
}

class AnyPollPlanTest : public ::testing::TestWithParam<int> {};

TEST_P(AnyPollPlanTest, EachPollIsLaterThanTheOneBefore) {
  std::mt19937_64 random(static_cast<uint64_t>(GetParam()));
  const SurvivalCurve curve = AnyCurve(random);
  for (const double price : {0.01, 1.0, 100.0}) {
    const PollPlan plan(curve, price);
    for (double age = 0.01; age < 2e5; age *= 1.01) EXPECT_GT(plan.NextPoll(curve, age), age);
  }
}

TEST_P(AnyPollPlanTest, NoOtherScheduleThatIsTriedCostsLess) {
  std::mt19937_64 random(static_cast<uint64_t>(GetParam()));
  const SurvivalCurve curve = AnyCurve(random);
  const double price = std::pow(10, std::uniform_real_distribution<double>(-0.5, 2)(random));
  const double least = CostOfPlan(curve, price);
  const PollPlan plan(curve, price);
  std::uniform_real_distribution<double> factor(0.7, 1.4);
  for (int i = 0; i < 5; ++i) {
    const double cost = CostOf(curve, price, [&](double seen) {
      return seen + (plan.NextPoll(curve, seen) - seen) * factor(random);
    });
    EXPECT_GT(cost, 0.998 * least);
  }
  const double by_waste =
      CostOf(curve, price, [&](double seen) { return curve.AgeOfWaste(seen, price); });
  EXPECT_GT(by_waste, 0.998 * least);
}
INSTANTIATE_TEST_SUITE_P(Seeds, AnyPollPlanTest, ::testing::Range(1, 21));

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
