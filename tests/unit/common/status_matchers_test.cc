#include "tests/matchers/status_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/errors.h"

namespace gcjobs::testing {
namespace {

using ::testing::_;
using ::testing::DescribeMatcher;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::ExplainMatchResult;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pointee;
using ::testing::StringMatchResultListener;

absl::Status NoSuchJob() {
  return MakeError(ErrorReason{"JOB_NOT_FOUND", absl::StatusCode::kNotFound, kDomainGcjobs},
                   "no job 17");
}

template <typename Matcher, typename Value>
std::string Explanation(const Matcher& matcher, const Value& value) {
  StringMatchResultListener listener;
  ExplainMatchResult(matcher, value, &listener);
  return listener.str();
}

TEST(IsOkTest, MatchesOkStatusAndStatusOr) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(absl::StatusOr<int>(1), IsOk());
  EXPECT_THAT(NoSuchJob(), Not(IsOk()));
  EXPECT_THAT(absl::StatusOr<int>(NoSuchJob()), Not(IsOk()));
}

TEST(IsOkTest, SaysWhichStatusItMet) {
  EXPECT_EQ(Explanation(IsOk(), NoSuchJob()),
            "whose status is NOT_FOUND: no job 17 (reason JOB_NOT_FOUND)");
  EXPECT_EQ(Explanation(IsOk(), absl::StatusOr<int>(absl::AbortedError("x"))),
            "whose status is ABORTED: x");
}

TEST(IsOkAndHoldsTest, MatchesTheValue) {
  EXPECT_THAT(absl::StatusOr<int>(7), IsOkAndHolds(7));
  EXPECT_THAT(absl::StatusOr<int>(7), IsOkAndHolds(Gt(6)));
  EXPECT_THAT(absl::StatusOr<int>(7), Not(IsOkAndHolds(8)));
  EXPECT_THAT(absl::StatusOr<std::string>("text"), IsOkAndHolds("text"));
  EXPECT_THAT(absl::StatusOr<std::vector<int>>({1, 2}), IsOkAndHolds(ElementsAre(1, 2)));
  EXPECT_THAT(absl::StatusOr<std::unique_ptr<int>>(std::make_unique<int>(3)),
              IsOkAndHolds(Pointee(3)));
}

TEST(IsOkAndHoldsTest, AnErrorHoldsNothing) {
  EXPECT_THAT(absl::StatusOr<int>(NoSuchJob()), Not(IsOkAndHolds(_)));
}

TEST(IsOkAndHoldsTest, SaysWhatItMet) {
  const ::testing::Matcher<const absl::StatusOr<int>&> matcher = IsOkAndHolds(Gt(6));
  EXPECT_THAT(Explanation(matcher, absl::StatusOr<int>(5)), HasSubstr("which holds 5"));
  EXPECT_THAT(Explanation(matcher, absl::StatusOr<int>(NoSuchJob())), HasSubstr("no job 17"));
  EXPECT_EQ(DescribeMatcher<const absl::StatusOr<int>&>(matcher),
            "is OK and holds a value that is > 6");
}

TEST(StatusIsTest, MatchesTheCode) {
  EXPECT_THAT(NoSuchJob(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(NoSuchJob(), Not(StatusIs(absl::StatusCode::kAborted)));
  EXPECT_THAT(absl::StatusOr<int>(NoSuchJob()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(absl::StatusOr<int>(1), StatusIs(absl::StatusCode::kOk));
}

TEST(StatusIsTest, MatchesTheReason) {
  EXPECT_THAT(NoSuchJob(), StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
  EXPECT_THAT(NoSuchJob(), StatusIs(absl::StatusCode::kNotFound, EndsWith("NOT_FOUND")));
  EXPECT_THAT(NoSuchJob(), Not(StatusIs(absl::StatusCode::kNotFound, "OTHER")));
  EXPECT_THAT(NoSuchJob(), Not(StatusIs(absl::StatusCode::kAborted, "JOB_NOT_FOUND")));
  EXPECT_THAT(absl::NotFoundError("x"), StatusIs(absl::StatusCode::kNotFound, ""));
}

TEST(StatusIsTest, SaysWhatItWantedAndWhatItMet) {
  const auto matcher = StatusIs(absl::StatusCode::kAborted, "WHY");
  EXPECT_EQ(Explanation(matcher, NoSuchJob()),
            "whose status is NOT_FOUND: no job 17 (reason JOB_NOT_FOUND)");
  EXPECT_EQ(DescribeMatcher<absl::Status>(matcher),
            "has the code ABORTED and a reason that is equal to \"WHY\"");
}

}  // namespace
}  // namespace gcjobs::testing
