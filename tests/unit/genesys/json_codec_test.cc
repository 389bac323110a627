#include "server/genesys/json_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/utf8.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
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
                      "NaN", "Infinity", "-", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"",
                      "\"\\ud800\\u0041\"", "\"\n\"", "// c\n{}", "\xEF\xBB\xBF{}", "\"\xFF\"",
                      "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"",
                      absl::string_view("{}\0", 3), absl::string_view("{}\0{}", 5),
                      absl::string_view("\"a\0b\"", 5)));

TEST(JsonCodecTest, DepthIsBoundedAndThatBoundIsExact) {
  EXPECT_THAT(ValidateJson(Nested(50)), IsOk());
  EXPECT_THAT(ValidateJson(Nested(51)), StatusIs(kInvalid));
  EXPECT_THAT(ValidateJson(Nested(3), {1000, 2}), StatusIs(kInvalid));
  EXPECT_THAT(ValidateJson("7", {1000, 0}), IsOk());
}

TEST(JsonCodecTest, AMillionOpenBracketsDoNotOverflowTheStack) {
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

TEST(JsonCodecTest, SizeIsBounded) {
  EXPECT_THAT(ValidateJson("[1,2]", {5, 50}), IsOk());
  EXPECT_THAT(ValidateJson("[1,2] ", {5, 50}), StatusIs(kInvalid));
}

TEST(JsonCodecTest, ErrorsNameTheByteAndQuoteNothing) {
  const absl::Status status = ValidateJson(R"({"secret":"hunter2",})");
  EXPECT_TRUE(absl::StrContains(status.message(), "byte 20")) << status;
  EXPECT_FALSE(absl::StrContains(status.message(), "hunter2")) << status;
}

struct OffsetCase {
  absl::string_view text;
  size_t offset;
};

void PrintTo(const OffsetCase& c, std::ostream* os) { *os << c.text; }

class JsonErrorOffsetTest : public ::testing::TestWithParam<OffsetCase> {};

TEST_P(JsonErrorOffsetTest, IsWhereItIsWrong) {
  size_t offset = 1000;
  EXPECT_THAT(ValidateJson(GetParam().text, {100, 3}, &offset), StatusIs(kInvalid));
  EXPECT_EQ(offset, GetParam().offset);
}

INSTANTIATE_TEST_SUITE_P(Texts, JsonErrorOffsetTest,
                         ::testing::Values(OffsetCase{"", 0}, OffsetCase{"{\"a\":1,}", 7},
                                           OffsetCase{"[1,\n2", 5}, OffsetCase{"[[[[]]]]", 3},
                                           OffsetCase{absl::string_view("{}\0{}", 5), 2}));

TEST(JsonCodecTest, ATextThatIsTooLongIsWrongFromItsBegin) {
  size_t offset = 1000;
  EXPECT_THAT(ValidateJson("[1,2] ", {5, 50}, &offset), StatusIs(kInvalid));
  EXPECT_EQ(offset, 0);
}

TEST(JsonCodecTest, OnlyObjectsAreObjects) {
  EXPECT_THAT(ValidateJsonObject(" {} "), IsOk());
  for (const char* text : {"[]", "1", "\"{}\"", "null", "true"}) {
    EXPECT_THAT(ValidateJsonObject(text), StatusIs(kInvalid)) << text;
  }
}

TEST(JsonCodecTest, EveryTypeIsTold) {
  using Type = JsonValue::Type;
  EXPECT_EQ(MustParse("null").type(), Type::kNull);
  EXPECT_EQ(MustParse("true").type(), Type::kBool);
  EXPECT_EQ(MustParse("false").type(), Type::kBool);
  EXPECT_EQ(MustParse("-1").type(), Type::kNumber);
  EXPECT_EQ(MustParse("\"\"").type(), Type::kString);
  EXPECT_EQ(MustParse("[]").type(), Type::kArray);
  EXPECT_EQ(MustParse(" {}").type(), Type::kObject);
}

TEST(JsonCodecTest, FindGivesTheMembersOwnBytes) {
  const JsonValue value =
      MustParse(R"({ "x" : "}]," , "result" : { "n" : 1.000e5 , "big":9007199254740993 } })");
  EXPECT_EQ(value.Find("result")->raw(), R"({ "n" : 1.000e5 , "big":9007199254740993 })");
  EXPECT_EQ(value.Find("result", "n")->raw(), "1.000e5");
  EXPECT_EQ(value.Find("x")->raw(), R"("}],")");
}

