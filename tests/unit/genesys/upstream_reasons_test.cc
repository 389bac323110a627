#include "server/genesys/upstream_reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

using ::testing::EndsWith;

UpstreamReasons At(const std::string& json, const JsonPath& path) {
  UpstreamReasons reasons;
  reasons.Collect(*JsonValue::Parse(json), path);
  return reasons;
}

std::string Joined(const std::string& json, const JsonPath& path) { return At(json, path).Join(); }

TEST(UpstreamReasonsTest, AllMessagesOfAllErrorsAreJoined) {
  EXPECT_EQ(Joined(R"({"errors":[{"message":"no x"},{"message":"no y"}]})", {"errors", "message"}),
            "no x; no y");
  EXPECT_EQ(Joined(R"({"errors":[{"message":"no x"},{"code":"no.y"}]})", {"errors"}), "no x; no.y");
  EXPECT_EQ(Joined(R"({"errors":["no x","no y"]})", {"errors"}), "no x; no y");
  EXPECT_EQ(Joined(R"({"errorMessage":"no x"})", {"errorMessage"}), "no x");
}

// A flow's export tells first what it did, and then why it could not.
TEST(UpstreamReasonsTest, TheSecondMessageCountsToo) {
  EXPECT_EQ(Joined(R"({"messages":[{"text":"Exporting"},{"text":"Flow is locked"}]})",
                   {"messages", "text"}),
            "Exporting; Flow is locked");
}

TEST(UpstreamReasonsTest, TheFirstCodeIsKept) {
  const UpstreamReasons reasons =
      At(R"({"e":[{"message":"a"},{"message":"b","code":"c.1"},{"code":"c.2"}]})", {"e"});
  EXPECT_EQ(reasons.code(), "c.1");
  EXPECT_EQ(reasons.Join(), "a; b; c.2");
}

TEST(UpstreamReasonsTest, DetailsNameTheirFieldAndTheirEntity) {
  EXPECT_EQ(Joined(R"({"message":"Bad query","details":[
                       {"errorCode":"invalid.value","fieldName":"interval"},
                       {"errorCode":"unknown","entityName":"Support","entityId":"7"},
                       {"fieldName":"paging"}]})",
                   {}),
            "Bad query; interval: invalid.value; unknown (Support); paging");
}

TEST(UpstreamReasonsTest, ErrorsWithinErrorsAreFound) {
  EXPECT_EQ(Joined(R"({"error":{"message":"a","errors":[{"message":"b","details":[
                       {"errorCode":"c"}]}]}})",
                   {"error"}),
            "a; b; c");
}

TEST(UpstreamReasonsTest, ACountOfFailuresIsAReason) {
  EXPECT_EQ(Joined(R"({"failedCount":3})", {"failedCount"}), "failedCount: 3");
  EXPECT_EQ(Joined(R"({"failedCount":0})", {"failedCount"}), "");
  EXPECT_EQ(Joined(R"({"entities":[{"failed":true,"statusCode":404},{"failed":false,
                       "statusCode":200}]})",
                   {"entities", "statusCode"}),
            "statusCode: 404");
}

TEST(UpstreamReasonsTest, EachReasonIsToldOnce) {
  EXPECT_EQ(Joined(R"(["no x","no x","no y","no x"])", {}), "no x; no y");
}

TEST(UpstreamReasonsTest, OtherShapesTellNothing) {
  for (const char* json : {"null", "true", "7", "[]", "{}", "[1]", R"({"message":{}})",
                           R"({"message":[1]})", R"([[[[[[["deep"]]]]]]])"}) {
    EXPECT_EQ(Joined(json, {}), json[0] == '[' && json[1] == '[' ? "deep" : "") << json;
  }
  EXPECT_EQ(Joined(R"({"a":"b"})", {"a", "c"}), "");
  EXPECT_EQ(Joined(R"({"a":"b"})", {"c"}), "");
}

TEST(UpstreamReasonsTest, DepthIsBounded) {
  std::string json = R"({"message":"core"})";
  for (int i = 0; i < 100; ++i) json = absl::StrCat(R"({"errors":[)", json, "]}");
  EXPECT_EQ(Joined(json, {}), "");
  constexpr int kDeep = 200'000;
  const std::string nested = std::string(kDeep, '[') + "1" + std::string(kDeep, ']');
  EXPECT_EQ(Joined(nested, {}), "");
  EXPECT_EQ(Joined(nested, {"errors", "message"}), "");
}

TEST(UpstreamReasonsTest, LengthIsBounded) {
  std::string items = R"({"failed":true,"statusCode":500})";
  for (int i = 0; i < 200'000; ++i) items += R"(,{"failed":false})";
  EXPECT_EQ(Joined(absl::StrCat(R"({"entities":[)", items, "]}"), {"entities", "statusCode"}),
            "statusCode: 500");
}

TEST(UpstreamReasonsTest, TheWholeIsBoundedUtf8OfOneLine) {
  std::vector<std::string> texts;
  for (int i = 0; i < 10'000; ++i) texts.push_back(absl::StrCat("\"reason\\n \xC3\xA9 ", i, "\""));
  const std::string joined = Joined(absl::StrCat("[", absl::StrJoin(texts, ","), "]"), {});
  EXPECT_LE(joined.size(), 1024u);
  EXPECT_GT(joined.size(), 1000u);
  EXPECT_THAT(joined, EndsWith("..."));
  EXPECT_TRUE(IsValidUtf8(joined));
  EXPECT_EQ(joined.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace gcjobs
