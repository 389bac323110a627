#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "common/error_info.h"
#include "common/grpc_status.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "tests/integration/guides/guide_test.h"
#include "tests/integration/support/action_limits.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kFlow[] = "flow-demo";
constexpr char kAtOnce[] = R"({"queued":"0s","duration":"0s"})";

bool IsTokenRequest(const SeenRequest& request) { return request.path == "/oauth/token"; }

class DoneGuideTest : public GuideTest {
 protected:
  // The job's end, which must be that.
  v1::Job EndOf(const absl::StatusOr<v1::Job>& job, v1::JobState state) {
    EXPECT_THAT(job, IsOk());
    if (!job.ok()) return v1::Job();
    v1::Job end = system_.AwaitEnd(job->id());
    EXPECT_EQ(end.state(), state) << end.ShortDebugString();
    return end;
  }

  // A query that has ended with so many pages of two items.
  std::string FinishedQuery(int pages) {
    const auto job = system_.Submit(SteeredQuery(
        v1::QUERY_ENDPOINT_QUERY,
        absl::StrCat(R"({"queued":"0s","duration":"0s","itemsPerPage":2,"pages":)", pages, "}")));
    return EndOf(job, v1::JOB_STATE_SUCCEEDED).id();
  }

  System system_;
};

// A: asynchronous data actions.

TEST_F(DoneGuideTest, GuideA01ExecutesAsynchronouslyWithTheParameters) {
  v1::SubmitActionRequest request;
  request.set_action_id(kActionId);
  request.set_parameters_json(R"({"customerId":"c-1"})");
  ASSERT_THAT(system_.Submit(request), IsOk());
  const auto submissions = system_.simulator().Submissions();
  ASSERT_THAT(submissions, SizeIs(1));
  EXPECT_EQ(submissions[0].method, "POST");
  EXPECT_EQ(submissions[0].path,
            absl::StrCat("/api/v2/integrations/actions/", kActionId, "/execute"));
  EXPECT_EQ(submissions[0].body, R"({"async":true,"parameters":{"customerId":"c-1"}})");
}

TEST_F(GuideTest, GuideA02FindsTheExecutionIdWhereverItIs) {
  for (const char* field : {"id", "executionId", "jobId", "location"}) {
    System::Options options;
    options.simulator = {"--execution-id-field", field};
    System system(options);
    const auto job = system.Submit(Steered(kAtOnce));
    ASSERT_THAT(job, IsOk()) << field;
    EXPECT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED) << field;
  }
}

TEST_F(DoneGuideTest, GuideA03AsksForTheExecutionsStatus) {
  const v1::Job end = EndOf(system_.Submit(Steered(kAtOnce)), v1::JOB_STATE_SUCCEEDED);
  const auto polls = system_.simulator().Polls();
  ASSERT_FALSE(polls.empty());
  EXPECT_EQ(polls[0].method, "GET");
  EXPECT_EQ(polls[0].path, absl::StrCat("/api/v2/integrations/actions/", kActionId, "/executions/",
                                        end.upstream_id()));
  EndOf(system_.Submit(Steered(R"({"queued":"0s","duration":"0s","outcome":"cancelled"})")),
        v1::JOB_STATE_CANCELLED);
}

