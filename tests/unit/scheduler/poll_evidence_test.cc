#include "server/scheduler/poll_evidence.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gcjobs {
namespace {

SurvivalCurve Exponential(double mean) {
  return SurvivalCurve::OfLaw([mean](double t) { return std::exp(-t / mean); });
}

double EndedBefore(const DurationHistogram& histogram, double age) {
  double ended = 0;
  for (int bin = 0; age_grid::Edge(bin + 1) <= age; ++bin) ended += histogram.ended[bin];
  return ended;
}

// The law that a histogram alone speaks for.
SurvivalCurve LawOf(const DurationHistogram& histogram) {
  SurvivalCurve::Hazards hazards;
  for (int bin = 0; bin < age_grid::kBins; ++bin) {
    hazards[bin] = histogram.ended[bin] / ((histogram.at_risk[bin] + 1e-3) * age_grid::Width(bin));
  }
  return SurvivalCurve(hazards);
}

TEST(DurationHistogramTest, AnEndBetweenTwoPollsIsSharedOutByTheLaw) {
  DurationHistogram histogram;
  const SurvivalCurve law = SurvivalCurve::OfLaw([](double t) { return std::exp(-t / 5); });
  histogram.AddEnd(0, 100, law);
  double total = 0, early = 0;
  for (int bin = 0; bin < age_grid::kBins; ++bin) {
    total += histogram.ended[bin];
    if (age_grid::Edge(bin) < 10) early += histogram.ended[bin];
  }
  EXPECT_NEAR(total, 1, 1e-5);
  EXPECT_GT(early, 0.8);
  EXPECT_NEAR(histogram.Exposure(), 5, 1);
}

TEST(DurationHistogramTest, AnEndThatTheLawExcludesIsSharedOutEvenly) {
  DurationHistogram histogram;
  histogram.AddEnd(1000, 2000, SurvivalCurve::OfLaw([](double t) { return std::exp(-t); }));
  histogram.AddEnd(1e7, 2e7, SurvivalCurve::OfLaw([](double t) { return std::exp(-t); }));
  double total = 0;
  for (const float ended : histogram.ended) {
    ASSERT_TRUE(std::isfinite(ended));
    total += ended;
  }
  EXPECT_NEAR(total, 2, 1e-4);
}

// A hundred jobs ended within their first 20 s, that is all. Of ten more all had
// ended after 5 s.
TEST(PollEvidenceTest, AFewClosePollsTellWhereTheOthersEnded) {
  PollEvidence evidence;
  const SurvivalCurve guess = Exponential(10);
  for (int i = 0; i < 100; ++i) evidence.AddEnd(0, 20, guess);
  for (int i = 0; i < 10; ++i) evidence.AddEnd(0, 5, guess);
  EXPECT_LT(EndedBefore(evidence.histogram(), 6), 70);
  for (int step = 0; step < 100; ++step) evidence.Spread(LawOf(evidence.histogram()));
  EXPECT_GT(EndedBefore(evidence.histogram(), 6), 105);
}

TEST(PollEvidenceTest, SharingOutLosesNobody) {
  PollEvidence evidence;
  evidence.AddUnfinished(0, 300);
  for (int i = 0; i < 1000; ++i) evidence.AddEnd(i % 7, 10 + i % 5, Exponential(10), 0.999);
  const double jobs = evidence.jobs();
  const float at_risk = evidence.histogram().at_risk[age_grid::BinOf(200)];
  evidence.Spread(Exponential(3));
  EXPECT_NEAR(evidence.jobs(), jobs, 1e-3 * jobs);
  EXPECT_NEAR(EndedBefore(evidence.histogram(), 1000), jobs, 1e-3 * jobs);
  EXPECT_FLOAT_EQ(evidence.histogram().at_risk[age_grid::BinOf(200)], at_risk);
}

TEST(PollEvidenceTest, WhatWasThereBeforeFades) {
  PollEvidence evidence(DurationHistogram{});
  for (int i = 0; i < 1000; ++i) evidence.AddEnd(0, 1, Exponential(1), 0.9);
  EXPECT_NEAR(evidence.jobs(), 10, 1e-3);
}

}  // namespace
}  // namespace gcjobs
