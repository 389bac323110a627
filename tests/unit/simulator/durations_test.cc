#include "tests/simulator/durations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace gcjobs::sim {
namespace {

constexpr int kDraws = 20'000;

std::vector<double> DrawMany(absl::string_view spec) {
  const DurationLaw law = *DurationLaw::Parse(spec);
  DeterministicRandom random(7);
  std::vector<double> seconds;
  for (int i = 0; i < kDraws; ++i) seconds.push_back(absl::ToDoubleSeconds(law.Draw(&random)));
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double Median(const std::vector<double>& sorted) { return sorted[sorted.size() / 2]; }

TEST(DurationLawTest, ConstantIsConstant) {
  const std::vector<double> draws = DrawMany("constant:2.5");
  EXPECT_EQ(draws.front(), 2.5);
  EXPECT_EQ(draws.back(), 2.5);
}

TEST(DurationLawTest, UniformStaysInItsRange) {
  const std::vector<double> draws = DrawMany("uniform:2,4");
  EXPECT_GE(draws.front(), 2);
  EXPECT_LE(draws.back(), 4);
  EXPECT_NEAR(Mean(draws), 3, 0.05);
}

TEST(DurationLawTest, ExponentialHasItsMean) {
  EXPECT_NEAR(Mean(DrawMany("exponential:30")), 30, 1);
}

TEST(DurationLawTest, LognormalHasItsMedian) {
  EXPECT_NEAR(Median(DrawMany("lognormal:20,1")), 20, 1);
}

TEST(DurationLawTest, WeibullHasItsMean) { EXPECT_NEAR(Mean(DrawMany("weibull:2,30")), 30, 0.5); }

TEST(DurationLawTest, BimodalMixesTwoModes) {
  const std::vector<double> draws = DrawMany("bimodal:0.7,5,120,0.3");
  const auto slow = draws.end() - std::lower_bound(draws.begin(), draws.end(), 30.0);
  EXPECT_NEAR(static_cast<double>(slow) / kDraws, 0.3, 0.02);
}

TEST(DurationLawTest, DrawsAreBounded) {
  EXPECT_EQ(DrawMany("constant:1e300").back(), absl::ToDoubleSeconds(DurationLaw::kLongest));
}

TEST(DurationLawTest, RejectsWhatIsNoLaw) {
  for (const char* spec :
       {"", "constant", "constant:", "constant:x", "constant:-1", "constant:1,2", "uniform:4,2",
        "weibull:0,3", "bimodal:2,1,1,1", "normal:1,2", "constant:inf", "constant:nan"}) {
    EXPECT_EQ(DurationLaw::Parse(spec).status().code(), absl::StatusCode::kInvalidArgument) << spec;
  }
}

TEST(DeterministicRandomTest, SameSeedSameNumbersInEveryBuild) {
  // The first outputs of SplitMix64 for seed 1234567, as published with it.
  DeterministicRandom random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317u);
  EXPECT_EQ(random.Next(), 3203168211198807973u);
}

TEST(DeterministicRandomTest, StreamsDependOnSeedNameAndOrdinal) {
  const uint64_t first = DeterministicRandom(1, "a", 0).Next();
  EXPECT_EQ(first, DeterministicRandom(1, "a", 0).Next());
  EXPECT_NE(first, DeterministicRandom(2, "a", 0).Next());
  EXPECT_NE(first, DeterministicRandom(1, "b", 0).Next());
  EXPECT_NE(first, DeterministicRandom(1, "a", 1).Next());
}

TEST(DeterministicRandomTest, GuidsLookLikeGuids) {
  const std::string guid = DeterministicRandom(1).Guid();
  ASSERT_EQ(guid.size(), 36u);
  EXPECT_EQ(guid[8], '-');
  EXPECT_EQ(guid[14], '4');
  EXPECT_NE(std::string("89ab").find(guid[19]), std::string::npos);
}

}  // namespace
}  // namespace gcjobs::sim
