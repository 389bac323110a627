#include "server/store/page_budget.h"

#include <gtest/gtest.h>

namespace gcjobs {
namespace {

TEST(PageBudgetTest, EndsAtItsNumberOfItems) {
  PageBudget budget(2, 100);
  EXPECT_TRUE(budget.Take(1));
  EXPECT_FALSE(budget.full());
  EXPECT_TRUE(budget.Take(1));
  EXPECT_TRUE(budget.full());
  EXPECT_FALSE(budget.Take(0));
}

TEST(PageBudgetTest, EndsAtItsBytes) {
  PageBudget budget(10, 100);
  EXPECT_TRUE(budget.Take(60));
  EXPECT_FALSE(budget.Take(41));
  EXPECT_TRUE(budget.Take(40));
  EXPECT_TRUE(budget.full());
}

TEST(PageBudgetTest, FirstItemAlwaysFits) {
  PageBudget budget(10, 5);
  EXPECT_TRUE(budget.Take(1000));
  EXPECT_TRUE(budget.full());
  EXPECT_FALSE(budget.Take(1));
}

TEST(PageBudgetTest, BudgetOfNothingStillHasRoomForOne) {
  PageBudget budget(0, 0);
  EXPECT_FALSE(budget.full());
  EXPECT_TRUE(budget.Take(7));
  EXPECT_TRUE(budget.full());
}

}  // namespace
}  // namespace gcjobs
