#include "common/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/utf8.h"
#include "tests/fakes/odd_json.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

std::string Nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

JsonValue MustParse(absl::string_view text) {
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(text);
  EXPECT_THAT(value, IsOk()) << text;
  return *value;
}

class ValidJsonTest : public ::testing::TestWithParam<absl::string_view> {};

TEST_P(ValidJsonTest, IsAccepted) { EXPECT_THAT(ValidateJson(GetParam()), IsOk()); }

INSTANTIATE_TEST_SUITE_P(Texts, ValidJsonTest,
                         ::testing::Values("{}", "[]", "null", "true", "false", "0", "-0", "1.50",
                                           "-1e-7", "\"\"", " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
                                           R"({"a":1,"a":2})", R"("\u00e9\n\/")",
                                           R"("\ud83d\ude00")", "\"\xF0\x9F\x98\x80\"",
                                           "9223372036854775807", "12345678901234567890123",
                                           "0.1000000000000000055511151231257827", "\"\x7f\""));

class InvalidJsonTest : public ::testing::TestWithParam<absl::string_view> {};

TEST_P(InvalidJsonTest, IsRefused) { EXPECT_THAT(ValidateJson(GetParam()), StatusIs(kInvalid)); }

INSTANTIATE_TEST_SUITE_P(
    Texts, InvalidJsonTest,
    ::testing::Values("", " ", "{", "}", "[", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\"}",
                      "{\"a\":}", "{} {}", "{}x", "nul", "True", "01", "+1", ".5", "1.", "1e",
                      "NaN", "Infinity", "-", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "// c\n{}",
                      "\"\xFF\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
                      "\"\xE2\x82\"", absl::string_view("{}\0", 3), absl::string_view("{}\0{}", 5),
                      absl::string_view("\"a\0b\"", 5)));

// The grammar alone counts, not what a number or an escape means.
TEST(ValidateJsonTest, WhatTheGrammarAllowsIsAccepted) {
  for (const std::string& text :
       {std::string("1e400"), std::string("-1E+99999"), std::string(400, '7'),
        absl::StrCat("-0.", std::string(400, '7'), "e9"), std::string(R"("cut \ud83d")"),
        std::string(R"(["\ude00","\\ud83d", "\"\ud83d", 1e400 ,-1e400])"),
        std::string(R"({"\ud83d":1e400,"a":[2e999]})"), std::string("\xEF\xBB\xBF{\"a\":1e400}")}) {
    EXPECT_THAT(ValidateJson(text), IsOk()) << text;
    EXPECT_THAT(JsonValue::Parse(text, JsonLimits()), IsOk()) << text;
  }
  for (const char* text : {"1e400x", "01e400", "1e400 1", "[1e400", "1e", "-", "1.e400", "--1e400",
                           R"(["\ud83d" 1e400])", R"("\ud83)", R"("\ud83d)", R"(\ud83d)",
                           R"(["\ud83d",1.])", "\xEF\xBB\xBF"}) {
    EXPECT_THAT(ValidateJson(text), StatusIs(kInvalid)) << text;
  }
}

TEST(ValidateJsonTest, DepthIsBoundedAndThatBoundIsExact) {
  EXPECT_THAT(ValidateJson(Nested(50)), IsOk());
  EXPECT_THAT(ValidateJson(Nested(51)), StatusIs(kInvalid));
  EXPECT_THAT(ValidateJson(Nested(3), {1000, 2}), StatusIs(kInvalid));
  EXPECT_THAT(ValidateJson("7", {1000, 0}), IsOk());
}

TEST(ValidateJsonTest, AMillionOpenBracketsDoNotOverflowTheStack) {
  const std::string objects = [] {
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += "{\"a\":";
    return text;
  }();
  const JsonLimits deep = {16 << 20, 2'000'000};
  EXPECT_THAT(ValidateJson(std::string(1'000'000, '['), deep), StatusIs(kInvalid));
  EXPECT_THAT(ValidateJson(objects, deep), StatusIs(kInvalid));
  EXPECT_THAT(ValidateJson(Nested(1'000'000), deep), IsOk());
  EXPECT_THAT(ValidateJson(objects), StatusIs(kInvalid));
}

