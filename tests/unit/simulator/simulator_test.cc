#include "tests/simulator/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/fakes/temp_dir.h"
#include "tests/unit/simulator/sim_harness.h"

namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::SizeIs;

constexpr char kAction[] = "/api/v2/integrations/actions/static_createCallback";
constexpr char kExecute[] = "/api/v2/integrations/actions/static_createCallback/execute";
constexpr char kFlowAction[] = "/api/v2/flows/flow-demo/dataactions/fda-rest-object";

std::vector<sim::RawObject> LogOf(SimHarness* sim, int after = 0) {
  const sim::Reply reply =
      sim->Send(SimHarness::Request("GET", absl::StrCat("/__sim/log?after=", after)));
  std::vector<sim::RawObject> lines;
  for (absl::string_view line : absl::StrSplit(reply.response.body, '\n', absl::SkipEmpty())) {
    lines.push_back(*sim::RawObject::Parse(line));
  }
  return lines;
}

int JobCount(SimHarness* sim) {
  return static_cast<int>(*sim->Control("GET", "/__sim/stats").GetInt("executions"));
}

// The id of an async job that runs for ever.
std::string StartEndless(SimHarness* sim) {
  const sim::Reply reply =
      sim->Call("POST", kExecute, R"({"async":true,"parameters":{"$sim":{"outcome":"never"}}})");
  return SimHarness::Json(reply).GetString("id").value_or("");
}

TEST(SimulatorTest, EveryAnswerHasACorrelationIdThatErrorsRepeat) {
  SimHarness sim;
  const sim::Reply reply = sim.Call("GET", "/api/v2/integrations/actions/none");
  EXPECT_THAT(SimHarness::Header(reply, "ININ-Correlation-Id"), SizeIs(36));
  EXPECT_EQ(reply.response.body,
            absl::StrCat(R"({"message":"The requested resource was not found.","code":"not.found",)"
                         R"("status":404,"contextId":")",
                         SimHarness::Header(reply, "ININ-Correlation-Id"),
                         R"(","details":[],"errors":[]})"));
  EXPECT_NE(SimHarness::Header(sim.Call("GET", kAction), "ININ-Correlation-Id"), "");
}

TEST(SimulatorTest, UnknownPathsAndMethodsAreRefused) {
  SimHarness sim;
  EXPECT_EQ(sim.Call("GET", "/api/v2/nothing").response.status, 404);
  EXPECT_EQ(sim.Call("GET", "/elsewhere").response.status, 404);
  EXPECT_EQ(sim.Call("PUT", kAction, "{}").response.status, 405);
  EXPECT_EQ(sim.Send(SimHarness::Request("GET", "/api/v2/nothing")).response.status, 401);
}

TEST(SimulatorTest, ABodyThatIsNoJsonMediaTypeIs415) {
  SimHarness sim;
  sim::ApiRequest request = SimHarness::Request("POST", kExecute, "{}");
  request.headers["authorization"] = absl::StrCat("Bearer ", sim.NewToken());
  request.headers["content-type"] = "text/plain";
  const sim::Reply reply = sim.Send(request);
  EXPECT_EQ(reply.response.status, 415);
  EXPECT_THAT(reply.response.body, HasSubstr(R"("code":"unsupported.media.type")"));
  request.headers["content-type"] = "application/json; charset=utf-8";
  EXPECT_NE(sim.Send(request).response.status, 415);
}

TEST(SimulatorTest, ABodyOverTheLimitIs413) {
  SimHarness sim;
  const sim::Reply reply =
      sim.Call("POST", kExecute, std::string(sim::Simulator::kMaxRequestBytes + 1, ' '));
  EXPECT_EQ(reply.response.status, 413);
  EXPECT_THAT(reply.response.body, HasSubstr(R"("messageParams":{"maximumBytes":"512000"})"));
}

TEST(SimulatorTest, TheRateLimitCanBeChangedAndSwitchedOff) {
  SimHarness sim;
  sim.Control("POST", "/__sim/rate-limit", R"({"limit":1})");
  sim.Call("GET", kAction);
  EXPECT_EQ(sim.Call("GET", kAction).response.status, 429);
  sim.Control("POST", "/__sim/rate-limit", R"({"limit":0})");
  const sim::Reply free = sim.Call("GET", kAction);
  EXPECT_EQ(free.response.status, 200);
  EXPECT_EQ(SimHarness::Header(free, "inin-ratelimit-count"), "");
  EXPECT_THAT(sim.Control("POST", "/__sim/rate-limit", R"({"limit":-1})").GetInt("status"),
              Optional(400));
}

