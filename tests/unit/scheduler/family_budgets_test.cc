#include "server/scheduler/family_budgets.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/fakes/fake_clock.h"

namespace gcjobs {
namespace {

using testing::FakeClock;

constexpr RequestClass kPoll = RequestClass::kPoll;
constexpr RequestClass kSubmit = RequestClass::kSubmit;

RateLimitReport Named(std::optional<int> allowed) {
  RateLimitReport report;
  report.allowed = allowed;
  return report;
}

class FamilyBudgetsTest : public ::testing::Test {
 protected:
  // What an answer that names `allowed` means for the organisation.
  std::optional<int> Answered(const char* family, std::optional<int> allowed,
                              RequestClass request_class = kPoll) {
    return families_.OnReport(family, request_class, Named(allowed), clock_.MonotonicNow()).allowed;
  }
  void Use(const char* family, int requests) {
    for (int i = 0; i < requests; ++i) {
      families_.Start(family, kSubmit);
      families_.End(family, kSubmit);
    }
  }
  bool IsFree(const char* family, RequestClass request_class = kSubmit) {
    return families_.Earliest(family, request_class) <= clock_.MonotonicNow();
  }

  FakeClock clock_;
  FamilyBudgets families_{{300, {{"analytics", 10}}}, &clock_};
};

TEST_F(FamilyBudgetsTest, AConfiguredFamilyHasItsOwnBudget) {
  Use("analytics", 10);
  Use("flows", 100);
  EXPECT_FALSE(IsFree("analytics"));
  EXPECT_TRUE(IsFree("flows"));
  EXPECT_TRUE(IsFree("integrations"));
  clock_.Advance(absl::Seconds(61));
  EXPECT_TRUE(IsFree("analytics"));
}

TEST_F(FamilyBudgetsTest, OtherLimitsHoldFromNowOn) {
  Use("analytics", 10);
  families_.SetLimits({300, {{"analytics", 20}, {"flows", 5}}});
  EXPECT_TRUE(IsFree("analytics"));
  EXPECT_EQ(families_.limit("analytics"), 20);
  Use("flows", 5);
  EXPECT_FALSE(IsFree("flows"));
}

TEST_F(FamilyBudgetsTest, WhatIsGivenBackDoesNotCount) {
  for (int i = 0; i < 20; ++i) {
    families_.Start("analytics", kSubmit);
    families_.GiveBack("analytics", kSubmit);
  }
  EXPECT_TRUE(IsFree("analytics"));
}

TEST_F(FamilyBudgetsTest, ANumberCountsForTheFamilyItCameFrom) {
  EXPECT_EQ(Answered("flows", 5), std::nullopt);
  Use("flows", 5);
  EXPECT_EQ(families_.limit("flows"), 5);
  EXPECT_FALSE(IsFree("flows"));
  EXPECT_TRUE(IsFree("integrations"));
}

TEST_F(FamilyBudgetsTest, OfTheNumbersOfAFamilyTheLargestIsItsOwn) {
  Answered("flows", 300, kPoll);
  Answered("flows", 5, kSubmit);
  EXPECT_EQ(families_.limit("flows"), 300);
}

TEST_F(FamilyBudgetsTest, TheOrganisationsFallsToWhatTwoFamiliesNameAndNoneExceeds) {
  EXPECT_EQ(Answered("flows", 180), std::nullopt);
  EXPECT_EQ(Answered("integrations", 180), 180);
  EXPECT_EQ(Answered("analytics", 5), 180);    // has a limit of its own
  EXPECT_EQ(Answered("recording", 200), 300);  // so it was not the organisation's
  EXPECT_EQ(Answered("recording", 200), std::nullopt);
}

TEST_F(FamilyBudgetsTest, AFamilyThatNamesNoneDoesNotAgree) {
  Answered("flows", 180);
  EXPECT_EQ(Answered("integrations", 180), 180);
  EXPECT_EQ(Answered("integrations", std::nullopt), 300);
}

TEST_F(FamilyBudgetsTest, AThrottledFamilyWaitsInThatClass) {
  families_.OnThrottled("flows", kPoll, absl::Seconds(7), 40);
  EXPECT_FALSE(IsFree("flows", kPoll));
  EXPECT_TRUE(IsFree("flows", kSubmit));
  EXPECT_EQ(families_.ThrottledUntil("flows", kPoll), clock_.MonotonicNow() + absl::Seconds(7));
  EXPECT_EQ(families_.limit("flows"), 40);
  clock_.Advance(absl::Seconds(7));
  EXPECT_TRUE(IsFree("flows", kPoll));
}

TEST_F(FamilyBudgetsTest, WhatIsOfNoFamilyHasNoBudget) {
  families_.Start("", kPoll);
  families_.End("", kPoll);
  EXPECT_EQ(families_.Earliest("", kPoll), absl::InfinitePast());
}

}  // namespace
}  // namespace gcjobs