TEST(ValidateJsonTest, SizeIsBounded) {
  EXPECT_THAT(ValidateJson("[1,2]", {5, 50}), IsOk());
  EXPECT_THAT(ValidateJson("[1,2] ", {5, 50}), StatusIs(kInvalid));
}

TEST(ValidateJsonTest, ErrorsNameTheByteAndQuoteNothing) {
  const absl::Status status = ValidateJson(R"({"secret":"hunter2",})");
  EXPECT_TRUE(absl::StrContains(status.message(), "byte 20")) << status;
  EXPECT_FALSE(absl::StrContains(status.message(), "hunter2")) << status;
}

struct OffsetCase {
  absl::string_view text;
  size_t offset;
};

void PrintTo(const OffsetCase& c, std::ostream* os) { *os << c.text; }

class ValidateJsonOffsetTest : public ::testing::TestWithParam<OffsetCase> {};

TEST_P(ValidateJsonOffsetTest, IsWhereItIsWrong) {
  size_t offset = 1000;
  EXPECT_THAT(ValidateJson(GetParam().text, {100, 3}, &offset), StatusIs(kInvalid));
  EXPECT_EQ(offset, GetParam().offset);
}

INSTANTIATE_TEST_SUITE_P(Texts, ValidateJsonOffsetTest,
                         ::testing::Values(OffsetCase{"", 0}, OffsetCase{"{\"a\":1,}", 7},
                                           OffsetCase{"[1,\n2", 5}, OffsetCase{"[[[[]]]]", 3},
                                           OffsetCase{absl::string_view("{}\0{}", 5), 2}));

TEST(ValidateJsonTest, ATextThatIsTooLongIsWrongFromItsBegin) {
  size_t offset = 1000;
  EXPECT_THAT(ValidateJson("[1,2] ", {5, 50}, &offset), StatusIs(kInvalid));
  EXPECT_EQ(offset, 0);
}

TEST(JsonValueTest, EveryTypeIsTold) {
  using Type = JsonValue::Type;
  EXPECT_EQ(MustParse("null").type(), Type::kNull);
  EXPECT_EQ(MustParse("true").type(), Type::kBool);
  EXPECT_EQ(MustParse("false").type(), Type::kBool);
  EXPECT_EQ(MustParse("-1").type(), Type::kNumber);
  EXPECT_EQ(MustParse("\"\"").type(), Type::kString);
  EXPECT_EQ(MustParse("[]").type(), Type::kArray);
  EXPECT_EQ(MustParse(" {}").type(), Type::kObject);
}

TEST(JsonValueTest, FindGivesTheMembersOwnBytes) {
  const JsonValue value =
      MustParse(R"({ "x" : "}]," , "result" : { "n" : 1.000e5 , "big":9007199254740993 } })");
  EXPECT_EQ(value.Find("result")->raw(), R"({ "n" : 1.000e5 , "big":9007199254740993 })");
  EXPECT_EQ(value.Find("result")->Find("n")->raw(), "1.000e5");
  EXPECT_EQ(value.Find("x")->raw(), R"("}],")");
}

TEST(JsonValueTest, FindSeesOnlyMembersOfTheObjectItself) {
  const JsonValue value = MustParse(R"({"a":{"b":1},"c":["d",{"e":2}],"f":"\"g\":1"})");
  EXPECT_FALSE(value.Find("b"));
  EXPECT_FALSE(value.Find("e"));
  EXPECT_FALSE(value.Find("g"));
  EXPECT_FALSE(value.Find("c")->Find("e"));
  EXPECT_FALSE(MustParse("[]").Find("a"));
}

TEST(JsonValueTest, TheLastOfSeveralMembersOfOneNameCounts) {
  EXPECT_EQ(MustParse(R"({"a":1,"a":2})").Find("a")->raw(), "2");
}

