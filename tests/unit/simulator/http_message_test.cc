#include "tests/simulator/http_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulator/glob.h"
#include "tests/simulator/router.h"

namespace gcjobs::sim {
namespace {

using ::testing::ElementsAre;

TEST(PercentDecodeTest, DecodesEscapesAndLeavesTheRest) {
  EXPECT_EQ(PercentDecode("a%20b+c%2Fd", PlusSign::kLiteral), "a b+c/d");
  EXPECT_EQ(PercentDecode("a+b", PlusSign::kSpace), "a b");
  EXPECT_EQ(PercentDecode("%", PlusSign::kLiteral), "%");
  EXPECT_EQ(PercentDecode("%4", PlusSign::kLiteral), "%4");
  EXPECT_EQ(PercentDecode("%zz%41", PlusSign::kLiteral), "%zzA");
}

TEST(PercentEncodeTest, DecodeUndoesIt) {
  EXPECT_EQ(PercentEncode("a b/\xc3\xa9"), "a%20b%2F%C3%A9");
  EXPECT_EQ(PercentDecode(PercentEncode("a+b&c=%"), PlusSign::kSpace), "a+b&c=%");
}

TEST(ParseQueryTest, DecodesPairs) {
  const QueryParams params = ParseQuery("a=1&b=x%20y&flag&c=a%3Db&&a=2");
  EXPECT_EQ(FindParam(params, "a"), "2");
  EXPECT_EQ(FindParam(params, "b"), "x y");
  EXPECT_EQ(FindParam(params, "flag"), "");
  EXPECT_EQ(FindParam(params, "c"), "a=b");
  EXPECT_EQ(FindParam(params, "d"), std::nullopt);
}

TEST(SplitPathTest, AnEncodedSlashIsPartOfItsSegment) {
  EXPECT_THAT(SplitPath("/api/a%2Fb/c"), ElementsAre("api", "a/b", "c"));
}

TEST(GlobTest, OneStarStaysInItsSegment) {
  EXPECT_TRUE(GlobMatches("/a/*/execute", "/a/x-1/execute"));
  EXPECT_FALSE(GlobMatches("/a/*/execute", "/a/x/y/execute"));
  EXPECT_FALSE(GlobMatches("/a/*/execute", "/a/x/executed"));
  EXPECT_TRUE(GlobMatches("/a/x*z", "/a/xyz"));
  EXPECT_FALSE(GlobMatches("/a/x", "/a/xy"));
}

TEST(GlobTest, TwoStarsCrossSegments) {
  EXPECT_TRUE(GlobMatches("**", "/any/thing"));
  EXPECT_TRUE(GlobMatches("/api/**/dataactions/*", "/api/v2/flows/f/dataactions/d"));
  EXPECT_FALSE(GlobMatches("/api/**/x", "/api/v2/y"));
}

Route MakeRoute(const char* method, const char* pattern, const char* name) {
  return {method, pattern, name, RouteClass::kRead, nullptr};
}

TEST(RouterTest, FindsRouteAndDecodesItsNames) {
  Router router;
  router.Add(MakeRoute("GET", "/actions/{id}/executions/{job}", "poll"));
  const Router::Found found = router.Match("GET", "/actions/a%2Fb/executions/7");
  ASSERT_NE(found.route, nullptr);
  EXPECT_EQ(found.route->name, "poll");
  EXPECT_EQ(found.path.at("id"), "a/b");
  EXPECT_EQ(found.path.at("job"), "7");
}

TEST(RouterTest, ALiteralSegmentWinsWhateverTheOrder) {
  Router router;
  router.Add(MakeRoute("GET", "/flows/{id}", "one"));
  router.Add(MakeRoute("GET", "/flows/dataactions", "list"));
  EXPECT_EQ(router.Match("GET", "/flows/dataactions").route->name, "list");
  EXPECT_EQ(router.Match("HEAD", "/flows/x").route->name, "one");
}

TEST(RouterTest, TellsAWrongMethodFromAWrongPath) {
  Router router;
  router.Add(MakeRoute("GET", "/a/{id}", "get"));
  EXPECT_EQ(router.Match("PUT", "/a/1").route, nullptr);
  EXPECT_TRUE(router.Match("PUT", "/a/1").path_exists);
  EXPECT_FALSE(router.Match("GET", "/a/").path_exists);
  EXPECT_FALSE(router.Match("GET", "/a/1/2").path_exists);
}

}  // namespace
}  // namespace gcjobs::sim
