#include "server/results/page_slices.h"

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
class PageSlicesTest : public ::testing::Test {
 protected:
  absl::StatusOr<PageSlices> Cut(const std::string& items, int skip = 0,
                                 size_t max_bytes = kMaxSliceBytes) {
    body_ = items;
    ResultsView view;
    view.items = body_;
    return CutPage(&body_, view, skip, max_bytes);
  }

  // The slices as text, `bare` ones in parentheses, each with its item count.
  static std::vector<std::string> Texts(const absl::StatusOr<PageSlices>& cut) {
    EXPECT_THAT(cut, IsOk());
    std::vector<std::string> texts;
    if (!cut.ok()) return texts;
    for (const PageSlice& slice : cut->slices) {
      texts.push_back(slice.is_bare ? absl::StrCat(slice.item_count, "(", slice.items, ")")
                                    : absl::StrCat(slice.item_count, slice.items));
    }
    return texts;
  }

  std::string body_;
};

TEST_F(PageSlicesTest, WhatFitsIsTheArrayItself) {
  EXPECT_THAT(Texts(Cut("[ 1 ,\n {\"a\" : 1.10} ]")), ElementsAre("2[ 1 ,\n {\"a\" : 1.10} ]"));
}

TEST_F(PageSlicesTest, ItemsAreCountedNotCommas) {
  const auto cut = Cut(R"([[1,2],{"a":[3,4],"b":"],,["},"x,y",null,-1e5,"\",\\"])");
  ASSERT_THAT(cut, IsOk());
  EXPECT_EQ(cut->total_items, 6);
  EXPECT_EQ(cut->slices[0].item_count, 6);
}

TEST_F(PageSlicesTest, APageWithoutItemsIsOneSlice) {
  EXPECT_THAT(Texts(Cut("[]")), ElementsAre("0[]"));
  EXPECT_THAT(Texts(Cut("[  ]", 0, 2)), ElementsAre("0[  ]"));
  EXPECT_EQ(Cut("[]")->total_items, 0);
}

TEST_F(PageSlicesTest, ItemsThatAreLeftOutAreNone) {
  ResultsView view;
  EXPECT_THAT(Texts(CutPage(&body_, view, 0)), ElementsAre("0[]"));
  view.items = "[]";  // the kind's own
  EXPECT_THAT(Texts(CutPage(&body_, view, 0)), ElementsAre("0[]"));
}

TEST_F(PageSlicesTest, ASingleValueIsTheOnlyItem) {
  body_ = R"({"items":{"a":1}})";
  ResultsView view;
  view.items = absl::string_view(body_).substr(9, 7);
  view.is_single = true;
  const auto cut = CutPage(&body_, view, 0);
  EXPECT_THAT(Texts(cut), ElementsAre(R"(1({"a":1}))"));
  EXPECT_EQ(cut->total_items, 1);
}

TEST_F(PageSlicesTest, ALargePageIsCutBetweenItems) {
  EXPECT_THAT(Texts(Cut("[11, 22, 33, 44, 55]", 0, 6)),
              ElementsAre("2(11, 22)", "2(33, 44)", "1(55)"));
}

TEST_F(PageSlicesTest, AnItemAsLargeAsTheLimitFits) {
  EXPECT_THAT(Texts(Cut("[ \"4567\", 1]", 0, 6)), ElementsAre("1(\"4567\")", "1(1)"));
}

TEST_F(PageSlicesTest, ALargerItemIsASliceOfItsOwn) {
  EXPECT_THAT(Texts(Cut("[1, \"a longer one\", 2, 3]", 0, 6)),
              ElementsAre("1(1)", "1(\"a longer one\")", "2(2, 3)"));
}

TEST_F(PageSlicesTest, SkippedItemsAreLeftOut) {
  const auto cut = Cut("[ 1, 2 , 3,4 ]", 2);
  EXPECT_THAT(Texts(cut), ElementsAre("2(3,4)"));
  EXPECT_EQ(cut->total_items, 4);
}

TEST_F(PageSlicesTest, SkippingWhatAnEarlierSliceHadGivesTheLaterOnes) {
  const auto whole = Texts(Cut("[11, 22, 33, 44, 55]", 0, 6));
  EXPECT_THAT(Texts(Cut("[11, 22, 33, 44, 55]", 2, 6)), ElementsAre(whole[1], whole[2]));
  EXPECT_THAT(Texts(Cut("[11, 22, 33, 44, 55]", 4, 6)), ElementsAre(whole[2]));
}

TEST_F(PageSlicesTest, NothingBehindTheSkippedItemsIsAnError) {
  for (const char* items : {"[1,2]", "[1]", "[]"}) {
    EXPECT_THAT(Cut(items, 2), StatusIs(absl::StatusCode::kOutOfRange)) << items;
  }
  ResultsView single;
  single.items = body_ = "1";
  single.is_single = true;
  EXPECT_THAT(CutPage(&body_, single, 1), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(PageSlicesTest, WhatIsNoArrayIsAnError) {
  for (const char* items : {"[1,2", "[1 2]", "{}", "[\"a]"}) {
    EXPECT_THAT(Cut(items), StatusIs(absl::StatusCode::kInvalidArgument)) << items;
  }
}

// Short texts live inside their std::string, and move when it grows.
TEST_F(PageSlicesTest, SlicesAreOfTheBodyWhereItEndsUp) {
  for (const std::string& items : {std::string("[1,2]"), "[" + std::string(100'000, '1') + ",2]"}) {
    const auto cut = Cut(items);
    ASSERT_THAT(cut, IsOk());
    EXPECT_EQ(cut->slices[0].items.data(), body_.data());
    EXPECT_EQ(cut->slices[0].items, items);
  }
}

TEST_F(PageSlicesTest, SlicesOfARealPageMakeItWholeAgain) {
  std::vector<std::string> items;
  items.reserve(5000);
  for (int i = 0; i < 5000; ++i) {
    items.push_back(absl::StrCat("{\"id\":", 12345678901234567890u + i, ",\"t\":\"",
                                 std::string(i % 3000, 'x'), "\"}"));
  }
  const std::string array = absl::StrCat("[", absl::StrJoin(items, ","), "]");
  ASSERT_GT(array.size(), 2 * kMaxSliceBytes);
  const auto cut = Cut(array);
  ASSERT_THAT(cut, IsOk());
  std::vector<std::string> parts;
  int count = 0;
  for (const PageSlice& slice : cut->slices) {
    EXPECT_LE(slice.items.size(), kMaxSliceBytes);
    parts.emplace_back(slice.items);
    count += slice.item_count;
  }
  EXPECT_EQ(count, 5000);
  EXPECT_TRUE(absl::StrCat("[", absl::StrJoin(parts, ","), "]") == array);
}

}  // namespace
}  // namespace gcjobs
