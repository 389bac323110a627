#include "server/scheduler/survival_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

namespace gcjobs {
namespace {

// Shows the model jobs that are polled every `gap` seconds until they end.
class Learner {
 public:
  explicit Learner(SurvivalModel* model, double gap = 2) : model_(model), gap_(gap) {}

  void Job(double duration, PollKind poll = PollKind::kDue) {
    double seen = 0;
    while (seen + gap_ < duration) {
      model_->Unfinished(seen, seen + gap_, poll);
      seen += gap_;
    }
    model_->Ended(seen, seen + gap_, poll);
  }

  void Jobs(int jobs, const std::function<double()>& draw) {
    for (int i = 0; i < jobs; ++i) Job(draw());
  }

  std::function<double()> Exponential(double mean) {
    return [this, mean] { return std::exponential_distribution<double>(1 / mean)(random_); };
  }

 private:
  SurvivalModel* const model_;
  const double gap_;
  std::mt19937_64 random_{7};
};

// Where half of the jobs have ended.
double MedianOf(const SurvivalModel& model) {
  double low = 0, high = 1e6;
  while (high - low > 1e-3) {
    const double middle = (low + high) / 2;
    (model.curve().Survival(middle) > 0.5 ? low : high) = middle;
  }
  return low;
}

TEST(SurvivalModelTest, KnowingNothingItExpectsAnyScale) {
  const SurvivalModel model(nullptr);
  EXPECT_NEAR(MedianOf(model), SurvivalModel::kDefaultMean * std::exp(-2), 0.2);
  EXPECT_LT(model.curve().Survival(0.5), 0.87) << "a job of half a second is no surprise";
  EXPECT_GT(model.curve().Survival(100), 0.05) << "nor one of minutes";
  EXPECT_EQ(model.samples(), 0);
  EXPECT_FALSE(model.proven());
}

TEST(SurvivalModelTest, AFewJobsSetTheScale) {
  SurvivalModel model(nullptr);
  Learner learner(&model, 50);
  learner.Jobs(5, learner.Exponential(1000));
  EXPECT_GT(MedianOf(model), 200);
}

TEST(SurvivalModelTest, JobsThatDoNotEndRaiseTheScaleToo) {
  SurvivalModel model(nullptr);
  const double before = MedianOf(model);
  for (double seen = 0; seen < 600; seen += 30) {
    model.Unfinished(seen, seen + 30, PollKind::kDue);
  }
  EXPECT_GT(MedianOf(model), 3 * before);
}

TEST(SurvivalModelTest, LearnsALawFromPollsAlone) {
  SurvivalModel model(nullptr);
  Learner learner(&model);
  learner.Jobs(1000, learner.Exponential(30));
  for (const double age : {5.0, 15.0, 30.0, 60.0}) {
    EXPECT_NEAR(model.curve().Survival(age), std::exp(-age / 30), 0.07) << age;
  }
  EXPECT_TRUE(model.proven());
}

// Half of the jobs are cut off at 20 s (cancelled, say). Counting only those
// that ended would make all jobs poll short.
TEST(SurvivalModelTest, JobsCutOffCountForAsLongAsTheyWereSeen) {
  SurvivalModel model(nullptr);
  Learner learner(&model);
  const auto draw = learner.Exponential(40);
  for (int i = 0; i < 1000; ++i) {
    learner.Job(draw());
    for (double seen = 0, end = draw(); seen + 2 < std::min(end, 20.0); seen += 2) {
      model.Unfinished(seen, seen + 2, PollKind::kDue);
    }
  }
  EXPECT_GT(model.curve().Survival(40), std::exp(-1) - 0.02);
}

TEST(SurvivalModelTest, OldJobsFade) {
  SurvivalModel model(nullptr);
  Learner learner(&model);
  learner.Jobs(4000, learner.Exponential(30));
  EXPECT_NEAR(model.samples(), 400, 10);
}

// The past fades: what came lately, kept whole, would rest on ever more jobs and
// win some day by its precision alone.
TEST(SurvivalModelTest, ALawThatHoldsIsNeverDropped) {
  for (const double gap : {2.0, 7.0}) {
    SurvivalModel model(nullptr);
    Learner learner(&model, gap);
    learner.Jobs(8000, learner.Exponential(30));
    EXPECT_NEAR(model.samples(), 400, 10) << gap;
    EXPECT_TRUE(model.proven()) << gap;
  }
}

class DriftTest : public ::testing::TestWithParam<double> {};

TEST_P(DriftTest, ATenfoldChangeIsFollowedWithinTwoHundredJobs) {
  SurvivalModel model(nullptr);
  Learner learner(&model, 3);
  const double before = 50, after = before * GetParam();
  learner.Jobs(1000, learner.Exponential(before));
  learner.Jobs(200, learner.Exponential(after));
  EXPECT_GT(MedianOf(model), 0.6 * after * std::log(2));
  EXPECT_LT(MedianOf(model), 1.6 * after * std::log(2));
}
INSTANTIATE_TEST_SUITE_P(Factors, DriftTest, ::testing::Values(0.1, 10.0));

TEST(SurvivalModelTest, OneOddJobDropsNoPast) {
  SurvivalModel model(nullptr);
  Learner learner(&model);
  learner.Jobs(400, learner.Exponential(10));
  const double before = model.samples();
  learner.Job(5000);
  EXPECT_GT(model.samples(), before * 0.99);
}

// It hangs: its polls say what one job can say.
TEST(SurvivalModelTest, OneJobThatNeverEndsDropsNoPast) {
  SurvivalModel model(nullptr);
  Learner learner(&model);
  learner.Jobs(400, learner.Exponential(10));
  const double before = model.samples();
  for (double age = 0; age < 3600; age += 2) model.Unfinished(age, age + 2, PollKind::kDue);
  EXPECT_EQ(model.samples(), before);
}

// Most that live when the law changes are old. They end as was expected of
// them, and hide nothing of those that begin.
TEST(SurvivalModelTest, OldJobsThatEndByTheOldLawHideNoChange) {
  SurvivalModel model(nullptr);
  Learner learner(&model, 20);
  learner.Jobs(1000, learner.Exponential(400));
  const auto old = learner.Exponential(400);
  for (int i = 0; i < 100; ++i) {
    for (int j = 0; j < 2; ++j) {
      const double seen = 1000 + 20 * std::floor(old() / 20);
      model.Ended(seen, seen + 20, PollKind::kDue);
    }
    learner.Job(5);
  }
  EXPECT_LT(model.curve().Survival(40), 0.2);
}

TEST(SurvivalModelTest, AStableLawIsNotDropped) {
  SurvivalModel model(nullptr);
  Learner learner(&model);
  for (int i = 0; i < 200; ++i) {
    learner.Jobs(20, learner.Exponential(30));
    if (i > 20) {
      EXPECT_GT(model.samples(), 200) << i;
    }
  }
}

// All polls come after 60 s, as befits jobs that last that long. Then they last
// 6 s, and each poll still finds them ended, as expected.
TEST(SurvivalModelTest, EarlyPollsFindOutWhatDueOnesCannot) {
  SurvivalModel model(nullptr);
  for (int i = 0; i < 400; ++i) {
    model.Unfinished(0, 50, PollKind::kDue);
    model.Ended(50, 70, PollKind::kDue);
  }
  for (int i = 0; i < 50; ++i) {
    model.Ended(0, 65, PollKind::kDue);
    if (i % 5 == 0) model.Ended(0, 20, PollKind::kEarly);
  }
  EXPECT_LT(MedianOf(model), 30);
}

TEST(SurvivalModelTest, AClassNotSeenBeforeBeginsWithTheOneAbove) {
  SurvivalModel above(nullptr);
  Learner learner(&above, 20);
  learner.Jobs(200, learner.Exponential(600));
  const SurvivalModel model(&above);
  EXPECT_NEAR(MedianOf(model), MedianOf(above), 0.35 * MedianOf(above));
}

TEST(SurvivalModelTest, ItsOwnJobsSoonCountMoreThanTheClassAbove) {
  SurvivalModel above(nullptr);
  Learner pooled(&above, 20);
  pooled.Jobs(400, pooled.Exponential(600));
  SurvivalModel model(&above);
  Learner own(&model, 1);
  own.Jobs(60, own.Exponential(10));
  EXPECT_LT(MedianOf(model), 15);
}

TEST(SurvivalModelTest, WhatMakesNoSenseIsIgnored) {
  SurvivalModel model(nullptr);
  model.Ended(10, 10, PollKind::kDue);
  model.Ended(10, 5, PollKind::kDue);
  model.Unfinished(10, std::nan(""), PollKind::kEarly);
  EXPECT_EQ(model.samples(), 0);
  EXPECT_EQ(model.version(), 0u);
}

TEST(SurvivalModelTest, AKnownLawStays) {
  const SurvivalCurve law = SurvivalCurve::OfLaw([](double t) { return std::exp(-t / 5); });
  SurvivalModel model = SurvivalModel::Known(law);
  Learner learner(&model);
  learner.Jobs(100, learner.Exponential(500));
  EXPECT_NEAR(model.curve().Survival(5), std::exp(-1), 1e-6);
  EXPECT_TRUE(model.proven());
}

}  // namespace
}  // namespace gcjobs