TEST(JsonValueTest, NamesAreComparedUnescaped) {
  const JsonValue value = MustParse(R"({"timeo\u0075t":5,"q\"q":6})");
  EXPECT_EQ(value.Find("timeout")->raw(), "5");
  EXPECT_EQ(value.Find("q\"q")->raw(), "6");
}

TEST(JsonValueTest, ElementsAreTheArraysValues) {
  std::vector<std::string> raw;
  const JsonValue array = MustParse(R"([ 1, "a,b" ,[2,3], {"c":[]} ,null])");
  for (const JsonValue& element : array.Elements()) {
    raw.emplace_back(element.raw());
  }
  EXPECT_THAT(raw, ElementsAre("1", "\"a,b\"", "[2,3]", "{\"c\":[]}", "null"));
  EXPECT_THAT(MustParse("[ ]").Elements(), IsEmpty());
  EXPECT_THAT(MustParse("{}").Elements(), IsEmpty());
}

TEST(JsonValueTest, NumbersAreReadOnlyWhereTheyFit) {
  EXPECT_EQ(MustParse("-9223372036854775808").AsInt64(), INT64_MIN);
  EXPECT_FALSE(MustParse("9223372036854775808").AsInt64());
  EXPECT_FALSE(MustParse("1.0").AsInt64());
  EXPECT_FALSE(MustParse("\"1\"").AsInt64());
  EXPECT_EQ(MustParse("2.5e2").AsDouble(), 250.0);
  EXPECT_FALSE(MustParse("\"1\"").AsDouble());
  EXPECT_FALSE(MustParse("1e400").AsDouble());
  EXPECT_FALSE(MustParse(std::string(400, '7')).AsDouble());
}

