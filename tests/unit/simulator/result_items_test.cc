#include "tests/simulator/result_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::Optional;

constexpr ItemShape kShapes[] = {ItemShape::kConversation, ItemShape::kUserDetail,
                                 ItemShape::kAggregate, ItemShape::kEntity};

std::string Items(const ItemMaker& maker, int64_t first, int count) {
  std::string json;
  maker.Append(first, count, &json);
  return json;
}

TEST(ResultItemsTest, EachShapeIsAnObjectWithItsNumber) {
  for (const ItemShape shape : kShapes) {
    const auto item = RawObject::Parse(Items(ItemMaker(shape, 1, "job", 0), 42, 1));
    ASSERT_TRUE(item.ok()) << item.status();
    EXPECT_THAT(item->GetString("externalTag"), Optional(std::string("item-0000000042")));
  }
}

TEST(ResultItemsTest, EachShapeHoldsWhatCarelessCodeLoses) {
  for (const ItemShape shape : kShapes) {
    const std::string item = Items(ItemMaker(shape, 1, "job", 0), 0, 1);
    EXPECT_THAT(item, HasSubstr(":12345678901234567890"));
    EXPECT_THAT(item, HasSubstr(":1.10"));
    for (const char* mark : {"GGGG", "NNNN", "####", "~"}) EXPECT_THAT(item, Not(HasSubstr(mark)));
  }
}

TEST(ResultItemsTest, AnItemIsTheSameOnWhateverPage) {
  const ItemMaker maker(ItemShape::kConversation, 1, "job", 2000);
  EXPECT_EQ(Items(maker, 0, 3),
            absl::StrCat(Items(maker, 0, 1), ",", Items(maker, 1, 1), ",", Items(maker, 2, 1)));
  EXPECT_EQ(Items(ItemMaker(ItemShape::kConversation, 1, "job", 2000), 7, 2), Items(maker, 7, 2));
  EXPECT_EQ(Items(maker, 5, 0), "");
}

TEST(ResultItemsTest, ItemsDifferByNumberJobAndSeed) {
  std::set<std::string> ids;
  const auto add = [&](uint64_t seed, const char* job, int64_t index) {
    const std::string item = Items(ItemMaker(ItemShape::kConversation, seed, job, 0), index, 1);
    ids.insert(RawObject::Parse(item)->GetString("conversationId").value_or(""));
  };
  for (int64_t index = 0; index < 100; ++index) add(1, "job", index);
  add(2, "job", 0);
  add(1, "other", 0);
  EXPECT_EQ(ids.size(), 102u);
}

TEST(ResultItemsTest, StampedIdsAreGuidsAndIntegers) {
  const auto item = RawObject::Parse(Items(ItemMaker(ItemShape::kConversation, 1, "job", 0), 0, 1));
  EXPECT_THAT(*item->GetString("conversationId"),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_GT(item->GetInt("x-account").value_or(0), int64_t{1} << 53);
}

TEST(ResultItemsTest, ANoteMakesAnItemAsLongAsAsked) {
  for (const int64_t bytes : {2'000, 100'000}) {
    const std::string item = Items(ItemMaker(ItemShape::kConversation, 1, "job", bytes), 0, 1);
    EXPECT_EQ(item.size(), static_cast<size_t>(bytes));
    EXPECT_TRUE(RawObject::Parse(item).ok());
  }
  const size_t own = Items(ItemMaker(ItemShape::kConversation, 1, "job", 0), 0, 1).size();
  EXPECT_EQ(Items(ItemMaker(ItemShape::kConversation, 1, "job", 10), 0, 1).size(), own);
}

TEST(ResultItemsTest, TheMemberTellsTheShape) {
  EXPECT_EQ(ShapeOf("conversations"), ItemShape::kConversation);
  EXPECT_EQ(ShapeOf("items"), ItemShape::kConversation);
  EXPECT_EQ(ShapeOf("userDetails"), ItemShape::kUserDetail);
  EXPECT_EQ(ShapeOf("results"), ItemShape::kAggregate);
  EXPECT_EQ(ShapeOf("entities"), ItemShape::kEntity);
}

}  // namespace
}  // namespace gcjobs::sim
