#include "server/results/upstream_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::testing::ElementsAre;

// A body that is nothing but the items.
class CutPageTest : public ::testing::Test {
 protected:
  static absl::StatusOr<UpstreamPage> Cut(const std::string& items, int skip = 0,
                                          size_t max_bytes = kMaxPartBytes) {
    const auto body = std::make_shared<std::string>(items);
    ResultsView view;
    view.items = *body;
    return CutPage(body, view, After(skip), "next", max_bytes);
  }
  // Within a page of which so many items have been read.
  static ResultPosition After(int items) {
    ResultPosition position;
    position.skip_items = items;
    return position;
  }

  // The parts as text, `bare` ones in parentheses, each with its item count.
  static std::vector<std::string> Texts(const absl::StatusOr<UpstreamPage>& page) {
    EXPECT_THAT(page, IsOk());
    std::vector<std::string> texts;
    if (!page.ok()) return texts;
    for (const ResultPart& part : page->parts) {
      const PageSlice& slice = part.slice;
      texts.push_back(slice.is_bare ? absl::StrCat(slice.item_count, "(", slice.items, ")")
                                    : absl::StrCat(slice.item_count, slice.items));
    }
    return texts;
  }
};

TEST_F(CutPageTest, WhatFitsIsTheArrayItself) {
  EXPECT_THAT(Texts(Cut("[ 1 ,\n {\"a\" : 1.10} ]")), ElementsAre("2[ 1 ,\n {\"a\" : 1.10} ]"));
}

TEST_F(CutPageTest, ItemsAreCountedNotCommas) {
  const auto cut = Cut(R"([[1,2],{"a":[3,4],"b":"],,["},"x,y",null,-1e5,"\",\\"])");
  ASSERT_THAT(cut, IsOk());
  EXPECT_EQ(cut->parts[0].slice.item_count, 6);
}

TEST_F(CutPageTest, APageWithoutItemsIsOnePart) {
  EXPECT_THAT(Texts(Cut("[]")), ElementsAre("0[]"));
  EXPECT_THAT(Texts(Cut("[  ]", 0, 2)), ElementsAre("0[  ]"));
  EXPECT_EQ(Cut("[]")->parts[0].after.empty_pages, 1);
}

TEST_F(CutPageTest, ItemsThatAreLeftOutAreNone) {
  const auto body = std::make_shared<std::string>("{}");
  ResultsView view;
  EXPECT_THAT(Texts(CutPage(body, view, {}, "")), ElementsAre("0[]"));
  view.items = "[]";  // the kind's own
  EXPECT_THAT(Texts(CutPage(body, view, {}, "")), ElementsAre("0[]"));
}

TEST_F(CutPageTest, ASingleValueIsTheOnlyItem) {
  const auto body = std::make_shared<std::string>(R"({"items":{"a":1}})");
  ResultsView view;
  view.items = absl::string_view(*body).substr(9, 7);
  view.is_single = true;
  EXPECT_THAT(Texts(CutPage(body, view, {}, "")), ElementsAre(R"(1({"a":1}))"));
}

TEST_F(CutPageTest, ALargePageIsCutBetweenItems) {
  EXPECT_THAT(Texts(Cut("[11, 22, 33, 44, 55]", 0, 6)),
              ElementsAre("2(11, 22)", "2(33, 44)", "1(55)"));
}

TEST_F(CutPageTest, AnItemAsLargeAsTheLimitFits) {
  EXPECT_THAT(Texts(Cut("[ \"4567\", 1]", 0, 6)), ElementsAre("1(\"4567\")", "1(1)"));
}

TEST_F(CutPageTest, ALargerItemIsAPartOfItsOwn) {
  EXPECT_THAT(Texts(Cut("[1, \"a longer one\", 2, 3]", 0, 6)),
              ElementsAre("1(1)", "1(\"a longer one\")", "2(2, 3)"));
}

TEST_F(CutPageTest, SkippedItemsAreLeftOut) {
  const auto cut = Cut("[ 1, 2 , 3,4 ]", 2);
  EXPECT_THAT(Texts(cut), ElementsAre("2(3,4)"));
}

TEST_F(CutPageTest, SkippingWhatAnEarlierPartHadGivesTheLaterOnes) {
  const auto whole = Texts(Cut("[11, 22, 33, 44, 55]", 0, 6));
  EXPECT_THAT(Texts(Cut("[11, 22, 33, 44, 55]", 2, 6)), ElementsAre(whole[1], whole[2]));
  EXPECT_THAT(Texts(Cut("[11, 22, 33, 44, 55]", 4, 6)), ElementsAre(whole[2]));
}

TEST_F(CutPageTest, NothingBehindTheSkippedItemsIsAnError) {
  for (const char* items : {"[1,2]", "[1]", "[]"}) {
    EXPECT_THAT(Cut(items, 2), StatusIs(absl::StatusCode::kOutOfRange)) << items;
  }
  const auto body = std::make_shared<std::string>("1");
  ResultsView single;
  single.items = *body;
  single.is_single = true;
  EXPECT_THAT(CutPage(body, single, After(1), ""), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(CutPageTest, WhatIsNoArrayIsAnError) {
  for (const char* items : {"[1,2", "[1 2]", "{}", "[\"a]"}) {
    EXPECT_THAT(Cut(items), StatusIs(absl::StatusCode::kInvalidArgument)) << items;
  }
}

// Short texts live inside their std::string, and move when it grows.
TEST_F(CutPageTest, PartsAreOfTheBodyWhereItEndsUp) {
  for (const std::string& items : {std::string("[1,2]"), "[" + std::string(100'000, '1') + ",2]"}) {
    const auto cut = Cut(items);
    ASSERT_THAT(cut, IsOk());
    EXPECT_EQ(cut->parts[0].slice.items.data(), cut->body->data());
    EXPECT_EQ(cut->parts[0].slice.items, items);
  }
}

TEST_F(CutPageTest, PartsOfARealPageMakeItWholeAgain) {
  std::vector<std::string> items;
  items.reserve(5000);
  for (int i = 0; i < 5000; ++i) {
    items.push_back(absl::StrCat("{\"id\":", 12345678901234567890u + i, ",\"t\":\"",
                                 std::string(i % 3000, 'x'), "\"}"));
  }
  const std::string array = absl::StrCat("[", absl::StrJoin(items, ","), "]");
  ASSERT_GT(array.size(), 2 * kMaxPartBytes);
  const auto cut = Cut(array);
  ASSERT_THAT(cut, IsOk());
  std::vector<std::string> parts;
  int count = 0;
  for (const ResultPart& part : cut->parts) {
    const PageSlice& slice = part.slice;
    EXPECT_LE(slice.items.size(), kMaxPartBytes);
    parts.emplace_back(slice.items);
    count += slice.item_count;
  }
  EXPECT_EQ(count, 5000);
  EXPECT_TRUE(absl::StrCat("[", absl::StrJoin(parts, ","), "]") == array);
}

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