TEST(JsonValueTest, StringsAreUnescaped) {
  EXPECT_EQ(MustParse(R"("a\"\\\/\b\f\n\r\tz")").AsString(), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(MustParse(R"("\u0041\u00e9\u20AC\ud83d\ude00")").AsString(), "Aé€😀");
  EXPECT_EQ(MustParse(R"("\udc00")").AsString(), "\xEF\xBF\xBD");
  EXPECT_EQ(MustParse(R"("\ud83dA")").AsString(),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(MustParse("\"a\xFF\"").AsString(), "a\xEF\xBF\xBD");
  EXPECT_EQ(MustParse(R"("\u12g4\q")").AsString(),
            "\xEF\xBF\xBD"
            "12g4\xEF\xBF\xBD");
  EXPECT_FALSE(MustParse("1").AsString());
}

TEST(JsonValueTest, StringMemberIsEmptyWhenThereIsNoString) {
  const JsonValue value = MustParse(R"({"a":"x","b":1,"c":null})");
  EXPECT_EQ(StringMember(value, "a"), "x");
  EXPECT_EQ(StringMember(value, "b"), "");
  EXPECT_EQ(StringMember(value, "c"), "");
  EXPECT_EQ(StringMember(value, "d"), "");
}

TEST(JsonValueTest, QuotingAndUnquotingAreInverse) {
  const std::string text = "q\" b\\ n\n \x01 é 😀 /";
  const std::string quoted = JsonQuote(text);
  EXPECT_THAT(ValidateJson(quoted), IsOk());
  EXPECT_EQ(JsonUnquote(quoted), text);
  EXPECT_EQ(JsonQuote("a\xFF"), "\"a\xEF\xBF\xBD\"");
}

TEST(JsonValueTest, OffsetsInQuotedTextLeadBackToTheCharacter) {
  const std::string raw = R"("a\n\u00e9\ud83d\ude00z")";
  EXPECT_EQ(JsonQuotedOffset(raw, 0), 1u);   // a
  EXPECT_EQ(JsonQuotedOffset(raw, 1), 2u);   // newline
  EXPECT_EQ(JsonQuotedOffset(raw, 2), 4u);   // é
  EXPECT_EQ(JsonQuotedOffset(raw, 4), 10u);  // the pair
  EXPECT_EQ(raw[JsonQuotedOffset(raw, 8)], 'z');
  EXPECT_EQ(JsonQuotedOffset(raw, 9), raw.size() - 1);  // the end
}

TEST(JsonValueTest, ParseTakesOneValueAndNothingElse) {
  for (const char* text :
       {"", " ", "{} {}", "[1] x", "nul", "truex", "1 2", "\"a\" \"b\"", "-", "1.", "01", ".5",
        "1e", "+1", "\"open", "{\"a\" 1}", "<html>", "NaN", "[1"}) {
    EXPECT_THAT(JsonValue::Parse(text), StatusIs(kInvalid)) << text;
  }
}

TEST(JsonValueTest, ParseWithLimitsValidatesToo) {
  EXPECT_THAT(JsonValue::Parse(R"(["\x"])", JsonLimits()), StatusIs(kInvalid));
  EXPECT_THAT(JsonValue::Parse("[[1]]", {100, 1}), StatusIs(kInvalid));
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(" [[1],2, {\"a\":[3]}]\n", {100, 3});
  ASSERT_THAT(value, IsOk());
  EXPECT_EQ(value->raw(), "[[1],2, {\"a\":[3]}]");
  EXPECT_EQ(value->size(), 3u);
}

TEST(JsonValueTest, AByteOrderMarkIsNoPartOfTheText) {
  EXPECT_EQ(MustParse("\xEF\xBB\xBF {\"a\":1}").raw(), "{\"a\":1}");
  const auto found = FindJson("\xEF\xBB\xBF{\"a\":1}", {{"a"}});
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->front()->raw(), "1");
}

MATCHER_P(IsRaw, raw, "") { return arg && arg->raw() == raw; }

TEST(FindJsonTest, FindsSpansByteForByte) {
  const std::string text = R"({ "a" : [1.10 , {"b":12345678901234567890}] , "cursor":"x\u0041" })";
  const auto found = FindJson(text, {{"a"}, {"cursor"}, {"none"}});
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, ElementsAre(IsRaw(R"([1.10 , {"b":12345678901234567890}])"),
                                  IsRaw(R"("x\u0041")"), Eq(std::nullopt)));
  EXPECT_EQ((*found)[0]->raw().data(), text.data() + 8) << "no copy";
}

TEST(FindJsonTest, CountsTheElementsOfAnArray) {
  for (const auto& [array, count] : std::vector<std::pair<std::string, size_t>>{
           {"[]", 0}, {"[ ]", 0}, {"[[1,2],{\"x\":[3,4]} , \"]\" \n]", 3}, {"[1 ]", 1}}) {
    const std::string text = absl::StrCat("{\"items\": ", array, " ,\"cursor\":\"c\"}");
    const auto found = FindJson(text, {{"items"}, {"cursor"}});
    ASSERT_THAT(found, IsOk());
    EXPECT_THAT(*found, ElementsAre(IsRaw(array), IsRaw("\"c\"")));
    EXPECT_EQ(found->front()->size(), count);
  }
}

TEST(FindJsonTest, FollowsPathsThroughObjectsInOnePass) {
  const auto found = FindJson(R"({"result":{"nextPageLink":"/n","items":[{}]},"status":"DONE"})",
                              {{"result", "items"}, {"result", "nextPageLink"}, {"status"}});
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, ElementsAre(IsRaw("[{}]"), IsRaw("\"/n\""), IsRaw("\"DONE\"")));
}

TEST(FindJsonTest, APathMayBeTheBeginningOfAnother) {
  const std::string text = R"({"job":{"status":"DONE","n":[1]},"a":[{"b":7}]})";
  const auto found =
      FindJson(text, {{}, {"job"}, {"job", "status"}, {"job"}, {"a"}, {"a", "b"}, {"a", "b", "c"}});
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, ElementsAre(IsRaw(text), IsRaw(R"({"status":"DONE","n":[1]})"),
                                  IsRaw("\"DONE\""), IsRaw(R"({"status":"DONE","n":[1]})"),
                                  IsRaw(R"([{"b":7}])"), IsRaw("7"), Eq(std::nullopt)));
}

