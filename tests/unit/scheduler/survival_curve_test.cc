#include "server/scheduler/survival_curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace gcjobs {
namespace {

SurvivalCurve Exponential(double mean) {
  return SurvivalCurve::OfLaw([mean](double t) { return std::exp(-t / mean); });
}

// A hazard in each bin at random, over six decades.
SurvivalCurve AnyCurve(std::mt19937_64& random) {
  std::uniform_real_distribution<double> exponent(-5, 1);
  SurvivalCurve::Hazards hazards;
  for (double& hazard : hazards) hazard = std::pow(10, exponent(random));
  return SurvivalCurve(hazards);
}

double AnyAge(std::mt19937_64& random) {
  return std::pow(10, std::uniform_real_distribution<double>(-2, 5)(random));
}

// W by its definition, as a sum over small steps.
double WasteBySum(const SurvivalCurve& curve, double x, double a) {
  constexpr int kSteps = 20'000;
  double waste = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double t = x + (a - x) * (i + 0.5) / kSteps;
    waste += (1 - curve.Survival(t) / curve.Survival(x)) * (a - x) / kSteps;
  }
  return waste;
}

TEST(AgeGridTest, EachAgeLiesInItsBin) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const double age = AnyAge(random);
    const int bin = age_grid::BinOf(age);
    EXPECT_LE(age_grid::Edge(bin), age);
    if (bin + 1 < age_grid::kBins) {
      EXPECT_LT(age, age_grid::Edge(bin + 1));
    }
  }
}

TEST(AgeGridTest, AnEdgeBelongsToTheBinThatItBegins) {
  for (int bin = 0; bin < age_grid::kBins; ++bin) {
    EXPECT_EQ(age_grid::BinOf(age_grid::Edge(bin)), bin);
  }
}

TEST(AgeGridTest, AgesBeyondTheGridLieInTheLastBin) {
  EXPECT_EQ(age_grid::BinOf(1e8), age_grid::kBins - 1);
  EXPECT_EQ(age_grid::BinOf(1e300), age_grid::kBins - 1);
}

TEST(SurvivalCurveTest, FollowsTheLawThatItIsMadeOf) {
  const SurvivalCurve curve = Exponential(30);
  for (const double age : {0.1, 1.0, 30.0, 100.0, 1000.0}) {
    EXPECT_NEAR(curve.Survival(age), std::exp(-age / 30), 1e-9) << age;
  }
}

TEST(SurvivalCurveTest, ALawThatStaysAtOneAtFirstHasNoHazardThere) {
  const SurvivalCurve curve =
      SurvivalCurve::OfLaw([](double t) { return t < 60 ? 1 : std::exp(60 - t); });
  EXPECT_NEAR(curve.Survival(50), 1, 1e-6);
  EXPECT_LT(curve.Survival(120), 1e-12);
}

TEST(SurvivalCurveTest, ThePriorHasTheMeanThatItIsGiven) {
  const SurvivalCurve prior = SurvivalCurve::LognormalPrior(100);
  EXPECT_NEAR(prior.Survival(100 * std::exp(-0.5)), 0.5, 0.01);
}

TEST(SurvivalCurveTest, WasteOfAMemorylessJobHasAClosedForm) {
  const SurvivalCurve curve = Exponential(30);
  for (const double gap : {0.5, 5.0, 60.0}) {
    EXPECT_NEAR(curve.Waste(17, 17 + gap), gap - 30 * (1 - std::exp(-gap / 30)), 1e-6);
  }
}

TEST(SurvivalCurveTest, NoTimeWastesNothing) {
  EXPECT_EQ(Exponential(30).Waste(5, 5), 0);
  EXPECT_EQ(Exponential(30).Waste(5, 4), 0);
  EXPECT_EQ(Exponential(30).AgeOfWaste(5, 0), 5);
}

TEST(SurvivalCurveTest, WasteIsExactWhereHardlyAnyJobIsLeft) {
  const SurvivalCurve curve = Exponential(1);
  EXPECT_NEAR(curve.Waste(5000, 5002), 2 - (1 - std::exp(-2)), 1e-6);
}

class AnySurvivalCurveTest : public ::testing::TestWithParam<int> {
 protected:
  std::mt19937_64 random_{static_cast<uint64_t>(GetParam())};
};

TEST_P(AnySurvivalCurveTest, WasteIsTheIntegralThatDefinesIt) {
  const SurvivalCurve curve = AnyCurve(random_);
  const double x = std::uniform_real_distribution<double>(0, 30)(random_);
  const double a = x + std::uniform_real_distribution<double>(0, 30)(random_);
  if (curve.Survival(x) < 1e-200) return;
  EXPECT_NEAR(curve.Waste(x, a), WasteBySum(curve, x, a), 1e-3 * (a - x));
}

TEST_P(AnySurvivalCurveTest, WasteGrowsWithAgeAndNoFasterThanTime) {
  const SurvivalCurve curve = AnyCurve(random_);
  const double x = AnyAge(random_);
  double before = 0, age = x;
  for (int i = 0; i < 200; ++i) {
    const double step = AnyAge(random_);
    const double waste = curve.Waste(x, age + step);
    EXPECT_GE(waste, before - 1e-6 * (1 + age));
    EXPECT_LE(waste, before + step + 1e-6 * (1 + age));
    before = waste;
    age += step;
  }
}

TEST_P(AnySurvivalCurveTest, TheAgeOfAWasteHasThatWaste) {
  const SurvivalCurve curve = AnyCurve(random_);
  for (int i = 0; i < 200; ++i) {
    const double x = AnyAge(random_), waste = std::min(AnyAge(random_), 1e4);
    const double age = curve.AgeOfWaste(x, waste);
    EXPECT_GT(age, x);
    EXPECT_NEAR(curve.Waste(x, age), waste, 1e-6 * (waste + age)) << x;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnySurvivalCurveTest, ::testing::Range(1, 31));

}  // namespace
}  // namespace gcjobs
