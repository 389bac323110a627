#include "server/results/stored_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

// The only part of the page.
ResultPart OnlyPart(const absl::StatusOr<UpstreamPage>& page) {
  EXPECT_THAT(page, IsOk());
  if (!page.ok()) return ResultPart();
  EXPECT_EQ(page->parts.size(), 1u);
  return page->parts[0];
}

TEST(StoredResultTest, AnArraysElementsAreTheItems) {
  const auto page = ReadStoredResult(" [1, {\"a\":2}]\n", {});
  const ResultPart part = OnlyPart(page);
  EXPECT_EQ(part.slice.items, "[1, {\"a\":2}]");
  EXPECT_FALSE(part.slice.is_bare);
  EXPECT_EQ(part.slice.item_count, 2);
  EXPECT_EQ(part.after.pages, 1);
  EXPECT_TRUE(part.is_last);
}

TEST(StoredResultTest, AnyOtherValueIsTheOnlyItem) {
  for (const char* result : {"{\"id\":12345678901234567890}", "\"[\"", "1.10", "null"}) {
    const auto page = ReadStoredResult(absl::StrCat("\t", result, " "), {});
    const ResultPart part = OnlyPart(page);
    EXPECT_EQ(part.slice.items, result);
    EXPECT_TRUE(part.slice.is_bare);
    EXPECT_EQ(part.slice.item_count, 1);
    EXPECT_TRUE(part.is_last);
  }
}

TEST(StoredResultTest, WhatIsNotJsonIsAnError) {
  for (const char* result : {"", " ", "<html>", "[1,]", "{} {}", "01"}) {
    EXPECT_THAT(ReadStoredResult(result, {}), StatusIs(absl::StatusCode::kInvalidArgument))
        << result;
  }
}

TEST(StoredResultTest, ALargeOneIsCutAndResumable) {
  const std::string item = absl::StrCat("\"", std::string(2'000'000, 'x'), "\"");
  const std::string result = absl::StrCat("[", item, ",", item, "]");
  const auto whole = ReadStoredResult(result, {});
  ASSERT_THAT(whole, IsOk());
  ASSERT_EQ(whole->parts.size(), 2u);
  EXPECT_FALSE(whole->parts[0].is_last);
  const auto rest = ReadStoredResult(result, whole->parts[0].after);
  const ResultPart part = OnlyPart(rest);
  EXPECT_TRUE(part.slice.items == item);
  EXPECT_EQ(part.after.pages, 2);
  EXPECT_TRUE(part.is_last);
}

TEST(StoredResultTest, AStartBeyondItsEndIsAnError) {
  ResultPosition start;
  start.skip_items = 2;
  EXPECT_THAT(ReadStoredResult("[1,2]", start), StatusIs(absl::StatusCode::kOutOfRange));
}

}  // namespace
}  // namespace gcjobs