// What FindJson gives for one path; "" when there is nothing.
std::string FindOne(absl::string_view text, const JsonPath& path) {
  const auto found = FindJson(text, {path});
  EXPECT_THAT(found, IsOk()) << text;
  return std::string(found.ok() && found->front() ? found->front()->raw() : "");
}

TEST(FindJsonTest, TakesTheFirstElementOfAnArrayOnTheWay) {
  EXPECT_EQ(
      FindOne(R"({"errors":[{"message":"first"},{"message":"second"}]})", {"errors", "message"}),
      "\"first\"");
  EXPECT_EQ(FindOne(R"({"errors":[],"z":1})", {"errors", "message"}), "");
}

TEST(FindJsonTest, FindsNothingBelowAScalar) {
  EXPECT_EQ(FindOne(R"({"a":"text","b":null})", {"a", "b"}), "");
}

TEST(FindJsonTest, TakesTheLastOfTwoMembersOfOneName) {
  EXPECT_EQ(FindOne(R"({"a":1,"a":2})", {"a"}), "2");
  EXPECT_EQ(FindOne(R"({"a":{"b":1},"a":{}})", {"a", "b"}), "");
}

TEST(FindJsonTest, GivesScalarsWithoutTheSpaceAroundThem) {
  EXPECT_EQ(FindOne("{\"a\": -1.5e3 \n }", {"a"}), "-1.5e3");
  EXPECT_EQ(FindOne("{\"a\":true\t,\"b\":0}", {"a"}), "true");
}

TEST(FindJsonTest, NamesThatAreNotAsciiAreFoundInTextsThatAreNotUtf8) {
  EXPECT_EQ(FindOne("{\"odd\":\"\xFF\",\"gr\xC3\xB6\xC3\x9F"
                    "e\":\"\xC3\xBC\"}",
                    {"gr\xC3\xB6\xC3\x9F"
                     "e"}),
            "\"\xC3\xBC\"");
}

class OddNeighbourTest : public ::testing::TestWithParam<testing::OddValue> {};

TEST_P(OddNeighbourTest, HidesNothing) {
  const std::string text =
      testing::WithNeighbours(R"({"status":"completed","result":{"id":"e-1"}})", GetParam());
  const std::string marked = absl::StrCat("\xEF\xBB\xBF", text);
  for (const std::string& answer : {text, marked}) {
    const auto found =
        FindJson(answer, {{"status"}, {"result", "id"}, {"odd first"}, {"odd last"}});
    ASSERT_THAT(found, IsOk());
    EXPECT_THAT(*found,
                ElementsAre(IsRaw("\"completed\""), IsRaw("\"e-1\""), IsRaw(GetParam().json),
                            IsRaw(absl::StrCat("[", GetParam().json, "]"))));
    EXPECT_EQ(StringOf((*found)[0]), "completed");
  }
}

TEST_P(OddNeighbourTest, HidesNothingInPlaceWhereBytesBecomeUtf8) {
  std::string text =
      testing::WithNeighbours(R"({"status":"completed","items":[{"id":"e-1"}]})", GetParam());
  const std::string mended = ToValidUtf8(GetParam().json);
  bool replaced = false;
  const auto found = FindJsonInPlace(&text, {{"status"}, {"items"}, {"odd first"}}, &replaced);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(replaced, !IsValidUtf8(GetParam().json));
  EXPECT_THAT(*found,
              ElementsAre(IsRaw("\"completed\""), IsRaw(R"([{"id":"e-1"}])"), IsRaw(mended)));
  EXPECT_TRUE(IsValidUtf8(text));
}

