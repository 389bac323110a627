#include "server/rpc/job_service.h"

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/errors.h"
#include "common/failure_body.h"
#include "common/time_conversion.h"
#include "server/genesys/kinds/kind_path.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/service_fixture.h"

namespace gcjobs::testing {
namespace {

using ::testing::IsEmpty;

class JobServiceTest : public ServiceTest {
 protected:
  v1::JobService::Stub* stub() { return jobs_.get(); }

  absl::StatusOr<v1::ListJobsResponse> ListJobs(const v1::ListJobsRequest& request = {}) {
    return Call(stub(), &v1::JobService::Stub::ListJobs, request);
  }
  absl::StatusOr<v1::Job> CancelJob(const std::string& job_id) {
    v1::CancelJobRequest request;
    request.set_job_id(job_id);
    return Call(stub(), &v1::JobService::Stub::CancelJob, request);
  }
  absl::Status DeleteJob(const std::string& job_id) {
    v1::DeleteJobRequest request;
    request.set_job_id(job_id);
    return Call(stub(), &v1::JobService::Stub::DeleteJob, request).status();
  }
  absl::StatusOr<v1::JobExplanation> ExplainJob(const std::string& job_id) {
    v1::ExplainJobRequest request;
    request.set_job_id(job_id);
    return Call(stub(), &v1::JobService::Stub::ExplainJob, request);
  }
};

TEST_F(JobServiceTest, UpdateJobChangesALiveJob) {
  StartServer();
  const v1::Job job = SubmitAccepted("a");
  v1::UpdateJobRequest request;
  request.set_job_id(job.id());
  (*request.mutable_labels())["team"] = "night";
  request.mutable_update_mask()->add_paths("labels.team");
  const auto updated = Call(stub(), &v1::JobService::Stub::UpdateJob, request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->labels().at("team"), "night");
  EXPECT_GT(updated->revision(), job.revision());
  request.mutable_update_mask()->add_paths("state");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::UpdateJob, request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request.clear_job_id();
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::UpdateJob, request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

// The world's clock stands still: it is the deadline of the call that ends the wait.
TEST_F(JobServiceTest, ACallerWhoCannotWaitGetsTheJobBeforeTheDeadline) {
  StartServer();
  world_.client("main").hold_permits = true;
  v1::SubmitActionRequest request;
  request.set_action_id("a");
  *request.mutable_options()->mutable_wait() = ToProto(absl::Seconds(60));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto call = Begin(jobs_.get(), &v1::JobService::Stub::SubmitAction, request, &context);
  TurnUntil([this] { return world_.engine().live_jobs() == 1; });
  world_.Advance(absl::Seconds(29));
  EXPECT_FALSE(call->done.HasBeenNotified());
  world_.Advance(absl::Seconds(1));
  const auto job = Await(call.get());
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_QUEUED);
}

TEST_F(JobServiceTest, ViewsAreThoseOfTheOrganisation) {
  StartServer();
  v1::ListConversationViewsRequest request;
  request.set_org("test");
  const auto call = Begin(stub(), &v1::JobService::Stub::ListConversationViews, request);
  EXPECT_EQ(AnswerUpstream(R"([{"name":"conversations","dimensions":["mediaType"]}])", 200, "test"),
            "GET /api/v2/analytics/conversations/details/views");
  const auto views = Await(call.get());
  ASSERT_THAT(views, IsOk());
  ASSERT_EQ(views->views_size(), 1);
  EXPECT_EQ(views->views(0).dimensions(0), "mediaType");
  request.set_org("nobody");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::ListConversationViews, request),
              StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG"));
}

TEST_F(JobServiceTest, SubmitActionReachesGenesysCloudAndAnswersWithItsVerdict) {
  StartServer();
  v1::SubmitActionRequest request;
  request.set_action_id("custom_-_1");
  request.set_parameters_json(R"({"a":1})");
  const auto call = BeginSubmit(request);
  TurnUntil([this] { return !world_.client().sent().empty(); });
  EXPECT_EQ(world_.client().sent().front().request.body, R"({"async":true,"parameters":{"a":1}})");
  EXPECT_EQ(AnswerUpstream(R"({"id":"u-1"})", 202),
            "POST /api/v2/integrations/actions/custom_-_1/execute");
  const auto job = Await(call.get());
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_PENDING);
  EXPECT_EQ(job->upstream_id(), "u-1");
  EXPECT_EQ(world_.store().reader().GetSubmission(job->id())->body(), R"({"a":1})");
}

