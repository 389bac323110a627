#include "common/json_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Paths = std::vector<JsonScanner::Path>;

// What Find gives for one path; "" when there is nothing.
std::string FindOne(std::string text, const JsonScanner::Path& path) {
  const auto found = JsonScanner().Find(&text, {path});
  EXPECT_TRUE(found.ok()) << found.status();
  return std::string(found.ok() && found->front() ? found->front()->raw : "");
}

MATCHER_P(IsRaw, raw, "") { return arg && arg->raw == raw; }

std::vector<std::string> ElementsOf(std::string text) {
  std::vector<std::string> elements;
  const absl::Status status = JsonScanner().ForEachElement(&text, text, [&](absl::string_view raw) {
    elements.emplace_back(raw);
    return true;
  });
  EXPECT_TRUE(status.ok()) << status;
  return elements;
}

TEST(JsonScannerTest, FindsSpansByteForByte) {
  std::string text = R"({ "a" : [1.10 , {"b":12345678901234567890}] , "cursor":"x\u0041" })";
  const auto found = JsonScanner().Find(&text, Paths{{"a"}, {"cursor"}, {"none"}});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, ElementsAre(IsRaw(R"([1.10 , {"b":12345678901234567890}])"),
                                  IsRaw(R"("x\u0041")"), ::testing::Eq(std::nullopt)));
  EXPECT_EQ((*found)[0]->raw.data(), text.data() + 8) << "no copy";
}

TEST(JsonScannerTest, CountsTheElementsOfAnArray) {
  for (const auto& [array, count] : std::vector<std::pair<std::string, size_t>>{
           {"[]", 0}, {"[ ]", 0}, {"[[1,2],{\"x\":[3,4]} , \"]\" \n]", 3}, {"[1 ]", 1}}) {
    std::string text = absl::StrCat("{\"items\": ", array, " ,\"cursor\":\"c\"}");
    const auto found = JsonScanner().Find(&text, Paths{{"items"}, {"cursor"}});
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_THAT((*found)[0], IsRaw(array));
    EXPECT_EQ((*found)[0]->elements, count);
    EXPECT_THAT((*found)[1], IsRaw("\"c\""));
  }
}

TEST(JsonScannerTest, FollowsPathsThroughObjectsInOnePass) {
  std::string text = R"({"result":{"nextPageLink":"/n","items":[{}]},"status":"DONE"})";
  const auto found =
      JsonScanner().Find(&text, Paths{{"result", "items"}, {"result", "nextPageLink"}, {"status"}});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, ElementsAre(IsRaw("[{}]"), IsRaw("\"/n\""), IsRaw("\"DONE\"")));
}

TEST(JsonScannerTest, TakesTheFirstElementOfAnArrayOnTheWay) {
  EXPECT_EQ(
      FindOne(R"({"errors":[{"message":"first"},{"message":"second"}]})", {"errors", "message"}),
      "\"first\"");
  EXPECT_EQ(FindOne(R"({"errors":[],"z":1})", {"errors", "message"}), "");
}

TEST(JsonScannerTest, FindsNothingBelowAScalar) {
  EXPECT_EQ(FindOne(R"({"a":"text","b":null})", {"a", "b"}), "");
}

TEST(JsonScannerTest, TakesTheLastOfTwoMembersOfOneName) {
  EXPECT_EQ(FindOne(R"({"a":1,"a":2})", {"a"}), "2");
  EXPECT_EQ(FindOne(R"({"a":{"b":1},"a":{}})", {"a", "b"}), "");
}

TEST(JsonScannerTest, ComparesNamesUnescaped) {
  EXPECT_EQ(FindOne(R"({"cur\u0073or":1 })", {"cursor"}), "1");
}

TEST(JsonScannerTest, GivesScalarsWithoutTheSpaceAroundThem) {
  EXPECT_EQ(FindOne("{\"a\": -1.5e3 \n }", {"a"}), "-1.5e3");
  EXPECT_EQ(FindOne("{\"a\":true\t,\"b\":0}", {"a"}), "true");
}

TEST(JsonScannerTest, GivesElementsInOrder) {
  EXPECT_THAT(ElementsOf(" [ {\"a\":[1,2]} , \"x,y]\" ,3 , null,[ ] ] "),
              ElementsAre("{\"a\":[1,2]}", "\"x,y]\"", "3", "null", "[ ]"));
  EXPECT_THAT(ElementsOf("[]"), IsEmpty());
  EXPECT_THAT(ElementsOf("[ \n ]"), IsEmpty());
}

TEST(JsonScannerTest, GivesElementsOfASpanWithinTheText) {
  std::string text = R"({"items":[1,"two"],"cursor":"c"})";
  JsonScanner scanner;
  const auto found = scanner.Find(&text, Paths{{"items"}});
  ASSERT_TRUE(found.ok());
  std::vector<std::string> elements;
  const absl::Status status =
      scanner.ForEachElement(&text, found->front()->raw, [&](absl::string_view raw) {
        elements.emplace_back(raw);
        return true;
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(elements, ElementsAre("1", "\"two\""));
}

TEST(JsonScannerTest, StopsWhenTheVisitorHasEnough) {
  std::string text = "[1,2,3]";
  int seen = 0;
  const absl::Status status =
      JsonScanner().ForEachElement(&text, text, [&](absl::string_view) { return ++seen < 2; });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(seen, 2);
}

TEST(JsonScannerTest, ServesTextsOfAllSizesOneAfterAnother) {
  JsonScanner scanner;
  for (const size_t bytes : {10, 5'000'000, 100, 3'000'000, 0}) {
    std::string text = absl::StrCat("{\"items\":[\"", std::string(bytes, 'x'), "\"],\"n\":1}");
    const auto found = scanner.Find(&text, Paths{{"items"}, {"n"}});
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)[0]->raw.size(), bytes + 4);
    EXPECT_EQ((*found)[1]->raw, "1");
  }
}

class JsonScannerBadTextTest : public ::testing::TestWithParam<const char*> {};

TEST_P(JsonScannerBadTextTest, IsRefused) {
  std::string text = GetParam();
  const auto found = JsonScanner().Find(&text, Paths{{"items"}, {"x", "y"}});
  EXPECT_EQ(found.status().code(), absl::StatusCode::kInvalidArgument) << text;
}

INSTANTIATE_TEST_SUITE_P(All, JsonScannerBadTextTest,
                         ::testing::Values("", " ", "null", "[1]", "\"text\"", "{", "{\"items\":",
                                           "{\"items\":[1,2}", "{\"items\":[1}]", "{\"items\":[{]}",
                                           "{\"items\":\"open", "{\"items\":[1]}x",
                                           "{\"items\":[1]} {}", "{\"items\" [1]}",
                                           "{\"x\":{\"y\" 1}}", "{\"items\":\"\xff\"}", "<html>"));

class JsonScannerBadArrayTest : public ::testing::TestWithParam<const char*> {};

TEST_P(JsonScannerBadArrayTest, IsRefused) {
  std::string text = GetParam();
  const absl::Status status =
      JsonScanner().ForEachElement(&text, text, [](absl::string_view) { return true; });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
}

INSTANTIATE_TEST_SUITE_P(All, JsonScannerBadArrayTest,
                         ::testing::Values("", "{}", "1", "[", "[1", "[1,", "[1 2]", "[1]]", "[{]",
                                           "[\"open]"));

}  // namespace
}  // namespace gcjobs
