#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/action_catalog.h"
#include "tests/unit/simulator/sim_harness.h"

namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

std::string Path(int well_known, absl::string_view rest) {
  return absl::StrCat("/api/v2/integrations/actions/", sim::WellKnownActionId(well_known), "/",
                      rest);
}

class ActionExecutionsTest : public ::testing::Test {
 protected:
  // Starts an async job of "Look Up Customer" steered by `directive`; its id.
  std::string Start(absl::string_view directive) {
    const sim::Reply reply =
        sim_.Call("POST", Path(1, "execute"),
                  absl::StrCat(R"({"async":true,"parameters":{"$sim":)", directive, "}}"));
    EXPECT_EQ(reply.response.status, 202) << reply.response.body;
    return SimHarness::Json(reply).GetString("id").value_or("");
  }
  sim::RawObject Poll(const std::string& id) {
    return SimHarness::Json(sim_.Call("GET", Path(1, "executions/" + id)));
  }
  std::string Status(const std::string& id) { return Poll(id).GetString("status").value_or(""); }

  SimHarness sim_;
};

TEST_F(ActionExecutionsTest, AnAsyncJobRunsAndEndsWithItsResultByteForByte) {
  const std::string id =
      Start(R"({"queued":"1s","duration":"2s","result":{ "id":12345678901234567890, "d":1.10 }})");
  EXPECT_EQ(Status(id), "QUEUED");
  sim_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(Status(id), "RUNNING");
  EXPECT_FALSE(Poll(id).Has("result"));
  sim_.clock().Advance(absl::Seconds(2));
  EXPECT_EQ(Status(id), "COMPLETED");
  EXPECT_EQ(*Poll(id).Find("result"), R"({ "id":12345678901234567890, "d":1.10 })");
}

TEST_F(ActionExecutionsTest, AFailedJobHasItsMessage) {
  const std::string id =
      Start(R"({"queued":"0s","duration":"0s","outcome":"failed","message":"out of stock"})");
  EXPECT_EQ(Status(id), "FAILED");
  EXPECT_THAT(Poll(id).GetObject("error")->GetString("message"),
              Optional(std::string("out of stock")));
  EXPECT_FALSE(Poll(id).Has("result"));
}

TEST_F(ActionExecutionsTest, StatusesAreSpeltAsAsked) {
  const std::string id =
      Start(R"({"queued":"1s","duration":"1s","statuses":["accepted","in progress","Success"]})");
  EXPECT_EQ(Status(id), "accepted");
  sim_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(Status(id), "in progress");
  sim_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(Status(id), "Success");
}

TEST_F(ActionExecutionsTest, ParametersAreOptional) {
  EXPECT_EQ(sim_.Call("POST", Path(1, "execute"), R"({"async":true})").response.status, 202);
}

TEST_F(ActionExecutionsTest, UnknownJobsAndJobsOfOtherActionsAreNotFound) {
  const std::string id = Start("{}");
  EXPECT_EQ(sim_.Call("GET", Path(1, "executions/none")).response.status, 404);
  EXPECT_EQ(sim_.Call("GET", Path(2, "executions/" + id)).response.status, 404);
}

TEST_F(ActionExecutionsTest, BadExecutionsAreRefused) {
  for (const char* body : {"", "{", "[]", R"({"async":true,"parameters":[]})",
                           R"({"async":true,"parameters":{"$sim":{"durration":"1s"}}})"}) {
    EXPECT_EQ(sim_.Call("POST", Path(1, "execute"), body).response.status, 400) << body;
  }
  EXPECT_EQ(sim_.Call("POST", "/api/v2/integrations/actions/none/execute", "{}").response.status,
            404);
  EXPECT_EQ(*sim_.Control("GET", "/__sim/jobs").Find("jobs"), "[]");
}

TEST_F(ActionExecutionsTest, ADirectCallEndsAtTheActionsTimeout) {
  const absl::Time start = sim_.clock().MonotonicNow();
  const sim::Reply reply = sim_.Call("POST", Path(1, "execute"), R"({"$sim":{"duration":"4s"}})");
  EXPECT_EQ(reply.response.status, 504);
  EXPECT_THAT(reply.response.body, HasSubstr(R"("code":"request.timeout")"));
  EXPECT_EQ(sim_.clock().MonotonicNow() - start, absl::Seconds(3));
}

TEST_F(ActionExecutionsTest, AnActionWithoutTimeoutHasSixtySeconds) {
  const absl::Time start = sim_.clock().MonotonicNow();
  const sim::Reply reply =
      sim_.Call("POST", "/api/v2/integrations/actions/static_createCallback/execute",
                R"({"$sim":{"outcome":"never"}})");
  EXPECT_EQ(reply.response.status, 504);
  EXPECT_EQ(sim_.clock().MonotonicNow() - start, absl::Seconds(60));
}

TEST_F(ActionExecutionsTest, ADirectExecutionCannotBePolled) {
  sim_.Call("POST", Path(4, "execute"), "{}");
  const sim::RawObject jobs = sim_.Control("GET", "/__sim/jobs");
  const sim::RawObject job =
      *sim::RawObject::Parse(jobs.Find("jobs")->substr(1, jobs.Find("jobs")->size() - 2));
  EXPECT_THAT(job.GetString("mode"), Optional(std::string("direct")));
  EXPECT_EQ(sim_.Call("GET", Path(4, "executions/" + *job.GetString("id"))).response.status, 404);
}

TEST_F(ActionExecutionsTest, TheWellKnownActionsBehaveAsNamed) {
  const auto start = [&](int n) {
    return *SimHarness::Json(sim_.Call("POST", Path(n, "execute"), R"({"async":true})"))
                .GetString("id");
  };
  const auto status = [&](int n, const std::string& id) {
    return *SimHarness::Json(sim_.Call("GET", Path(n, "executions/" + id))).GetString("status");
  };
  const std::string declined = start(2);
  const std::string slow = start(3);
  const std::string endless = start(6);
  sim_.clock().Advance(absl::Seconds(5));
  EXPECT_EQ(status(2, declined), "FAILED");
  EXPECT_EQ(status(3, slow), "RUNNING");
  sim_.clock().Advance(absl::Hours(10));
  EXPECT_EQ(status(3, slow), "COMPLETED");
  EXPECT_EQ(status(6, endless), "RUNNING");
}

TEST(ExecutionIdFieldTest, TheIdIsWhereTheOptionSays) {
  const auto accepted = [](sim::ExecutionIdField field) {
    sim::SimulatorOptions options;
    options.execution_id_field = field;
    SimHarness sim(options);
    return sim.Call("POST", Path(1, "execute"), R"({"async":true})");
  };
  using Field = sim::ExecutionIdField;
  EXPECT_TRUE(SimHarness::Json(accepted(Field::kExecutionId)).Has("executionId"));
  EXPECT_TRUE(SimHarness::Json(accepted(Field::kJobId)).Has("jobId"));
  const sim::Reply located = accepted(Field::kLocation);
  EXPECT_FALSE(SimHarness::Json(located).Has("id"));
  EXPECT_TRUE(absl::StartsWith(SimHarness::Header(located, "Location"), Path(1, "executions/")));
}

}  // namespace
}  // namespace gcjobs::testing
