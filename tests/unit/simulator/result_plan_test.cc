#include "tests/simulator/result_plan.h"

#include <gtest/gtest.h>

#include <vector>

namespace gcjobs::sim {
namespace {

ResultPlan ThreePagesOfTen() {
  ResultPlan plan;
  plan.pages = 3;
  plan.items_per_page = 10;
  return plan;
}

// The item counts of all pages from the first on; at most twenty pages.
std::vector<int> CountsOf(const ResultPlan& plan, int page_size) {
  std::vector<int> counts;
  std::optional<int64_t> first = 0;
  while (first.has_value() && counts.size() < 20) {
    const auto window = WindowAt(plan, *first, page_size);
    if (!window.ok()) break;
    counts.push_back(window->count);
    first = window->next;
  }
  return counts;
}

TEST(ResultPlanTest, PagesCoverAllItems) {
  EXPECT_EQ(CountsOf(ThreePagesOfTen(), 0), (std::vector<int>{10, 10, 10}));
}

TEST(ResultPlanTest, ASmallerPageSizeMakesMorePages) {
  EXPECT_EQ(CountsOf(ThreePagesOfTen(), 8), (std::vector<int>{8, 8, 8, 6}));
}

TEST(ResultPlanTest, APageNeverHasMoreThanThePlanSays) {
  EXPECT_EQ(CountsOf(ThreePagesOfTen(), 1000), (std::vector<int>{10, 10, 10}));
}

TEST(ResultPlanTest, TheSubmissionsPageSizeCountsWhereTheCallHasNone) {
  ResultPlan plan = ThreePagesOfTen();
  plan.asked_page_size = 15;
  EXPECT_EQ(CountsOf(plan, 0), (std::vector<int>{10, 10, 10}));
  plan.asked_page_size = 6;
  EXPECT_EQ(CountsOf(plan, 0), (std::vector<int>{6, 6, 6, 6, 6}));
  EXPECT_EQ(CountsOf(plan, 10), (std::vector<int>{10, 10, 10}));
}

TEST(ResultPlanTest, NoPagesAreOneEmptyPage) {
  ResultPlan plan;
  plan.pages = 0;
  EXPECT_EQ(CountsOf(plan, 0), std::vector<int>{0});
}

TEST(ResultPlanTest, ThereIsNothingBehindTheEnd) {
  EXPECT_TRUE(WindowAt(ThreePagesOfTen(), 29, 0).ok());
  EXPECT_EQ(WindowAt(ThreePagesOfTen(), 30, 0).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_FALSE(WindowAt(ThreePagesOfTen(), -1, 0).ok());
}

TEST(ResultPlanTest, ARepeatedCursorLeadsBackToItsPage) {
  ResultPlan plan = ThreePagesOfTen();
  plan.fault = ResultFault::kRepeatedCursor;
  plan.fault_page = 2;
  EXPECT_EQ(WindowAt(plan, 0, 0)->next, 10);
  EXPECT_EQ(WindowAt(plan, 10, 0)->next, 10);
}

TEST(ResultPlanTest, EmptyPagesGoOnWithoutEnd) {
  ResultPlan plan = ThreePagesOfTen();
  plan.fault = ResultFault::kEmptyPages;
  plan.fault_page = 2;
  const std::vector<int> counts = CountsOf(plan, 0);
  EXPECT_EQ(counts.size(), 20u);
  EXPECT_EQ(counts[0], 10);
  EXPECT_EQ(counts[1], 0);
  EXPECT_EQ(counts.back(), 0);
}

TEST(ResultPlanTest, EmptyPagesCanBeSomeAlone) {
  ResultPlan plan = ThreePagesOfTen();
  plan.fault = ResultFault::kEmptyPages;
  plan.fault_page = 2;
  plan.fault_count = 1;
  EXPECT_EQ(CountsOf(plan, 0), (std::vector<int>{10, 0, 10}));
}

TEST(ResultPlanTest, ACursorIsAnItemsNumber) {
  EXPECT_EQ(CursorOf(250), "c/250==");
  EXPECT_EQ(ParseCursor("c/250=="), 250);
  for (const char* cursor :
       {"", "250", "c/250", "c/==", "c/-1==", "c/x==", "c/1==x", "c/9223372036854775807=="}) {
    EXPECT_EQ(ParseCursor(cursor), std::nullopt) << cursor;
  }
}

TEST(ResultPlanTest, FaultsHaveNames) {
  EXPECT_EQ(ParseResultFault("repeated_cursor"), ResultFault::kRepeatedCursor);
  EXPECT_EQ(ParseResultFault("empty_pages"), ResultFault::kEmptyPages);
  EXPECT_EQ(ParseResultFault("foreign_link"), ResultFault::kForeignLink);
  EXPECT_EQ(ParseResultFault("expired"), ResultFault::kExpired);
  EXPECT_EQ(ParseResultFault("other"), std::nullopt);
}

}  // namespace
}  // namespace gcjobs::sim