TEST_P(OddNeighbourTest, HidesNoElements) {
  std::string text = absl::StrCat("[1,", GetParam().json, ",{\"a\":", GetParam().json, "},2]");
  std::vector<std::string> elements;
  EXPECT_THAT(ForEachJsonElement(&text, text,
                                 [&](absl::string_view raw) {
                                   elements.emplace_back(raw);
                                   return true;
                                 }),
              IsOk());
  EXPECT_THAT(elements, ElementsAre("1", GetParam().json,
                                    absl::StrCat("{\"a\":", GetParam().json, "}"), "2"));
  const JsonValue array = MustParse(text);
  EXPECT_EQ(array.size(), 4u);
  EXPECT_EQ(array.Elements().size(), 4u);
  EXPECT_EQ(array.Elements()[2].Find("a")->raw(), GetParam().json);
}

TEST_P(OddNeighbourTest, StringsAreUtf8WhateverTheyWere) {
  const JsonValue value = MustParse(GetParam().json);
  EXPECT_TRUE(IsValidUtf8(value.AsString().value_or("")));
}

INSTANTIATE_TEST_SUITE_P(All, OddNeighbourTest, ::testing::ValuesIn(testing::OddValues()),
                         [](const auto& tested) { return std::string(tested.param.name); });

class FindJsonBadTextTest : public ::testing::TestWithParam<const char*> {};

TEST_P(FindJsonBadTextTest, IsRefused) {
  EXPECT_THAT(FindJson(GetParam(), {{"items"}, {"x", "y"}}), StatusIs(kInvalid));
  std::string text = GetParam();
  bool replaced = false;
  EXPECT_THAT(FindJsonInPlace(&text, {{"items"}, {"x", "y"}}, &replaced), StatusIs(kInvalid));
}

INSTANTIATE_TEST_SUITE_P(All, FindJsonBadTextTest,
                         ::testing::Values("", " ", "null", "[1]", "\"text\"", "{",
                                           "{\"items\":", "{\"items\":[1,2}", "{\"items\":[1}]",
                                           "{\"items\":[{]}", "{\"items\":\"open",
                                           "{\"items\":[1]}x", "{\"items\":[1]} {}",
                                           "{\"items\" [1]}", "{\"x\":{\"y\" 1}}",
                                           "{\"items\":nul}", "<html>", "\xEF\xBB\xBF", "\xFF"));

std::vector<std::string> ElementsOf(std::string text) {
  std::vector<std::string> elements;
  EXPECT_THAT(ForEachJsonElement(&text, text,
                                 [&](absl::string_view raw) {
                                   elements.emplace_back(raw);
                                   return true;
                                 }),
              IsOk());
  return elements;
}

TEST(ForEachJsonElementTest, GivesElementsInOrder) {
  EXPECT_THAT(ElementsOf(" [ {\"a\":[1,2]} , \"x,y]\" ,3 , null,[ ] ] "),
              ElementsAre("{\"a\":[1,2]}", "\"x,y]\"", "3", "null", "[ ]"));
  EXPECT_THAT(ElementsOf("[]"), IsEmpty());
  EXPECT_THAT(ElementsOf("[ \n ]"), IsEmpty());
}

TEST(ForEachJsonElementTest, GivesElementsOfASpanWithinTheText) {
  std::string text = R"({"items":[1,"two"],"cursor":"c"})";
  bool replaced = false;
  const auto found = FindJsonInPlace(&text, {{"items"}}, &replaced);
  ASSERT_THAT(found, IsOk());
  std::vector<std::string> elements;
  EXPECT_THAT(ForEachJsonElement(&text, found->front()->raw(),
                                 [&](absl::string_view raw) {
                                   elements.emplace_back(raw);
                                   return true;
                                 }),
              IsOk());
  EXPECT_THAT(elements, ElementsAre("1", "\"two\""));
}

TEST(ForEachJsonElementTest, StopsWhenTheVisitorHasEnough) {
  std::string text = "[1,2,3]";
  int seen = 0;
  EXPECT_THAT(ForEachJsonElement(&text, text, [&](absl::string_view) { return ++seen < 2; }),
              IsOk());
  EXPECT_EQ(seen, 2);
}

