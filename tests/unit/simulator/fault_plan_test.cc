#include "tests/simulator/fault_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gcjobs::sim {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<Fault> Parse(absl::string_view json) { return ParseFault(*RawObject::Parse(json)); }

TEST(ParseFaultTest, ReadsEveryMember) {
  const Fault fault = *Parse(
      R"({"id":"f","method":"POST","route":"/a/*","skip":2,"count":3,"when":"after",)"
      R"("delay":"500ms","status":503,"headers":{"Retry-After":"2"},"body":"x","reset":true,)"
      R"("truncate":4,"conflict":true})");
  EXPECT_EQ(fault.id, "f");
  EXPECT_EQ(fault.method, "POST");
  EXPECT_EQ(fault.route, "/a/*");
  EXPECT_EQ(fault.skip, 2);
  EXPECT_EQ(fault.count, 3);
  EXPECT_EQ(fault.when, Fault::When::kAfter);
  EXPECT_EQ(fault.delay, absl::Milliseconds(500));
  EXPECT_EQ(fault.status, 503);
  ASSERT_EQ(fault.headers.size(), 1u);
  EXPECT_EQ(fault.headers[0].first, "Retry-After");
  EXPECT_EQ(fault.headers[0].second, "2");
  EXPECT_EQ(fault.body, "x");
  EXPECT_TRUE(fault.reset);
  EXPECT_EQ(fault.truncate_at, 4u);
  EXPECT_TRUE(fault.conflict);
}

TEST(ParseFaultTest, FillMakesABodyOfThatSize) {
  EXPECT_EQ(Parse(R"({"status":200,"fill":7})")->body, "xxxxxxx");
}

TEST(ParseFaultTest, RejectsWrongAndUnknownMembers) {
  for (const char* json :
       {R"({"statsu":503})", R"({"status":"503"})", R"({"status":99})", R"({"count":-1})",
        R"({"count":1.5})", R"({"when":"during"})", R"({"delay":"soon"})", R"({"delay":"-1s"})",
        R"({"headers":["x"]})", R"({"headers":{"x":1}})", R"({"reset":1})", R"({"method":1})",
        R"({"truncate":5})", R"({"fill":1,"body":"x"})", R"({"fill":999999999})"}) {
    EXPECT_EQ(Parse(json).status().code(), absl::StatusCode::kInvalidArgument) << json;
  }
}

TEST(FaultPlanTest, SkipsThenHitsThenLetsPass) {
  FaultPlan plan;
  plan.Add(*Parse(R"({"method":"GET","route":"/a/*","skip":1,"count":2,"status":500})"));
  EXPECT_FALSE(plan.Take("POST", "/a/1"));
  EXPECT_FALSE(plan.Take("GET", "/b/1"));
  EXPECT_FALSE(plan.Take("GET", "/a/1"));  // the skipped one
  EXPECT_TRUE(plan.Take("GET", "/a/1"));
  EXPECT_TRUE(plan.Take("GET", "/a/2"));
  EXPECT_FALSE(plan.Take("GET", "/a/3"));
}

TEST(FaultPlanTest, CountZeroHitsForEver) {
  FaultPlan plan;
  plan.Add(*Parse(R"({"count":0,"status":500})"));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(plan.Take("GET", "/a"));
}

TEST(FaultPlanTest, TheFirstThatIsNotUsedUpWins) {
  FaultPlan plan;
  EXPECT_EQ(plan.Add(*Parse(R"({"status":500})")), "fault-1");
  plan.Add(*Parse(R"({"id":"second","status":503})"));
  EXPECT_EQ(plan.Take("GET", "/a")->id, "fault-1");
  EXPECT_EQ(plan.Take("GET", "/a")->id, "second");
  EXPECT_THAT(plan.ToJson(), HasSubstr(R"("id":"second")"));
  EXPECT_THAT(plan.ToJson(), HasSubstr(R"("hit":1)"));
  plan.Clear();
  EXPECT_EQ(plan.ToJson(), "[]");
}

TEST(ApplyFaultTest, AStatusBringsItsUsualErrorBody) {
  const Reply reply =
      ApplyFault(*Parse(R"({"status":503,"headers":{"Retry-After":"2"}})"), std::nullopt, "ctx");
  EXPECT_EQ(reply.response.status, 503);
  EXPECT_THAT(reply.response.body, HasSubstr(R"("code":"service.unavailable")"));
  EXPECT_THAT(reply.response.body, HasSubstr(R"("contextId":"ctx")"));
  EXPECT_EQ(reply.response.headers.at(0).second, "2");
}

TEST(ApplyFaultTest, AfterKeepsWhatTheFaultDoesNotName) {
  ApiResponse original;
  original.status = 202;
  original.body = R"({"id":"1"})";
  const Reply changed = ApplyFault(
      *Parse(R"({"when":"after","body":"<html>","headers":{"content-type":"text/html"}})"),
      original, "ctx");
  EXPECT_EQ(changed.response.status, 202);
  EXPECT_EQ(changed.response.body, "<html>");
  EXPECT_EQ(changed.response.content_type, "text/html");
  const Reply lost = ApplyFault(*Parse(R"({"when":"after","reset":true})"), original, "ctx");
  EXPECT_TRUE(lost.reset);
}

TEST(FaultTest, BeforeMeansThatTheRequestHasNoEffect) {
  EXPECT_FALSE(Parse(R"({"status":500})")->LetsPass());
  EXPECT_FALSE(Parse(R"({"reset":true})")->LetsPass());
  EXPECT_TRUE(Parse(R"({"status":500,"when":"after"})")->LetsPass());
  EXPECT_TRUE(Parse(R"({"delay":"1s"})")->LetsPass());
  EXPECT_TRUE(Parse(R"({"conflict":true})")->LetsPass());
}

}  // namespace
}  // namespace gcjobs::sim