TEST_F(JobServiceTest, TheCallEndsWhenItsWaitIsOver) {
  StartServer();
  v1::SubmitActionRequest request;
  request.set_action_id("a");
  request.mutable_options()->mutable_wait()->set_seconds(5);
  const auto call = BeginSubmit(request);
  TurnUntil([this] { return !world_.client().sent().empty(); });
  world_.Advance(absl::Seconds(5) - absl::Milliseconds(1));
  EXPECT_FALSE(call->done.HasBeenNotified());
  world_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Await(call.get())->state(), v1::JOB_STATE_QUEUED);
}

TEST_F(JobServiceTest, BadSubmissionsNeverReachTheEngine) {
  StartServer();
  const absl::Status status = Submit("").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("field"), "action_id");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitConversationQuery,
                   v1::SubmitConversationQueryRequest()),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  v1::SubmitJobRequest unknown;
  unknown.set_kind("nothing");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitJob, unknown),
              StatusIs(absl::StatusCode::kNotFound, "JOB_KIND_NOT_FOUND"));
  EXPECT_EQ(CountStored(), 0u);
}

TEST_F(JobServiceTest, EnginesErrorArrivesWithItsDetails) {
  StartServer();
  v1::SubmitActionRequest request;
  request.set_action_id("a");
  request.mutable_options()->set_request_id("r-1");
  request.mutable_options()->mutable_wait();
  const auto job = Submit(request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(Submit(request)->id(), job->id());
  request.set_action_id("b");
  const absl::Status status = Submit(request).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("job_id"), job->id());
}

