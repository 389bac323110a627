#include "client/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli_error.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOkAndHolds;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Pair;

class ParseDurationTest : public ::testing::TestWithParam<std::pair<const char*, absl::Duration>> {
};

TEST_P(ParseDurationTest, AddsUpItsParts) {
  EXPECT_THAT(ParseDuration("--wait", GetParam().first), IsOkAndHolds(GetParam().second));
}

INSTANTIATE_TEST_SUITE_P(All, ParseDurationTest,
                         ::testing::Values(std::make_pair("10s", absl::Seconds(10)),
                                           std::make_pair("1500ms", absl::Milliseconds(1500)),
                                           std::make_pair("2m", absl::Minutes(2)),
                                           std::make_pair("1h30m", absl::Minutes(90)),
                                           std::make_pair("7d", absl::Hours(168)),
                                           std::make_pair("1d12h", absl::Hours(36)),
                                           std::make_pair("0.5s", absl::Milliseconds(500)),
                                           std::make_pair("0", absl::ZeroDuration())));

class BadDurationTest : public ::testing::TestWithParam<const char*> {};

TEST_P(BadDurationTest, IsRefused) {
  EXPECT_THAT(ParseDuration("--wait", GetParam()), StatusIs(absl::StatusCode::kInvalidArgument));
}

INSTANTIATE_TEST_SUITE_P(All, BadDurationTest,
                         ::testing::Values("", "10", "-1s", "+1s", "1x", "s", "1h30", "1 s", "inf",
                                           "1..5s", "10S", "1us", "99999999999999999999d"));

TEST(ParseDurationErrorTest, BareNumberGetsAHint) {
  const absl::Status status = ParseDuration("--wait", "10").status();
  EXPECT_EQ(status.message(), "--wait: \"10\" has no unit");
  EXPECT_THAT(GetHint(status), HasSubstr("10s"));
}

TEST(ParseKeyValueTest, CutsAtTheFirstEquals) {
  EXPECT_THAT(ParseKeyValue("--label", "a=b=c"), IsOkAndHolds(Pair("a", "b=c")));
  EXPECT_THAT(ParseKeyValue("--label", "a="), IsOkAndHolds(Pair("a", "")));
  EXPECT_THAT(ParseKeyValue("--label", "a"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseKeyValue("--label", "=b"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseStateTest, AnySpellingOfAState) {
  EXPECT_THAT(ParseState("--state", "failed"), IsOkAndHolds(v1::JOB_STATE_FAILED));
  EXPECT_THAT(ParseState("--state", "JOB_STATE_RUNNING"), IsOkAndHolds(v1::JOB_STATE_RUNNING));
  EXPECT_THAT(ParseState("--state", "done"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseState("--state", "unspecified"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseTimeTest, InstantOrAge) {
  const absl::Time now = absl::FromUnixSeconds(1700000000);
  EXPECT_THAT(ParseTime("--created-after", "2023-11-14T22:13:20Z", now), IsOkAndHolds(now));
  EXPECT_THAT(ParseTime("--created-after", "2h", now), IsOkAndHolds(now - absl::Hours(2)));
  EXPECT_THAT(ParseTime("--from", "2023-11-14", now),
              IsOkAndHolds(absl::FromUnixSeconds(1699920000)));
  EXPECT_THAT(ParseTime("--created-after", "yesterday", now),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace gcjobs