TEST(JsonCodecTest, FindSeesOnlyMembersOfTheObjectItself) {
  const JsonValue value = MustParse(R"({"a":{"b":1},"c":["d",{"e":2}],"f":"\"g\":1"})");
  EXPECT_FALSE(value.Find("b"));
  EXPECT_FALSE(value.Find("e"));
  EXPECT_FALSE(value.Find("g"));
  EXPECT_FALSE(value.Find("c", "e"));
  EXPECT_FALSE(MustParse("[]").Find("a"));
}

TEST(JsonCodecTest, TheLastOfSeveralMembersOfOneNameCounts) {
  EXPECT_EQ(MustParse(R"({"a":1,"a":2})").Find("a")->raw(), "2");
}

TEST(JsonCodecTest, NamesAreComparedUnescaped) {
  const JsonValue value = MustParse(R"({"timeo\u0075t":5,"q\"q":6})");
  EXPECT_EQ(value.Find("timeout")->raw(), "5");
  EXPECT_EQ(value.Find("q\"q")->raw(), "6");
}

TEST(JsonCodecTest, ElementsAreTheArraysValues) {
  std::vector<std::string> raw;
  const JsonValue array = MustParse(R"([ 1, "a,b" ,[2,3], {"c":[]} ,null])");
  for (const JsonValue& element : array.Elements()) {
    raw.emplace_back(element.raw());
  }
  EXPECT_THAT(raw, ElementsAre("1", "\"a,b\"", "[2,3]", "{\"c\":[]}", "null"));
  EXPECT_THAT(MustParse("[ ]").Elements(), IsEmpty());
  EXPECT_THAT(MustParse("{}").Elements(), IsEmpty());
}

TEST(JsonCodecTest, NumbersAreReadOnlyWhereTheyFit) {
  EXPECT_EQ(MustParse("-9223372036854775808").AsInt64(), INT64_MIN);
  EXPECT_FALSE(MustParse("9223372036854775808").AsInt64());
  EXPECT_FALSE(MustParse("1.0").AsInt64());
  EXPECT_FALSE(MustParse("\"1\"").AsInt64());
  EXPECT_EQ(MustParse("2.5e2").AsDouble(), 250.0);
  EXPECT_FALSE(MustParse("\"1\"").AsDouble());
}

TEST(JsonCodecTest, StringsAreUnescaped) {
  EXPECT_EQ(MustParse(R"("a\"\\\/\b\f\n\r\tz")").AsString(), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(MustParse(R"("\u0041\u00e9\u20AC\ud83d\ude00")").AsString(), "Aé€😀");
  EXPECT_EQ(MustParse(R"("\udc00")").AsString(), "\xEF\xBF\xBD");
  EXPECT_FALSE(MustParse("1").AsString());
}

TEST(JsonCodecTest, StringMemberIsEmptyWhenThereIsNoString) {
  const JsonValue value = MustParse(R"({"a":"x","b":1,"c":null})");
  EXPECT_EQ(StringMember(value, "a"), "x");
  EXPECT_EQ(StringMember(value, "b"), "");
  EXPECT_EQ(StringMember(value, "c"), "");
  EXPECT_EQ(StringMember(value, "d"), "");
}

TEST(JsonCodecTest, QuotingAndUnquotingAreInverse) {
  const std::string text = "q\" b\\ n\n \x01 é 😀 /";
  const std::string quoted = JsonQuote(text);
  EXPECT_THAT(ValidateJson(quoted), IsOk());
  EXPECT_EQ(JsonUnquote(quoted), text);
  EXPECT_EQ(JsonQuote("a\xFF"), "\"a?\"");
}

TEST(JsonCodecTest, OffsetsInQuotedTextLeadBackToTheCharacter) {
  const std::string raw = R"("a\n\u00e9\ud83d\ude00z")";
  EXPECT_EQ(JsonQuotedOffset(raw, 0), 1u);   // a
  EXPECT_EQ(JsonQuotedOffset(raw, 1), 2u);   // newline
  EXPECT_EQ(JsonQuotedOffset(raw, 2), 4u);   // é
  EXPECT_EQ(JsonQuotedOffset(raw, 4), 10u);  // the pair
  EXPECT_EQ(raw[JsonQuotedOffset(raw, 8)], 'z');
  EXPECT_EQ(JsonQuotedOffset(raw, 9), raw.size() - 1);  // the end
}

// Damaged documents: whatever happens, it is an error or a value whose parts
// lie within the text.
TEST(JsonCodecTest, DamagedTextsNeverLeadOutside) {
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
    EXPECT_TRUE(IsValidUtf8(text));
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
