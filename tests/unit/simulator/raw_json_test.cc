#include "tests/simulator/raw_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gcjobs::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

RawObject Parse(absl::string_view json) { return *RawObject::Parse(json); }

TEST(RawObjectTest, ValuesKeepTheirText) {
  const RawObject object = Parse(
      R"( { "n" : 1.10 , "big":12345678901234567890,"e":1e3, "s":"a:b,\"}\u00e9", "deep": {"x": [ 1.0, {} ] } ,"l":[],"t":true,"z":null } )");
  EXPECT_EQ(object.ToString(),
            R"({"n":1.10,"big":12345678901234567890,"e":1e3,"s":"a:b,\"}\u00e9",)"
            R"("deep":{"x": [ 1.0, {} ] },"l":[],"t":true,"z":null})");
}

TEST(RawObjectTest, KeysKeepTheirEscapesAndAreFoundDecoded) {
  const RawObject object = Parse(R"({"a\/b:c":1,"\u0041":2})");
  EXPECT_EQ(*object.Find("a/b:c"), "1");
  EXPECT_EQ(*object.Find("A"), "2");
  EXPECT_EQ(object.ToString(), R"({"a\/b:c":1,"\u0041":2})");
}

TEST(RawObjectTest, EmptyObject) {
  EXPECT_TRUE(Parse("{}").empty());
  EXPECT_EQ(Parse(" { } ").ToString(), "{}");
}

TEST(RawObjectTest, RejectsWhatIsNoObject) {
  for (const char* json : {"", "1", "\"x\"", "[]", "[{\"a\":1}]", "null", "{", "{\"a\":}",
                           "{\"a\" 1}", "{} {}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":\"\xff\"}"}) {
    EXPECT_EQ(RawObject::Parse(json).status().code(), absl::StatusCode::kInvalidArgument) << json;
  }
  EXPECT_FALSE(RawObject::Parse(absl::string_view("{}\0x", 4)).ok());
}

TEST(RawObjectTest, DeepNestingIsNoDanger) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(*Parse("{\"a\":" + deep + "}").Find("a"), deep);
}

TEST(RawObjectTest, TypedReadsWantTheType) {
  const RawObject object =
      Parse(R"({"i":42,"d":1.5,"s":"x\n","b":false,"o":{"k":1},"l":["a","b"],"m":["a",1]})");
  EXPECT_THAT(object.GetInt("i"), Optional(42));
  EXPECT_EQ(object.GetInt("d"), std::nullopt);
  EXPECT_THAT(object.GetString("s"), Optional(std::string("x\n")));
  EXPECT_EQ(object.GetString("i"), std::nullopt);
  EXPECT_THAT(object.GetBool("b"), Optional(false));
  EXPECT_EQ(object.GetBool("s"), std::nullopt);
  EXPECT_THAT(object.GetObject("o")->GetInt("k"), Optional(1));
  EXPECT_FALSE(object.GetObject("l").has_value());
  EXPECT_THAT(object.GetStrings("l"), Optional(ElementsAre("a", "b")));
  EXPECT_EQ(object.GetStrings("m"), std::nullopt);
  EXPECT_EQ(object.GetInt("absent"), std::nullopt);
}

TEST(RawObjectTest, SetKeepsThePlaceAndAppendsWhatIsNew) {
  RawObject object = Parse(R"({"a":1,"version":7,"z":2})");
  object.SetInt("version", 8).SetString("new", "\"q\"").Erase("a");
  EXPECT_EQ(object.ToString(), R"({"version":8,"z":2,"new":"\"q\""})");
}

TEST(RawObjectTest, MergeSetsEachMember) {
  EXPECT_EQ(Parse(R"({"a":1,"b":2})").Merge(Parse(R"({"b":1.10,"c":3})")).ToString(),
            R"({"a":1,"b":1.10,"c":3})");
}

TEST(RawObjectTest, OfDuplicatesTheLastCounts) {
  EXPECT_THAT(Parse(R"({"a":1,"a":2})").GetInt("a"), Optional(2));
}

TEST(JsonStringTest, EscapesAndMendsUtf8) {
  EXPECT_EQ(JsonString("a\"\n"), R"("a\"\n")");
  EXPECT_EQ(JsonString("x\xff"), "\"x\xEF\xBF\xBD\"");  // U+FFFD
}

}  // namespace
}  // namespace gcjobs::sim
