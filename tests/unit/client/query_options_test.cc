#include "client/commands/query_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli_error.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;

std::string Parsed(absl::string_view text) {
  const absl::StatusOr<v1::QueryFilter> filter = ParseQueryFilter("--filter", text);
  return filter.ok() ? filter->ShortDebugString() : std::string(filter.status().message());
}

TEST(QueryFilterTest, AValue) {
  EXPECT_EQ(Parsed("mediaType=voice"),
            R"(type: "and" predicates { dimension: "mediaType" value: "voice" })");
}

TEST(QueryFilterTest, OneOfSeveralValues) {
  EXPECT_EQ(Parsed("mediaType=voice,chat"),
            R"(type: "or" predicates { dimension: "mediaType" value: "voice" } )"
            R"(predicates { dimension: "mediaType" value: "chat" })");
}

TEST(QueryFilterTest, EscapedCommasAndWhateverElseIsInAValue) {
  EXPECT_EQ(Parsed(R"(participantName=Doe\, Jane=a:b|\\ !)"),
            R"(type: "and" predicates { dimension: "participantName" )"
            R"(value: "Doe, Jane=a:b|\\ !" })");
  EXPECT_EQ(Parsed(R"(a=b\)"), R"(type: "and" predicates { dimension: "a" value: "b\\" })");
}

TEST(QueryFilterTest, ThereAndNotThere) {
  EXPECT_EQ(Parsed("purpose"),
            R"(type: "and" predicates { dimension: "purpose" operator: "exists" })");
  EXPECT_EQ(Parsed("!purpose"),
            R"(type: "and" predicates { dimension: "purpose" operator: "notExists" })");
}

TEST(QueryFilterTest, OtherTypes) {
  EXPECT_EQ(
      Parsed("!metric:tAbandon"),
      R"(type: "and" predicates { type: "metric" dimension: "tAbandon" operator: "notExists" })");
  EXPECT_EQ(Parsed("property:bullseye=1"),
            R"(type: "and" predicates { type: "property" dimension: "bullseye" value: "1" })");
}

TEST(QueryFilterTest, WhatIsNoneIsRefusedWithItsForm) {
  for (const char* text :
       {"", "=", "=x", "a=", "a=b,", "!a=b", "a b", "a b=c", "x:y=z", "a!=b", "metric:", "a>1"}) {
    const absl::Status status = ParseQueryFilter("--filter", text).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("--filter")) << text;
    EXPECT_THAT(GetHint(status), HasSubstr("--query JSON")) << text;
  }
}

}  // namespace
}  // namespace gcjobs