TEST(ForEachJsonElementTest, TheVisitorMaySearch) {
  std::string text = R"([{"id":"a"},{"id":"b"},{"id":"c"}])";
  std::vector<std::string> ids;
  EXPECT_THAT(ForEachJsonElement(&text, text,
                                 [&](absl::string_view raw) {
                                   ids.push_back(FindOne(raw, {"id"}));
                                   return true;
                                 }),
              IsOk());
  EXPECT_THAT(ids, ElementsAre("\"a\"", "\"b\"", "\"c\""));
}

class ForEachJsonElementBadTextTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ForEachJsonElementBadTextTest, IsRefused) {
  std::string text = GetParam();
  EXPECT_THAT(ForEachJsonElement(&text, text, [](absl::string_view) { return true; }),
              StatusIs(kInvalid));
}

INSTANTIATE_TEST_SUITE_P(All, ForEachJsonElementBadTextTest,
                         ::testing::Values("", "{}", "1", "[", "[1", "[1,", "[1 2]", "[1]]", "[{]",
                                           "[\"open]"));

TEST(FindJsonTest, ServesTextsOfAllSizesOneAfterAnother) {
  for (const size_t bytes : {10, 5'000'000, 100, 3'000'000, 0}) {
    std::string text = absl::StrCat("{\"items\":[\"", std::string(bytes, 'x'), "\"],\"n\":1}");
    const auto found = FindJson(text, {{"items"}, {"n"}});
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ((*found)[0]->raw().size(), bytes + 4);
    EXPECT_THAT((*found)[1], IsRaw("1"));
  }
}

TEST(FindJsonTest, ThreadsDoNotMeet) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int round = 0; round < 200; ++round) {
        const std::string text = absl::StrCat(R"({"x":[1,2,3],"n":)", i * 1000 + round, "}");
        const auto found = FindJson(text, {{"n"}});
        ASSERT_TRUE(found.ok());
        EXPECT_EQ(found->front()->AsInt64(), i * 1000 + round);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(FindJsonTest, ManyLevelsDoNotOverflowTheStack) {
  const std::string deep = absl::StrCat(std::string(1'000'000, '['), std::string(1'000'000, ']'));
  EXPECT_EQ(FindOne(absl::StrCat(R"({"a":)", deep, R"(,"b":1})"), {"b"}), "1");
  EXPECT_EQ(FindOne(absl::StrCat(R"({"a":)", deep, R"(,"b":1})"), {"a"}), deep);
  EXPECT_EQ(FindOne(absl::StrCat(R"({"a":)", deep, R"(,"b":1})"), {"a", "b"}), "");
}

// Damaged documents: whatever happens, it is an error or a value whose parts
// lie within the text.
TEST(JsonValueTest, DamagedTextsNeverLeadOutside) {
  const std::string good =
      R"({"id":"a\u00e9","n":[1,2.5e3,{"x":null}],"definition":"{\"options\":{\"t\":1}}"})";
  std::mt19937 random(1);
  for (int round = 0; round < 50'000; ++round) {
    std::string text = good.substr(0, 1 + random() % good.size());
    if (random() % 2 == 0) text = good;
    for (unsigned i = random() % 4; i > 0; --i) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    const absl::StatusOr<JsonValue> value = JsonValue::Parse(text);
    if (!value.ok()) continue;
    value->ForEachMember([&](absl::string_view name, JsonValue member) {
      EXPECT_GE(name.data(), text.data());
      EXPECT_LE(member.raw().data() + member.raw().size(), text.data() + text.size());
      EXPECT_TRUE(IsValidUtf8(member.AsString().value_or("")));
      for (const JsonValue& element : member.Elements()) EXPECT_FALSE(element.raw().empty());
    });
  }
}

}  // namespace
}  // namespace gcjobs