TEST_F(JobServiceTest, ValidateOnlyAnswersAPreviewAndStoresNothing) {
  StartServer();
  v1::SubmitActionRequest request;
  request.set_action_id("a");
  request.mutable_options()->set_request_id("r");
  (*request.mutable_options()->mutable_labels())["k"] = "v";
  request.mutable_options()->set_validate_only(true);
  const auto job = Submit(request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->id(), "");
  EXPECT_FALSE(job->has_create_time());
  EXPECT_EQ(job->state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(job->org(), "main");
  EXPECT_EQ(job->kind(), "action.async");
  EXPECT_EQ(job->action_id(), "a");
  EXPECT_EQ(job->request_id(), "r");
  EXPECT_EQ(job->labels().at("k"), "v");
  EXPECT_EQ(CountStored(), 0u);
}

TEST_F(JobServiceTest, LargestParametersPass) {
  StartServer();
  v1::SubmitActionRequest request;
  request.set_action_id("a");
  request.mutable_options()->mutable_wait();
  request.set_parameters_json("{\"a\":\"" + std::string(kDefaultMaxParametersBytes - 8, 'x') +
                              "\"}");
  EXPECT_THAT(Submit(request), IsOk());
  request.mutable_parameters_json()->push_back(' ');
  EXPECT_THAT(Submit(request), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

// protobuf's parser takes 100 levels of messages, and one level of a Struct is
// three of them; parameters_json has all 50. The status is gRPC's own: what it
// cannot parse never reaches a handler.
TEST_F(JobServiceTest, StructThatIsTooDeepToParseIsRefused) {
  StartServer();
  const auto submit_nested = [this](int depth) {
    v1::SubmitActionRequest request;
    request.set_action_id("a");
    request.mutable_options()->mutable_wait();
    google::protobuf::Struct* innermost = request.mutable_parameters();
    for (int level = 1; level < depth; ++level) {
      innermost = (*innermost->mutable_fields())["a"].mutable_struct_value();
    }
    return Submit(request).status();
  };
  EXPECT_THAT(submit_nested(30), IsOk());
  EXPECT_THAT(submit_nested(60), ::testing::Not(IsOk()));
  EXPECT_EQ(CountStored(), 1u);
}

TEST_F(JobServiceTest, ManyCallsAtOnce) {
  StartServer();
  constexpr size_t kCalls = 30;
  v1::SubmitActionRequest request;
  request.set_action_id("a");
  request.mutable_options()->mutable_wait();
  std::vector<std::unique_ptr<PendingCall<v1::Job>>> calls;
  for (size_t i = 0; i < kCalls; ++i) calls.push_back(BeginSubmit(request));
  std::set<std::string> ids;
  for (const auto& call : calls) {
    const auto job = Await(call.get());
    ASSERT_THAT(job, IsOk());
    ids.insert(job->id());
  }
  EXPECT_EQ(ids.size(), kCalls);
}

TEST_F(JobServiceTest, CallsThatAStoppedLoopDropsAreAnswered) {
  StartServer();
  EndLoop();
  for (const absl::Status& status :
       {Submit("a").status(), GetJob("j1").status(), ListJobs().status(), CancelJob("j1").status(),
        DeleteJob("j1"), ExplainJob("j1").status()}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
    EXPECT_TRUE(GetRetryDelay(status).has_value());
  }
}

TEST_F(JobServiceTest, GetJobShowsWhatOnlyTheEngineKnows) {
  StartServer();
  const v1::Job job = SubmitAccepted("a");
  AnswerPoll(FakeGenesysClient::Ok(R"({"status":"pending"})"));
  const auto live = GetJob(job.id());
  ASSERT_THAT(live, IsOk());
  EXPECT_EQ(live->poll_count(), 1);
  EXPECT_TRUE(live->has_next_poll_time());
  EXPECT_EQ(world_.Stored(job.id()).poll_count(), 0);
}

TEST_F(JobServiceTest, GetJobReadsTheStoreForJobsThatAreNotLive) {
  StartServer();
  const v1::Job job = SubmitAccepted("a");
  AnswerPoll(FakeGenesysClient::Ok(R"({"status":"completed","result":{"n":1.10}})"));
  ASSERT_FALSE(world_.engine().FindLive(job.id()).has_value());
  EXPECT_EQ(GetJob(job.id())->result_json(), R"({"n":1.10})");
  EXPECT_THAT(GetJob("j2"), StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

TEST_F(JobServiceTest, ReadsBeyondTheQueueAreRefused) {
  const auto full = *ReaderPool::Start(&world_.store(), {/*threads=*/1, /*max_queued=*/0});
  readers_ = full.get();
  StartServer();
  for (const absl::Status& status : {GetJob("j1").status(), ListJobs().status()}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "SERVER_BUSY"));
    EXPECT_TRUE(GetRetryDelay(status).has_value());
  }
  StopServer();
}

TEST_F(JobServiceTest, ListJobsShowsWhatOnlyTheEngineKnows) {
  StartServer();
  const v1::Job job = SubmitAccepted("a");
  AnswerPoll(FakeGenesysClient::Ok(R"({"status":"pending"})"));
  const auto page = ListJobs();
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->jobs_size(), 1);
  EXPECT_EQ(page->jobs(0).id(), job.id());
  EXPECT_EQ(page->jobs(0).poll_count(), 1);
}

// The engine's version could be one that the filter does not ask for.
TEST_F(JobServiceTest, ListJobsKeepsTheStoresVersionOfAJobThatHasMovedOn) {
  StartServer();
  const v1::Job job = SubmitAccepted("a");
  AnswerPoll(FakeGenesysClient::Ok(R"({"status":"pending"})"));
  UpdateJob moved_on;
  moved_on.job = world_.StoredRecord(job.id());
  moved_on.expected_revision = moved_on.job.job().revision();
  moved_on.event = {v1::EVENT_TYPE_TRANSITION, v1::JOB_STATE_PENDING, world_.clock().Now()};
  moved_on.job.mutable_job()->set_state(v1::JOB_STATE_RUNNING);
  Commit(moved_on);
  EXPECT_EQ(ListJobs()->jobs(0).state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(ListJobs()->jobs(0).poll_count(), 0);
}

// An error that is being retried is known to the engine alone. A page and what it
// grows by must fit the 4 MiB that clients accept by default.
TEST_F(JobServiceTest, WhatOnlyTheEngineKnowsIsLeftOutWhereItIsTooLarge) {
  StartServer();
  const v1::Job job = SubmitAccepted("a");
  ApiReply reply = FakeGenesysClient::Ok("", 503);
  reply.status = absl::UnavailableError(std::string(513 << 10, 'x'));
  AnswerPoll(reply);
  ASSERT_TRUE(GetJob(job.id())->has_error());
  const auto page = ListJobs();
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->jobs(0).id(), job.id());
  EXPECT_FALSE(page->jobs(0).has_error());
}

TEST_F(JobServiceTest, ListJobsPagesOverTheWire) {
  StartServer();
  for (const char* action : {"a", "b", "c"}) ASSERT_THAT(Submit(action), IsOk());
  v1::ListJobsRequest request;
  request.set_page_size(2);
  const auto first = ListJobs(request);
  EXPECT_EQ(first->jobs_size(), 2);
  request.set_page_token(first->next_page_token());
  EXPECT_EQ(ListJobs(request)->jobs_size(), 1);
  request.set_order_by("update_time");
  EXPECT_THAT(ListJobs(request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN"));
}

TEST_F(JobServiceTest, CancelIsAskedOfTheEngine) {
  StartServer();
  const v1::Job job = SubmitAccepted("a");
  v1::CancelJobRequest request;
  request.set_job_id(job.id());
  const auto call = Begin(stub(), &v1::JobService::Stub::CancelJob, request);
  // An action cannot be cancelled upstream: it is given up here.
  EXPECT_EQ(Await(call.get())->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_THAT(CancelJob("j2"), StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

TEST_F(JobServiceTest, DeleteIsAskedOfTheEngine) {
  StartServer();
  const v1::Job job = SubmitAccepted("a");
  EXPECT_THAT(DeleteJob(job.id()),
              StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED"));
  AnswerPoll(FakeGenesysClient::Ok(R"({"status":"completed"})"));
  EXPECT_THAT(DeleteJob(job.id()), IsOk());
  EXPECT_EQ(CountStored(), 0u);
  EXPECT_THAT(DeleteJob("j2"), IsOk());
}

TEST_F(JobServiceTest, ExplainIsAskedOfTheEngine) {
  StartServer();
  const v1::Job job = SubmitAccepted("a");
  AnswerPoll(FakeGenesysClient::Ok(R"({"status":"pending"})"));
  const auto why = ExplainJob(job.id());
  ASSERT_THAT(why, IsOk());
  EXPECT_EQ(why->job_id(), job.id());
  EXPECT_EQ(why->poll_count(), 1);
  const absl::Status unknown = ExplainJob("j2").status();
  EXPECT_THAT(unknown, StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
  EXPECT_EQ(GetErrorInfo(unknown)->metadata().at("job_id"), "j2");
}

TEST_F(JobServiceTest, BadJobIdsAreRefused) {
  StartServer();
  const auto is_invalid = StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST");
  for (const std::string& job_id : {std::string(), std::string(65, 'a')}) {
    EXPECT_THAT(GetJob(job_id), is_invalid);
    EXPECT_THAT(CancelJob(job_id), is_invalid);
    EXPECT_THAT(DeleteJob(job_id), is_invalid);
    EXPECT_THAT(ExplainJob(job_id), is_invalid);
  }
}

TEST_F(JobServiceTest, RenewTokenIsAskedOfTheOrganisation) {
  StartServer();
  world_.client("test").token_until = absl::FromUnixSeconds(1'700'000'000);
  v1::RenewTokenRequest request;
  request.set_org("test");
  const auto renewed = Call(stub(), &v1::JobService::Stub::RenewToken, request);
  ASSERT_THAT(renewed, IsOk());
  EXPECT_EQ(renewed->org(), "test");
  EXPECT_EQ(renewed->expire_time().seconds(), 1'700'000'000);

  world_.client("test").token_until = absl::UnavailableError("no answer");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::RenewToken, request),
              StatusIs(absl::StatusCode::kUnavailable));
  request.set_org("unknown");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::RenewToken, request),
              StatusIs(absl::StatusCode::kInvalidArgument, std::string("UNKNOWN_ORG")));
}

// Each of them can be submitted by its name.
TEST_F(JobServiceTest, ListJobKindsNamesWhatCanBeSubmitted) {
  StartServer();
  const auto kinds = Call(stub(), &v1::JobService::Stub::ListJobKinds, v1::ListJobKindsRequest());
  ASSERT_THAT(kinds, IsOk());
  ASSERT_GT(kinds->kinds_size(), 2);
  EXPECT_EQ(kinds->kinds(0).kind(), "action.async");
  for (const v1::JobKind& kind : kinds->kinds()) {
    v1::SubmitJobRequest request;
    request.set_kind(kind.kind());
    for (const std::string& name : PlaceholdersOf(kind.submit_path())) {
      (*request.mutable_path_parameters())[name] = "x";
    }
    request.mutable_options()->set_validate_only(true);
    EXPECT_EQ(Call(stub(), &v1::JobService::Stub::SubmitJob, request)->kind(), kind.kind());
  }
}

TEST_F(JobServiceTest, QueriesAndKindsAreJobsToo) {
  StartServer();
  v1::SubmitConversationQueryRequest query;
  query.set_query_json(R"({"interval":"x"})");
  query.mutable_options()->mutable_wait();
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitConversationQuery, query), IsOk());
  EXPECT_EQ(world_.Asked(), "POST /api/v2/analytics/conversations/details/query");
  AnswerUpstream("{}");
  v1::SubmitJobRequest any;
  any.set_kind("analytics.conversations.details.jobs");
  any.set_body("{}");
  any.mutable_options()->mutable_wait();
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitJob, any), IsOk());
  EXPECT_EQ(AnswerUpstream(R"({"jobId":"u"})", 202),
            "POST /api/v2/analytics/conversations/details/jobs");
}

// Over a real connection: peers refuse trailers of more than 8 KiB, and the
// error would be lost to one of gRPC's own.
TEST_F(JobServiceTest, ALargeFailureArrivesCutButWithItsReason) {
  const std::string address = StartServerOnLoopback(grpc::InsecureServerCredentials());
  UseChannel(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  v1::SubmitActionRequest request;
  request.set_action_id("a");
  request.set_mode(v1::ACTION_MODE_DIRECT);
  const auto call = BeginSubmit(request);
  std::string message;
  while (message.size() < (32 << 10)) message += "\xE2\x82\xAC";
  ApiReply refusal = FakeGenesysClient::Ok(std::string(64 << 10, 'x'), 400);
  refusal.status = MakeError(errors::kGenesysBadRequest, message);
  AnswerUpstream(std::move(refusal));
  const absl::Status status = Await(call.get()).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "GENESYS_BAD_REQUEST"));
  ASSERT_TRUE(GetFailureBody(status).has_value());
  EXPECT_TRUE(GetFailureBody(status)->truncated());
  EXPECT_GT(GetFailureBody(status)->body().size(), 1u << 10);
  EXPECT_NE(GetRemedy(status), "");
}

// What each refuses is a field that only its own request has.
TEST_F(JobServiceTest, StreamsGoToTheirHandlers) {
  StartServer();
  v1::WatchJobRequest one;
  one.set_job_id("j1");
  one.set_after_revision(-1);
  v1::WatchJobsRequest all;
  all.mutable_filter()->add_states(v1::JOB_STATE_UNSPECIFIED);
  v1::ReadResultsRequest pages;
  grpc::ClientContext contexts[3];
  const auto field_of = [](auto reader, auto message) {
    while (reader->Read(&message)) {
    }
    const absl::Status status = FromGrpc(reader->Finish());
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
    return GetErrorInfo(status)->metadata().at("field");
  };
  EXPECT_EQ(field_of(stub()->WatchJob(&contexts[0], one), v1::JobEvent()), "after_revision");
  EXPECT_EQ(field_of(stub()->WatchJobs(&contexts[1], all), v1::WatchJobsResponse()),
            "filter.states");
  EXPECT_EQ(field_of(stub()->ReadResults(&contexts[2], pages), v1::ResultPage()), "job_id");
}

}  // namespace
}  // namespace gcjobs::testing