TEST_F(DoneGuideTest, GuideA04PrintsTheResultThatComesWithTheStatus) {
  const Ended ended = Run(system_, {"submit", "action", kActionId, "--params",
                                    R"({"$sim":{"queued":"0s","duration":"0s",)"
                                    R"("result":{"total":12345678901234567890}}})",
                                    "--result-only"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_THAT(ended.output, StartsWith(R"({"total":12345678901234567890})"));
}

TEST_F(DoneGuideTest, GuideA05AFailureHasItsMessage) {
  const v1::Job end =
      EndOf(system_.Submit(Steered(
                R"({"queued":"0s","duration":"0s","outcome":"failed","message":"card declined"})")),
            v1::JOB_STATE_FAILED);
  EXPECT_THAT(end.error().message(), HasSubstr("card declined"));
}

TEST_F(DoneGuideTest, GuideA06IntervalAndAttemptsAreTheCallers) {
  v1::SubmitActionRequest request = Steered(R"({"queued":"0s","duration":"10m"})");
  v1::PollPolicy* poll = request.mutable_options()->mutable_poll();
  *poll->mutable_initial_interval() = ToProto(absl::Milliseconds(300));
  *poll->mutable_max_interval() = ToProto(absl::Milliseconds(300));
  poll->set_max_attempts(3);
  EndOf(system_.Submit(request), v1::JOB_STATE_FAILED);
  const auto polls = system_.simulator().Polls();
  ASSERT_THAT(polls, SizeIs(3));
  EXPECT_NEAR(polls[2].time - polls[1].time, 0.3, 0.2);
}

TEST_F(DoneGuideTest, GuideA08RetryAfterIsHonoured) {
  system_.simulator().AddFault(
      R"({"method":"GET","route":"**/executions/*","status":429,"headers":{"Retry-After":"1"}})");
  EndOf(system_.Submit(Steered(kAtOnce)), v1::JOB_STATE_SUCCEEDED);
  const auto polls = system_.simulator().Polls();
  ASSERT_THAT(polls, SizeIs(2));
  EXPECT_EQ(polls[0].status, 429);
  EXPECT_GE(polls[1].time - polls[0].time, 0.99);
}

// Only later than half a minute after acceptance: before that it may be on its way.
TEST_F(DoneGuideTest, GuideA09AnUnknownExecutionIsNotTakenForGoneTooSoon) {
  system_.simulator().AddFault(R"({"method":"GET","route":"**/executions/*","status":404})");
  EndOf(system_.Submit(Steered(kAtOnce)), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(system_.simulator().Polls()[0].status, 404);
}

TEST_F(DoneGuideTest, GuideA10AttemptsUsedUpIsAnErrorOfItsOwn) {
  v1::SubmitActionRequest request = Steered(R"({"queued":"0s","duration":"10m"})");
  request.mutable_options()->mutable_poll()->set_max_attempts(1);
  const v1::Job end = EndOf(system_.Submit(request), v1::JOB_STATE_FAILED);
  EXPECT_THAT(FromProto(end.error()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, "POLL_ATTEMPTS_EXHAUSTED"));
}

TEST_F(DoneGuideTest, GuideA17TheTokenIsCachedAndRenewedBeforeItsEnd) {
  for (int i = 0; i < 5; ++i) ASSERT_THAT(system_.Submit(Steered(kAtOnce)), IsOk());
  EXPECT_THAT(system_.simulator().Seen(IsTokenRequest), SizeIs(1));

  System::Options options;
  options.simulator = {"--token-lifetime", "2s"};
  System short_lived(options);
  const auto job = short_lived.Submit(Steered(R"({"queued":"0s","duration":"3s"})"));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(short_lived.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(short_lived.simulator().Seen(IsTokenRequest), SizeIs(::testing::Ge(2u)));
  EXPECT_THAT(short_lived.simulator().Seen(
                  [](const SeenRequest& request) { return request.status == 401; }),
              SizeIs(0));
}

TEST_F(DoneGuideTest, GuideA20ErrorsComeInClasses) {
  const std::pair<int, absl::StatusCode> cases[] = {
      {400, absl::StatusCode::kInvalidArgument},
      {429, absl::StatusCode::kResourceExhausted},
      {503, absl::StatusCode::kUnavailable},
  };
  for (const auto& [status, code] : cases) {
    system_.simulator().AddFault(absl::StrCat(
        R"({"method":"GET","route":"/api/v2/integrations/actions*","count":1,"status":)", status,
        "}"));
    grpc::ClientContext context;
    v1::ListActionsResponse response;
    const absl::Status error =
        FromGrpc(system_.actions().ListActions(&context, v1::ListActionsRequest(), &response));
    EXPECT_EQ(error.code(), code) << error;
    EXPECT_THAT(GetReason(error), StartsWith("GENESYS_"));
  }
}

// B: the time limit of a data action.

TEST_F(DoneGuideTest, GuideB01ListsAFlowsDataActionsWithTheirDefinitions) {
  grpc::ClientContext context;
  v1::ListActionsRequest request;
  request.set_flow_id(kFlow);
  request.set_page_size(100);
  v1::ListActionsResponse response;
  ASSERT_TRUE(system_.actions().ListActions(&context, request, &response).ok());
  EXPECT_EQ(response.actions_size(), 4);
  const auto seen = system_.simulator().Seen(
      [](const SeenRequest& one) { return one.path == "/api/v2/flows/dataactions"; });
  ASSERT_FALSE(seen.empty());
  EXPECT_THAT(seen[0].query, AllOf(HasSubstr("flowId=flow-demo"), HasSubstr("pageSize=100"),
                                   HasSubstr("expand=definition"), HasSubstr("pageNumber=1")));
}

TEST_F(DoneGuideTest, GuideB06AllElseGoesBackAsItWasRead) {
  const std::string before = StoredAction(&system_, "fda-rest-object");
  const auto answer = SetLimit(&system_, "fda-rest-object", kFlow, absl::Milliseconds(12345));
  ASSERT_THAT(answer, IsOk());
  const std::string old_limit = absl::StrCat(
      "\"timeout\": ", absl::ToInt64Milliseconds(FromProto(answer->previous_timeout())));
  ASSERT_THAT(ActionWrites(&system_), SizeIs(1));
  EXPECT_EQ(ActionWrites(&system_)[0].body,
            absl::StrReplaceAll(before, {{old_limit, "\"timeout\": 12345"}}));
}

TEST_F(DoneGuideTest, GuideB07ARestActionsLimitIsInMillisecondsInAnObjectOrAString) {
  for (const char* action : {"fda-rest-object", "fda-rest-string", "fda-rest-no-timeout"}) {
    const auto answer = SetLimit(&system_, action, kFlow, absl::Milliseconds(4321));
    ASSERT_THAT(answer, IsOk()) << action;
    EXPECT_EQ(FromProto(answer->timeout()), absl::Milliseconds(4321)) << action;
    EXPECT_TRUE(answer->verified()) << action;
    EXPECT_THAT(StoredAction(&system_, action), HasSubstr("4321")) << action;
  }
  EXPECT_THAT(StoredAction(&system_, "fda-rest-string"), HasSubstr(R"("definition":")"));
}

TEST_F(DoneGuideTest, GuideB08OtherTypesHaveSeconds) {
  ASSERT_THAT(SetLimit(&system_, "fda-lambda", kFlow, absl::Seconds(20)), IsOk());
  EXPECT_THAT(StoredAction(&system_, "fda-lambda"), HasSubstr("\"executionTimeout\":20"));
}

TEST_F(DoneGuideTest, GuideB12AConflictIsReadAndWrittenAgain) {
  system_.simulator().AddFault(R"({"method":"PUT","conflict":true})");
  const auto answer = SetLimit(&system_, "fda-rest-object", kFlow, absl::Seconds(7));
  ASSERT_THAT(answer, IsOk());
  EXPECT_TRUE(answer->verified());
  EXPECT_THAT(ActionWrites(&system_), SizeIs(2));
}

TEST_F(DoneGuideTest, GuideB13NameTypeAndLimitAreReadBack) {
  ASSERT_THAT(SetLimit(&system_, "fda-rest-object", kFlow, absl::Seconds(9)), IsOk());
  const Ended ended = Run(system_, {"action", "timeout", "get", "fda-rest-object", "--flow", kFlow,
                                    "--output", "json"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_THAT(ended.output, AllOf(HasSubstr("\"9s\""), HasSubstr("\"name\""), HasSubstr("rest")));
}

// C: conversation queries.

TEST_F(GuideTest, GuideC01CredentialsAndDomainComeFromTheEnvironment) {
  System::Options options;
  options.simulator = {"--client-id", "the-id", "--client-secret", "the-secret"};
  options.environment = {{"GENESYS_CLIENT_ID", "the-id"},
                         {"GENESYS_CLIENT_SECRET", "the-secret"},
                         {"GENESYS_DOMAIN", "mypurecloud.ie"}};
  System system(options);
  EXPECT_THAT(system.Submit(Steered(kAtOnce)), IsOk());
  // The hosts are the domain's where none is given.
  ChildProcess::Options alone;
  alone.argv = {Binary("gcjobsd"), "--listen", "127.0.0.1:0", "--store", "memory"};
  alone.environment = options.environment;
  ChildProcess server(alone);
  EXPECT_TRUE(
      server.AwaitErrors("api_url=https://api.mypurecloud.ie "
                         "login_url=https://login.mypurecloud.ie "));
}

TEST_F(DoneGuideTest, GuideC07TheAnswersJobIdIsTheJobs) {
  const auto job =
      system_.Submit(SteeredQuery(v1::QUERY_ENDPOINT_QUERY, R"({"queued":"10m","duration":"0s"})"));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_PENDING);
  EXPECT_FALSE(job->upstream_id().empty());
  EXPECT_THAT(system_.simulator().Get("/__sim/jobs"), HasSubstr(job->upstream_id()));
}

TEST_F(DoneGuideTest, GuideC08AStatusThatNobodyKnowsIsShownAndWaitedOut) {
  const auto job = system_.Submit(SteeredQuery(
      v1::QUERY_ENDPOINT_QUERY,
      R"({"queued":"0s","duration":"1500ms","statuses":["queued","reticulating","complete"]})"));
  EndOf(job, v1::JOB_STATE_SUCCEEDED);
  EXPECT_TRUE(system_.server().AwaitErrors("upstream_status=reticulating"));
  EndOf(system_.Submit(SteeredQuery(v1::QUERY_ENDPOINT_QUERY,
                                    R"({"queued":"0s","duration":"0s","outcome":"failed"})")),
        v1::JOB_STATE_FAILED);
}

TEST_F(DoneGuideTest, GuideC09AQueryIsNotAskedForAllTheTime) {
  const auto job =
      system_.Submit(SteeredQuery(v1::QUERY_ENDPOINT_QUERY, R"({"queued":"0s","duration":"1s"})"));
  EndOf(job, v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(system_.simulator().Seen([](const SeenRequest& request) {
    return request.method == "GET" && request.route_class == "read";
  }),
              SizeIs(::testing::Le(6u)));
}

TEST_F(DoneGuideTest, GuideC12PagesAreFollowedToTheirEnd) {
  const System::Results results = system_.ReadResults(FinishedQuery(/*pages=*/4));
  ASSERT_THAT(results.status, IsOk());
  EXPECT_THAT(results.pages, SizeIs(4));
  EXPECT_EQ(results.item_count(), 8);
  EXPECT_TRUE(results.pages.back().last());
}

TEST_F(DoneGuideTest, GuideC14WhatWasReadBeforeACancelIsKept) {
  const std::string id = FinishedQuery(/*pages=*/4);
  const System::Results some = system_.ReadResults(id, "", /*max_pages=*/2);
  ASSERT_THAT(some.pages, SizeIs(2));
  const System::Results rest = system_.ReadResults(id, some.pages.back().next_cursor());
  ASSERT_THAT(rest.status, IsOk());
  EXPECT_EQ(some.items() + rest.items(), system_.ReadResults(id).items());
}

// Any number of records comes page by page, from work that runs by itself: nothing
// waits for them in one answer.
TEST_F(DoneGuideTest, GuideC15NothingIsFetchedInOneSynchronousAnswer) {
  const std::string id = FinishedQuery(/*pages=*/3);
  EXPECT_EQ(system_.GetJob(id)->result_json(), "");
  EXPECT_TRUE(system_.GetJob(id)->has_results());
  EXPECT_THAT(system_.ReadResults(id).pages, SizeIs(3));
}

TEST_F(DoneGuideTest, GuideC19ADimensionsNameTravelsAsItIsWritten) {
  v1::SubmitConversationQueryRequest request;
  request.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  request.set_interval("2026-01-01T00:00:00Z/2026-01-02T00:00:00Z");
  v1::QueryFilter* filter = request.add_segment_filters();
  filter->set_type("and");
  v1::QueryPredicate* predicate = filter->add_predicates();
  predicate->set_dimension("mediaType");
  predicate->set_value("voice");
  ASSERT_THAT(system_.Submit(request), IsOk());
  EXPECT_THAT(system_.simulator().Submissions()[0].body, HasSubstr(R"("dimension":"mediaType")"));
}

}  // namespace
}  // namespace gcjobs::testing
