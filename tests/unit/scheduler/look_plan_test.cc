#include "server/scheduler/look_plan.h"

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

// Lag and looks, these at their price, of a job that is looked at where `next`
// says; without the time that it lasts.
template <typename Next>
double CostOf(const SurvivalCurve& curve, double price, Next next) {
  double cost = 0, seen = 0;
  while (curve.Survival(seen) > 1e-9) {
    const double look = next(seen);
    cost += curve.Survival(seen) * price + curve.Survival(seen) * curve.Waste(seen, look);
    seen = look;
  }
  return cost;
}

double CostOfPlan(const SurvivalCurve& curve, double price) {
  const LookPlan plan(curve, price);
  return CostOf(curve, price, [&](double seen) { return plan.NextLook(curve, seen); });
}

TEST(LookPlanTest, AMemorylessJobIsLookedAtInEqualGaps) {
  const SurvivalCurve curve = Exponential(30);
  const LookPlan plan(curve, 5);
  const double gap = plan.NextLook(curve, 0);
  EXPECT_NEAR(std::expm1(gap / 30) - gap / 30, 5.0 / 30, 1e-3);
  for (const double seen : {0.1, 7.0, 50.0, 300.0}) {
    EXPECT_NEAR(plan.NextLook(curve, seen) - seen, gap, 0.05 * gap) << seen;
  }
}

TEST(LookPlanTest, ADearLookIsLater) {
  const SurvivalCurve curve = TwoModes();
  for (const double seen : {0.0, 6.0, 40.0, 100.0}) {
    EXPECT_LT(LookPlan(curve, 0.2).NextLook(curve, seen),
              LookPlan(curve, 20).NextLook(curve, seen));
  }
}

// To wait until 20 s are wasted would mean to look at 34 s.
TEST(LookPlanTest, TheEndOfAModeIsNotWaitedBeyond) {
  const SurvivalCurve curve = TwoModes();
  const LookPlan plan(curve, 20);
  EXPECT_NEAR(plan.NextLook(curve, 0), 10.6, 1);
  EXPECT_GT(plan.NextLook(curve, 10.6), 100);
}

TEST(LookPlanTest, TwoModesCostLessThanByWasteAlone) {
  const SurvivalCurve curve = TwoModes();
  const double by_waste = CostOf(curve, 5, [&](double seen) { return curve.AgeOfWaste(seen, 5); });
  EXPECT_LT(CostOfPlan(curve, 5), 0.95 * by_waste);
}

TEST(LookPlanTest, AVeryCheapLookIsWorthManyInOneCellOfTheGrid) {
  const SurvivalCurve curve = Exponential(300);
  const LookPlan plan(curve, 0.001);
  EXPECT_NEAR(plan.NextLook(curve, 1000) - 1000, std::sqrt(2 * 300 * 0.001), 0.01);
}

TEST(LookPlanTest, WhoOutlivesTheLawIsLookedAtByWaste) {
  const SurvivalCurve curve = Exponential(1);
  EXPECT_EQ(LookPlan(curve, 2).NextLook(curve, 1e5), curve.AgeOfWaste(1e5, 2));
}

class AnyLookPlanTest : public ::testing::TestWithParam<int> {};

TEST_P(AnyLookPlanTest, EachLookIsLaterThanTheOneBefore) {
  std::mt19937_64 random(static_cast<uint64_t>(GetParam()));
  const SurvivalCurve curve = AnyCurve(random);
  for (const double price : {0.01, 1.0, 100.0}) {
    const LookPlan plan(curve, price);
    for (double age = 0.01; age < 2e5; age *= 1.01) EXPECT_GT(plan.NextLook(curve, age), age);
  }
}

TEST_P(AnyLookPlanTest, NoOtherScheduleThatIsTriedCostsLess) {
  std::mt19937_64 random(static_cast<uint64_t>(GetParam()));
  const SurvivalCurve curve = AnyCurve(random);
  const double price = std::pow(10, std::uniform_real_distribution<double>(-0.5, 2)(random));
  const double least = CostOfPlan(curve, price);
  const LookPlan plan(curve, price);
  std::uniform_real_distribution<double> factor(0.7, 1.4);
  for (int i = 0; i < 5; ++i) {
    const double cost = CostOf(curve, price, [&](double seen) {
      return seen + (plan.NextLook(curve, seen) - seen) * factor(random);
    });
    EXPECT_GT(cost, 0.998 * least);
  }
  const double by_waste =
      CostOf(curve, price, [&](double seen) { return curve.AgeOfWaste(seen, price); });
  EXPECT_GT(by_waste, 0.998 * least);
}
INSTANTIATE_TEST_SUITE_P(Seeds, AnyLookPlanTest, ::testing::Range(1, 21));

}  // namespace
}  // namespace gcjobs