TEST(SimulatorTest, AFaultBeforeTheRequestLeavesNoTrace) {
  SimHarness sim;
  sim.Control("POST", "/__sim/faults",
              R"({"method":"POST","route":"/api/v2/integrations/actions/*/execute","status":503})");
  EXPECT_EQ(sim.Call("POST", kExecute, R"({"async":true})").response.status, 503);
  EXPECT_EQ(JobCount(&sim), 0);
  EXPECT_EQ(sim.Call("POST", kExecute, R"({"async":true})").response.status, 202);
}

TEST(SimulatorTest, AFaultAfterTheRequestLosesTheAnswerAlone) {
  SimHarness sim;
  sim.Control("POST", "/__sim/faults", R"({"route":"**/execute","when":"after","reset":true})");
  const sim::Reply reply = sim.Call("POST", kExecute, R"({"async":true})");
  EXPECT_TRUE(reply.reset);
  EXPECT_EQ(JobCount(&sim), 1);
  const sim::RawObject line = LogOf(&sim).back();
  EXPECT_THAT(line.GetInt("status"), Optional(0));
  EXPECT_THAT(line.GetString("fault"), Optional(std::string("fault-1")));
  EXPECT_THAT(line.GetString("execution_id"), Optional(SizeIs(36)));
}

TEST(SimulatorTest, ADelayPassesInRealTimeWhateverTheSpeed) {
  sim::SimulatorOptions options;
  options.speed = 100;
  SimHarness sim(options);
  sim.Call("GET", kAction);
  for (const char* when : {"before", "after"}) {
    sim.Control("POST", "/__sim/faults", absl::StrCat(R"({"delay":"500ms","when":")", when, "\"}"));
    const absl::Time start = sim.clock().MonotonicNow();
    EXPECT_EQ(sim.Call("GET", kAction).response.status, 200);
    EXPECT_EQ(sim.clock().MonotonicNow() - start, absl::Milliseconds(500)) << when;
  }
}

TEST(SimulatorTest, AFaultCanHitTheTokenEndpoint) {
  SimHarness sim;
  sim.Control("POST", "/__sim/faults", R"({"route":"/oauth/token","status":500})");
  EXPECT_EQ(sim.RequestToken("bWU6c2VjcmV0").response.status, 500);
  EXPECT_EQ(sim.RequestToken("bWU6c2VjcmV0").response.status, 200);
}

TEST(SimulatorTest, FaultsAreListedAndDisarmed) {
  SimHarness sim;
  EXPECT_THAT(sim.Control("POST", "/__sim/faults", R"({"status":500})").GetString("id"),
              Optional(std::string("fault-1")));
  EXPECT_THAT(*sim.Control("GET", "/__sim/faults").Find("faults"), HasSubstr("fault-1"));
  sim.Control("DELETE", "/__sim/faults");
  EXPECT_EQ(sim.Call("GET", kAction).response.status, 200);
  EXPECT_THAT(sim.Control("POST", "/__sim/faults", R"({"statu":500})").GetInt("status"),
              Optional(400));
}

TEST(SimulatorTest, AnotherWriterComesBetweenReadAndWriteTwice) {
  SimHarness sim;
  sim.Control("POST", "/__sim/faults", R"({"method":"PUT","count":2,"conflict":true})");
  for (int i = 0; i < 2; ++i) {
    const std::string read = sim.Call("GET", kFlowAction).response.body;
    EXPECT_EQ(sim.Call("PUT", kFlowAction, read).response.status, 409);
  }
  const sim::RawObject read = SimHarness::Json(sim.Call("GET", kFlowAction));
  EXPECT_THAT(read.GetString("description"), Optional(std::string("changed at version 2")));
  EXPECT_EQ(sim.Call("PUT", kFlowAction, read.ToString()).response.status, 200);
}

TEST(SimulatorTest, ATouchChangesWhatItIsTold) {
  SimHarness sim;
  const sim::RawObject touched = sim.Control("POST", "/__sim/actions/static_createCallback/touch",
                                             R"({"set":{"name":"Other","x":1.10}})");
  EXPECT_THAT(touched.GetString("name"), Optional(std::string("Other")));
  EXPECT_EQ(*touched.Find("x"), "1.10");
  EXPECT_THAT(touched.GetInt("version"), Optional(2));
  EXPECT_TRUE(sim.Control("POST", "/__sim/actions/fda-lambda/touch").Has("description"));
  EXPECT_THAT(sim.Control("POST", "/__sim/actions/none/touch").GetInt("status"), Optional(404));
  EXPECT_THAT(
      sim.Control("POST", "/__sim/actions/fda-lambda/touch", R"({"set":1})").GetInt("status"),
      Optional(400));
}

TEST(SimulatorTest, JobsCanBeSteeredWhileTheyRun) {
  SimHarness sim;
  const std::string id = StartEndless(&sim);
  const std::string job = "/__sim/jobs/" + id;
  const auto poll = [&] { return sim.Call("GET", absl::StrCat(kAction, "/executions/", id)); };
  sim.Control("POST", job, R"({"status":"Paused"})");
  EXPECT_THAT(poll().response.body, HasSubstr(R"("status":"Paused")"));
  sim.Control("POST", job, R"({"status":null})");
  EXPECT_THAT(poll().response.body, Not(HasSubstr("Paused")));
  sim.Control("POST", job, R"({"finish":"completed","result":{"n": 1.10}})");
  EXPECT_THAT(poll().response.body, HasSubstr(R"("result":{"n": 1.10})"));
  sim.Control("POST", job, R"({"forget":true})");
  EXPECT_EQ(poll().response.status, 404);
}

