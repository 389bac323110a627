#include "server/genesys/json_edit.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "tests/fakes/odd_json.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using testing::IsOkAndHolds;
using testing::StatusIs;

struct EditCase {
  const char* situation;
  const char* text;
  JsonPath path;
  const char* new_value;
  const char* expected;
};

void PrintTo(const EditCase& c, std::ostream* os) { *os << c.situation; }

class SetJsonMemberTest : public ::testing::TestWithParam<EditCase> {};

TEST_P(SetJsonMemberTest, ChangesNothingElse) {
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(GetParam().text);
  EXPECT_THAT(SetJsonMember(*value, GetParam().path, GetParam().new_value),
              IsOkAndHolds(std::string(GetParam().expected)));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SetJsonMemberTest,
    ::testing::Values(
        EditCase{"a member", R"({"a":1.50,"b":2})", {"b"}, "3", R"({"a":1.50,"b":3})"},
        EditCase{"a nested member, among odd spellings",
                 R"({ "x":1e0 ,"d": {"o" :{ "t" : 10.0 ,"u":9007199254740993}}})",
                 {"d", "o", "t"},
                 "20",
                 R"({ "x":1e0 ,"d": {"o" :{ "t" : 20 ,"u":9007199254740993}}})"},
        EditCase{"the last of two", R"({"a":1,"a":2})", {"a"}, "3", R"({"a":1,"a":3})"},
        EditCase{"a missing member", R"({ "a": 1 })", {"b"}, "2", R"({ "a": 1,"b":2 })"},
        EditCase{"a missing member of nothing", R"({ })", {"b"}, "2", R"({"b":2 })"},
        EditCase{"missing objects",
                 R"({"a":[]})",
                 {"o", "p", "t"},
                 "2",
                 R"({"a":[],"o":{"p":{"t":2}}})"},
        EditCase{"a value of another type", R"({"a":{"b":[1]}})", {"a"}, "null", R"({"a":null})"},
        EditCase{"a name that needs escaping", R"({})", {"a\"b"}, "1", R"({"a\"b":1})"}));

TEST(SetJsonMemberTest, DoesNotReplaceWhatIsNoObjectOnTheWay) {
  for (const char* text : {R"({"a":1})", R"({"a":[]})", R"({"a":"x"})", R"({"a":null})", "[]"}) {
    const absl::StatusOr<JsonValue> value = JsonValue::Parse(text);
    EXPECT_THAT(SetJsonMember(*value, {"a", "b"}, "1"),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

class SetMemberOfQuotedJsonTest : public ::testing::TestWithParam<EditCase> {};

TEST_P(SetMemberOfQuotedJsonTest, ChangesNothingElse) {
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(GetParam().text);
  EXPECT_THAT(SetMemberOfQuotedJson(*value, GetParam().path, GetParam().new_value),
              IsOkAndHolds(std::string(GetParam().expected)));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SetMemberOfQuotedJsonTest,
    ::testing::Values(
        EditCase{
            "a member", R"("{\"o\":{\"t\":10}}")", {"o", "t"}, "25", R"("{\"o\":{\"t\":25}}")"},
        EditCase{
            "a member behind every kind of escape",
            R"("{ \"a\":\"\/\u0041\\n\\u00e9\ud83d\ude00é\",\n\t\"o\":{\"t\":10.50},\"z\":1e2}")",
            {"o", "t"},
            "7",
            R"("{ \"a\":\"\/\u0041\\n\\u00e9\ud83d\ude00é\",\n\t\"o\":{\"t\":7},\"z\":1e2}")"},
        EditCase{"a missing member",
                 R"("{\"o\":{\"u\":1}}")",
                 {"o", "t"},
                 "2",
                 R"("{\"o\":{\"u\":1,\"t\":2}}")"},
        EditCase{"missing objects, in space",
                 R"("  {}\n")",
                 {"o", "t"},
                 "2",
                 R"("  {\"o\":{\"t\":2}}\n")"}));

TEST(SetMemberOfQuotedJsonTest, RefusesWhatHoldsNoJson) {
  for (const char* text : {R"("")", R"("{")", R"("5")", R"("[]")", "5", "{}"}) {
    const absl::StatusOr<JsonValue> value = JsonValue::Parse(text);
    EXPECT_THAT(SetMemberOfQuotedJson(*value, {"o"}, "1"),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

// An object that cannot be searched is not one without the member.
TEST(SetMemberOfQuotedJsonTest, RefusesABrokenObjectOnTheWay) {
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(R"("{\"o\":{\"t\" 1}}")");
  EXPECT_THAT(SetMemberOfQuotedJson(*value, {"o", "t"}, "1"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

class OddNeighbourEditTest : public ::testing::TestWithParam<testing::OddValue> {};

TEST_P(OddNeighbourEditTest, KeepsTheirBytes) {
  const std::string before = testing::WithNeighbours(R"({"o":{"t":1.0}})", GetParam());
  const std::string after = testing::WithNeighbours(R"({"o":{"t":25}})", GetParam());
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(before);
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_THAT(SetJsonMember(*value, {"o", "t"}, "25"), IsOkAndHolds(after));
}

INSTANTIATE_TEST_SUITE_P(All, OddNeighbourEditTest, ::testing::ValuesIn(testing::OddValues()),
                         [](const auto& odd) { return std::string(odd.param.name); });

}  // namespace
}  // namespace gcjobs
