#include "server/rpc/submit/query_interval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gcjobs {
namespace {

absl::Time At(int hour, int minute = 0, int millis = 0) {
  return absl::FromCivil(absl::CivilMinute(2026, 1, 2, hour, minute), absl::UTCTimeZone()) +
         absl::Milliseconds(millis);
}

TEST(QueryIntervalTest, ReadsTheFormsOfIso8601) {
  const struct {
    const char* text;
    absl::Time start;
    absl::Time end;
  } kCases[] = {
      {"2026-01-02T03:00:00Z/2026-01-02T04:30:00Z", At(3), At(4, 30)},
      {"2026-01-02T03:00:00.250Z/2026-01-02T04:00:00.5Z", At(3, 0, 250), At(4, 0, 500)},
      {"2026-01-02T03:00:00/2026-01-02T04:00:00", At(3), At(4)},
      {"2026-01-02T03:00Z/2026-01-02T04:00", At(3), At(4)},
      {"2026-01-02T03:00:00+02:00/2026-01-02T04:00:00-01:30", At(1), At(5, 30)},
      {"2026-01-02/2026-01-03", At(0), At(0) + absl::Hours(24)},
      {"2026-01-02T04:00:00Z/2026-01-02T03:00:00Z", At(4), At(3)},  // order is not its business
  };
  for (const auto& test : kCases) {
    const auto interval = ParseQueryInterval(test.text);
    ASSERT_TRUE(interval.has_value()) << test.text;
    EXPECT_EQ(interval->start, test.start) << test.text;
    EXPECT_EQ(interval->end, test.end) << test.text;
  }
}

TEST(QueryIntervalTest, AnythingElseIsNone) {
  for (const char* text : {"",
                           "/",
                           "2026-01-02",
                           "2026-01-02/",
                           "/2026-01-02",
                           "2026-01-02/P1D",
                           "P1D/2026-01-02",
                           "2026-01-02/2026-01-03/2026-01-04",
                           " 2026-01-02/2026-01-03",
                           "2026-01-02 /2026-01-03",
                           "2026-01-02/2026-13-01",
                           "2026-02-30/2026-03-01",
                           "2026-01-02T25:00Z/2026-01-03",
                           "2026-01-02 03:00/2026-01-03",
                           "26-01-02/26-01-03",
                           "+2026-01-02/2026-01-03",
                           "12026-01-02/12026-01-03",
                           "infinite-past/infinite-future",
                           "2026-01-02Z/2026-01-03Z",
                           "2026-01-02T03:00:00Zz/2026-01-03"}) {
    EXPECT_FALSE(ParseQueryInterval(text).has_value()) << text;
  }
}

TEST(QueryIntervalTest, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(FormatQueryInterval({At(3), At(4, 30, 7) + absl::Microseconds(999)}),
            "2026-01-02T03:00:00.000Z/2026-01-02T04:30:00.007Z");
}

TEST(QueryIntervalTest, WhatIsWrittenIsRead) {
  const auto interval = ParseQueryInterval(FormatQueryInterval({At(3, 0, 1), At(4)}));
  ASSERT_TRUE(interval.has_value());
  EXPECT_EQ(interval->start, At(3, 0, 1));
  EXPECT_EQ(interval->end, At(4));
}

}  // namespace
}  // namespace gcjobs
