#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/grpc_status.h"
#include "common/json.h"
#include "common/utf8.h"
#include "tests/fakes/odd_json.h"
#include "tests/integration/support/cli.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// One odd value hides nothing beside it: in each kind of answer, and in what clients
// send.

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::OddValue;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::SteeredQuery;
using ::gcjobs::testing::System;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The fault's answer as JSON escapes of its bytes; what is not UTF-8 cannot be
// spelt so, and is left to the unit tests.
std::string FaultBody(const std::string& body) { return JsonQuote(body); }

std::string Around(const std::string& members, const std::string& odd) {
  return absl::StrCat(R"({"first":)", odd, ",", members, R"(,"last":[)", odd, "]}");
}

class OddJsonTest : public ::testing::TestWithParam<OddValue> {
 protected:
  const std::string& odd() const { return GetParam().json; }
  void Fault(const std::string& method, const std::string& route, int status,
             const std::string& body) {
    system_.simulator().AddFault(absl::StrCat(R"({"method":")", method, R"(","route":")", route,
                                              R"(","count":1,"when":"after","status":)", status,
                                              R"(,"body":)", FaultBody(body), "}"));
  }

  System system_;
};

TEST_P(OddJsonTest, AStatusIsSeen) {
  const auto job = system_.Submit(Steered(R"({"queued":"0s","duration":"1s"})"));
  ASSERT_THAT(job, IsOk());
  Fault("GET", "**/executions/*", 200,
        absl::StrCat(R"({"id":"e","result":{"note":)", odd(), R"(},"status":"completed"})"));
  const v1::Job ended = system_.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(ended.poll_count(), 1);
  EXPECT_EQ(ended.result_json(), absl::StrCat(R"({"note":)", odd(), "}"));
  EXPECT_FALSE(ended.bytes_replaced());
}

TEST_P(OddJsonTest, AReceiptIsSeen) {
  Fault("POST", "**/execute", 202, Around(R"("id":"e-1","status":"pending")", odd()));
  const auto job = system_.Submit(Steered("{}"));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_PENDING);
  EXPECT_EQ(job->upstream_id(), "e-1");
}

TEST_P(OddJsonTest, ADirectActionRunsOnce) {
  v1::SubmitActionRequest request = Steered(R"({"duration":"0s"})");
  request.set_mode(v1::ACTION_MODE_DIRECT);
  request.mutable_options()->set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  Fault("POST", "**/execute", 200, odd());
  const auto job = system_.Submit(request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job->result_json(), odd());
  EXPECT_THAT(system_.simulator().Submissions(), SizeIs(1));
}

TEST_P(OddJsonTest, AListShowsAllActions) {
  Fault("GET", "/api/v2/integrations/actions", 200,
        absl::StrCat(R"({"entities":[{"id":"a-1","name":)", odd(),
                     R"(},{"id":"a-2","name":"Two"}],"pageCount":1})"));
  grpc::ClientContext context;
  v1::ListActionsResponse response;
  ASSERT_TRUE(system_.actions().ListActions(&context, {}, &response).ok());
  ASSERT_EQ(response.actions_size(), 2);
  EXPECT_EQ(response.actions(0).id(), "a-1");
  EXPECT_EQ(response.actions(1).name(), "Two");
}

TEST_P(OddJsonTest, ARefusalTellsWhy) {
  Fault("POST", "**/execute", 400,
        Around(R"("code":"bad.request","message":"No such field")", odd()));
  const auto job = system_.Submit(Steered("{}"));
  ASSERT_THAT(job, StatusIs(absl::StatusCode::kInvalidArgument, "GENESYS_BAD_REQUEST"));
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("No such field"));
}

TEST_P(OddJsonTest, AResultsPageIsPassedOn) {
  const auto job = system_.Submit(
      SteeredQuery(v1::QUERY_ENDPOINT_JOBS, R"({"queued":"0s","duration":"0s","pages":1})"));
  ASSERT_THAT(job, IsOk());
  system_.AwaitEnd(job->id());
  Fault("GET", "**/results", 200,
        Around(absl::StrCat(R"("conversations":[{"note":)", odd(), "}]"), odd()));
  const System::Results results = system_.ReadResults(job->id());
  ASSERT_THAT(results.status, IsOk());
  EXPECT_EQ(results.pages[0].items_json(), absl::StrCat(R"([{"note":)", odd(), "}]"));
}

// What JSON's grammar does not allow is said to whoever sent it.
TEST_P(OddJsonTest, WhatClientsSendTravelsAsItIsIfTheGrammarAllowsIt) {
  v1::SubmitActionRequest request;
  request.set_action_id(testing::kActionId);
  const std::string parameters = absl::StrCat(R"({"note":)", odd(), "}");
  const bool is_json = ValidateJson(odd(), {1 << 20, JsonLimits::kAnyDepth}).ok();
  // The simulator reads less than it should.
  system_.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","count":0,"status":202,"body":"{\"id\":\"e\"}"})");
  for (const char* mark : {"", "\xEF\xBB\xBF"}) {
    request.set_parameters_json(mark + parameters);
    const auto job = system_.Submit(request);
    if (!is_json) {
      EXPECT_THAT(job, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
      continue;
    }
    ASSERT_THAT(job, IsOk());
    EXPECT_EQ(system_.simulator().Submissions().back().body,
              absl::StrCat(R"({"async":true,"parameters":)", parameters, "}"));
  }
  const testing::Ended cli = testing::RunCli(
      {system_.address(),
       {"submit", "action", testing::kActionId, "--params-file", "-", "--wait", "0s"},
       "\xEF\xBB\xBF" + parameters,
       {}});
  EXPECT_EQ(cli.code, is_json ? 0 : 2) << cli.errors;
}

std::vector<OddValue> Utf8Values() {
  std::vector<OddValue> values;
  for (OddValue& value : testing::OddValues()) {
    const bool is_plain = IsValidUtf8(value.json) && !absl::StrContains(value.json, '\0');
    if (is_plain) values.push_back(std::move(value));
  }
  return values;
}

INSTANTIATE_TEST_SUITE_P(All, OddJsonTest, ::testing::ValuesIn(Utf8Values()),
                         [](const auto& odd) { return std::string(odd.param.name); });

}  // namespace
}  // namespace gcjobs
