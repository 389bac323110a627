#include "client/commands/json_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli_error.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::IsOkAndHolds;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ParametersTest, NumbersKeepTheirSpelling) {
  EXPECT_THAT(ParametersFromOptions({"price=1.10", "id=123456789012345678901234", "e=1E+05"}),
              IsOkAndHolds(R"({"price":1.10,"id":123456789012345678901234,"e":1E+05})"));
}

TEST(ParametersTest, JsonIsTakenAsItStands) {
  EXPECT_THAT(ParametersFromOptions({"a=true", "b=null", "c=[1, 2]", R"(d={"x": 1.0})"}),
              IsOkAndHolds(R"({"a":true,"b":null,"c":[1, 2],"d":{"x": 1.0}})"));
}

TEST(ParametersTest, OtherTextIsAString) {
  EXPECT_THAT(
      ParametersFromOptions({"a=hello", "zip=01234", "e=", "q=\"x\"", "u=a=b", "l=1\n2"}),
      IsOkAndHolds(R"({"a":"hello","zip":"01234","e":"","q":"\"x\"","u":"a=b","l":"1\n2"})"));
}

TEST(ParametersTest, ColonEqualsTakesJsonOnly) {
  EXPECT_THAT(ParametersFromOptions({R"(zip:="01234")", "n:=1.10"}),
              IsOkAndHolds(R"({"zip":"01234","n":1.10})"));
  EXPECT_THAT(ParametersFromOptions({"a:=hello"}), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParametersTest, ANumberTooBigForJsonReadersIsANumberAllTheSame) {
  EXPECT_EQ(*ParametersFromOptions({"a=1e999"}), R"({"a":1e999})");
}

TEST(ParametersTest, KeysAreQuoted) {
  EXPECT_THAT(ParametersFromOptions({"a\"b:c=1"}), IsOkAndHolds(R"({"a\"b:c":1})"));
}

TEST(ParametersTest, MistakesAreRefused) {
  for (const char* option : {"novalue", "=1", ":=1", "", "k=\xff"}) {
    EXPECT_THAT(ParametersFromOptions({option}), StatusIs(absl::StatusCode::kInvalidArgument))
        << option;
  }
  EXPECT_THAT(ParametersFromOptions({"a=1", "a=2"}), StatusIs(absl::StatusCode::kInvalidArgument));
}

absl::Status CheckObject(absl::string_view json) {
  return CheckJsonShape("--params", json, JsonShape::kObject, "an object, please");
}

TEST(CheckJsonShapeTest, AnObjectIsFineHoweverSpelt) {
  EXPECT_THAT(CheckObject(" {\"a\": 1.10}\n"), IsOk());
  EXPECT_THAT(CheckObject("{\"deep\":" + std::string(100000, '[') + std::string(100000, ']') + "}"),
              IsOk());
}

TEST(CheckJsonShapeTest, AnArrayIsFineWhereItMayBe) {
  for (const char* json : {"[1]", "[]", "{}"}) {
    EXPECT_THAT(CheckJsonShape("--body", json, JsonShape::kObjectOrArray, ""), IsOk()) << json;
  }
  for (const char* json : {"1", "\"[]\"", "[", "null", ""}) {
    EXPECT_THAT(CheckJsonShape("--body", json, JsonShape::kObjectOrArray, ""),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << json;
  }
}

TEST(CheckJsonShapeTest, TheHintIsTheCallers) {
  EXPECT_EQ(GetHint(CheckObject("[1]")), "an object, please");
}

TEST(CheckJsonShapeTest, AnythingElseIsRefused) {
  for (const std::string& json :
       {std::string(""), std::string("[1]"), std::string("1"), std::string("{\"a\":1"),
        std::string("{} {}"), std::string("{}\0{}", 5), std::string("{\"a\":\"\xff\"}"),
        std::string("\xef\xbb\xbf{}x")}) {
    EXPECT_THAT(CheckObject(json), StatusIs(absl::StatusCode::kInvalidArgument)) << json;
  }
  EXPECT_THAT(std::string(CheckObject("{\"a\":}").message()), HasSubstr("byte 5"));
}

}  // namespace
}  // namespace gcjobs