TEST(SimulatorTest, BadChangesOfJobsAreRefused) {
  SimHarness sim;
  const std::string job = "/__sim/jobs/" + StartEndless(&sim);
  for (const char* change : {"{}", "[]", R"({"finish":"well"})", R"({"status":1})"}) {
    EXPECT_THAT(sim.Control("POST", job, change).GetInt("status"), Optional(400)) << change;
  }
  EXPECT_THAT(sim.Control("POST", "/__sim/jobs/none", R"({"forget":true})").GetInt("status"),
              Optional(404));
}

TEST(SimulatorTest, TheLogTellsWhatWasAskedButNoSecret) {
  SimHarness sim;
  const std::string token = sim.NewToken();
  sim.set_token(token);
  sim.Call("POST", std::string(kExecute) + "?flatten=true", R"({"async":true})");
  const std::vector<sim::RawObject> log = LogOf(&sim);
  ASSERT_EQ(log.size(), 2u);
  EXPECT_THAT(log[0].GetString("route"), Optional(std::string("token")));
  EXPECT_THAT(log[0].GetString("request_body"), Optional(std::string()));
  EXPECT_THAT(log[1].GetInt("seq"), Optional(2));
  EXPECT_EQ(*log[1].Find("time"), "1700000000.000000");
  EXPECT_THAT(log[1].GetString("class"), Optional(std::string("submit")));
  EXPECT_THAT(log[1].GetString("path"), Optional(std::string(kExecute)));
  EXPECT_THAT(log[1].GetString("query"), Optional(std::string("flatten=true")));
  EXPECT_THAT(log[1].GetString("client"), Optional(std::string("me")));
  EXPECT_THAT(log[1].GetString("action_id"), Optional(std::string("static_createCallback")));
  EXPECT_THAT(log[1].GetString("request_body"), Optional(std::string(R"({"async":true})")));
  EXPECT_THAT(log[1].GetInt("rate_count"), Optional(1));
  EXPECT_THAT(log[1].GetInt("status"), Optional(202));
  EXPECT_THAT(log[1].ToString(), Not(HasSubstr(token)));
  EXPECT_THAT(LogOf(&sim, 1), SizeIs(1));
  EXPECT_THAT(LogOf(&sim, 2), SizeIs(0));
  EXPECT_THAT(LogOf(&sim, 99), SizeIs(0));
}

TEST(SimulatorTest, TheLogFileHasTheSameLines) {
  sim::SimulatorOptions options;
  const testing::TempDir dir;
  options.log_path = dir.File("log.jsonl");
  SimHarness sim(options);
  sim.Call("GET", kAction);
  std::ifstream file(options.log_path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), sim.Send(SimHarness::Request("GET", "/__sim/log")).response.body);
}

TEST(SimulatorTest, ControlIsOutsideOfTokenLimitFaultsAndLog) {
  sim::SimulatorOptions options;
  options.rate_limit = 1;
  SimHarness sim(options);
  sim.Control("POST", "/__sim/faults", R"({"count":0,"status":500})");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(sim.Control("GET", "/__sim/stats").Has("requests"));
  EXPECT_THAT(sim.Control("GET", "/__sim/stats").GetInt("requests"), Optional(0));
  EXPECT_THAT(sim.Control("GET", "/__sim/nothing").GetInt("status"), Optional(404));
  EXPECT_THAT(sim.Control("PUT", "/__sim/stats").GetInt("status"), Optional(405));
}

TEST(SimulatorTest, StatsCountByRouteAndStatus) {
  SimHarness sim;
  sim.Call("GET", kAction);
  sim.Call("GET", "/api/v2/integrations/actions/none");
  const sim::RawObject stats = sim.Control("GET", "/__sim/stats");
  EXPECT_THAT(stats.GetObject("byRoute")->GetInt("get_action"), Optional(2));
  EXPECT_THAT(stats.GetObject("byStatus")->GetInt("404"), Optional(1));
  EXPECT_THAT(stats.GetInt("tokensIssued"), Optional(1));
}

TEST(SimulatorTest, BadOptionsAreRefused) {
  FakeClock clock;
  AdvancingWaiter waiter(&clock);
  sim::SimulatorOptions options;
  options.speed = 0;
  EXPECT_FALSE(sim::Simulator::Create(options, &clock, &waiter).ok());
  options.speed = 1;
  options.log_path = "/nonexistent/dir/log";
  EXPECT_FALSE(sim::Simulator::Create(options, &clock, &waiter).ok());
  options.log_path = "";
  options.action_durations = {{"nobody", *sim::DurationLaw::Parse("constant:1")}};
  EXPECT_EQ(sim::Simulator::Create(options, &clock, &waiter).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace gcjobs::testing
