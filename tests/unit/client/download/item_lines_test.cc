#include "client/download/item_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;

class ItemLinesTest : public ::testing::Test {
 protected:
  static v1::ResultPage Page(const std::string& items_json, int item_count) {
    v1::ResultPage page;
    page.set_items_json(items_json);
    page.set_item_count(item_count);
    page.set_page_number(7);
    return page;
  }
  std::string Lines(const std::string& items_json, int item_count) {
    v1::ResultPage page = Page(items_json, item_count);
    std::string lines;
    EXPECT_THAT(item_lines_.Append(&page, &lines), IsOk());
    EXPECT_EQ(page.items_json(), items_json);
    return lines;
  }
  absl::Status Problem(const std::string& items_json, int item_count) {
    v1::ResultPage page = Page(items_json, item_count);
    std::string lines;
    return item_lines_.Append(&page, &lines);
  }

  ItemLines item_lines_;
};

TEST_F(ItemLinesTest, OneItemALine) {
  EXPECT_EQ(Lines(R"([{"a":1},{"b":[2,3]},"x",4])", 4), "{\"a\":1}\n{\"b\":[2,3]}\n\"x\"\n4\n");
}

TEST_F(ItemLinesTest, AnEmptyPageHasNoLines) {
  EXPECT_EQ(Lines("[]", 0), "");
  EXPECT_EQ(Lines(" [ \n ] ", 0), "");
}

TEST_F(ItemLinesTest, BytesStayAsTheyAre) {
  EXPECT_EQ(Lines(R"([{"n": 1.10,"big":12345678901234567890 ,"e":1E+05, "s":"\u001b\/ü"}])", 1),
            "{\"n\": 1.10,\"big\":12345678901234567890 ,\"e\":1E+05, \"s\":\"\\u001b\\/ü\"}\n");
}

TEST_F(ItemLinesTest, SpaceAroundItemsIsNotPartOfThem) {
  EXPECT_EQ(Lines("[ {\"a\":1} ,\t2\t, \"x\" ]", 3), "{\"a\":1}\n2\n\"x\"\n");
}

TEST_F(ItemLinesTest, BracketsQuotesAndCommasInStringsAreText) {
  EXPECT_EQ(Lines(R"(["],[", "a\",b", "\\", {"k\"]":"}{"}])", 4),
            "\"],[\"\n\"a\\\",b\"\n\"\\\\\"\n{\"k\\\"]\":\"}{\"}\n");
}

TEST_F(ItemLinesTest, LineBreaksBetweenTokensGo) {
  EXPECT_EQ(Lines("[\n  {\n    \"a\": 1,\r\n    \"b\": [\n 2 ]\n  },\n  3\n]\n", 2),
            "{    \"a\": 1,    \"b\": [ 2 ]  }\n3\n");
}

TEST_F(ItemLinesTest, EscapedLineBreaksInStringsStay) {
  EXPECT_EQ(Lines("[\n\"a\\nb\\r\"\n]", 1), "\"a\\nb\\r\"\n");
}

TEST_F(ItemLinesTest, AppendsToWhatIsThere) {
  v1::ResultPage page = Page("[1]", 1);
  std::string lines = "before\n";
  EXPECT_THAT(item_lines_.Append(&page, &lines), IsOk());
  EXPECT_EQ(lines, "before\n1\n");
}

TEST_F(ItemLinesTest, AnotherNumberOfItemsThanThePageSaysIsALoss) {
  const absl::Status status = Problem("[1,2]", 3);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(status.message(), "page 7 has 2 items and says that it has 3");
}

TEST_F(ItemLinesTest, WhatIsNoArrayIsALoss) {
  for (const char* json : {"", "{}", "1", "[1", "[1,", "[1]]", "[\"a]", "[{\"a\":1]"}) {
    EXPECT_THAT(Problem(json, 1), StatusIs(absl::StatusCode::kDataLoss)) << json;
  }
  EXPECT_THAT(std::string(Problem("[1", 1).message()), HasSubstr("page 7: "));
}

// Genesys Cloud's item is not JSON then, but it keeps what it says.
TEST_F(ItemLinesTest, ARawLineBreakInAStringIsEscaped) {
  EXPECT_EQ(Lines("[\"a\nb\",\n{\"c\\\"\":\"\r\\\\\"\n}]", 2),
            "\"a\\nb\"\n{\"c\\\"\":\"\\r\\\\\"}\n");
}

TEST_F(ItemLinesTest, AnItemOfManyMegabytes) {
  const std::string item = "{\"text\":\"" + std::string(5 << 20, 'x') + "\"}";
  EXPECT_TRUE(Lines("[" + item + "," + item + "]", 2) == item + "\n" + item + "\n");
}

TEST(AppendOneLineTest, OnlyLineBreaksGo) {
  std::string line;
  AppendOneLine("\n[1,\r\n 2]\n", &line);
  EXPECT_EQ(line, "[1, 2]");
  AppendOneLine("", &line);
  AppendOneLine("3", &line);
  EXPECT_EQ(line, "[1, 2]3");
}

}  // namespace
}  // namespace gcjobs
