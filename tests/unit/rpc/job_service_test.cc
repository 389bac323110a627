#include "server/rpc/job_service.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "absl/synchronization/blocking_counter.h"

#include "common/error_info.h"
#include "common/failure_body.h"
#include "server/rpc/stream_reactor.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/service_fixture.h"
#include "tests/unit/rpc/stored_jobs.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
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

TEST_F(JobServiceTest, SubmitActionGoesToTheEngine) {
  StartServer();
  v1::SubmitActionRequest request;
  request.set_action_id("custom_-_1");
  request.set_parameters_json(R"({"a":1})");
  request.mutable_options()->mutable_wait()->set_seconds(5);
  const auto job = Call(stub(), &v1::JobService::Stub::SubmitAction, request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->id(), "job-1");

  const auto submissions = engine_.submissions();
  ASSERT_EQ(submissions.size(), 1u);
  EXPECT_EQ(submissions[0].wait, absl::Seconds(5));
  EXPECT_EQ(submissions[0].payload.body(), R"({"a":1})");
}

TEST_F(JobServiceTest, BadSubmitActionNeverReachesTheEngine) {
  StartServer();
  const absl::Status status = Submit("").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("field"), "action_id");
  EXPECT_THAT(engine_.submissions(), IsEmpty());
}

TEST_F(JobServiceTest, EnginesErrorArrivesWithItsDetails) {
  StartServer();
  absl::Status refusal =
      MakeError(absl::StatusCode::kResourceExhausted, "INTAKE_FULL", "full", {{"job_id", "j1"}});
  SetRetryDelay(&refusal, absl::Seconds(3));
  engine_.RefuseSubmissions(refusal);
  const absl::Status status = Submit("a").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "INTAKE_FULL"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("job_id"), "j1");
  EXPECT_EQ(GetRetryDelay(status), absl::Seconds(3));
}

TEST_F(JobServiceTest, ValidateOnlyAnswersAPreviewAndStoresNothing) {
  StartServer();
  v1::SubmitActionRequest request;
  request.set_action_id("a");
  request.mutable_options()->set_validate_only(true);
  const auto job = Call(stub(), &v1::JobService::Stub::SubmitAction, request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->id(), "");
  EXPECT_EQ(job->state(), v1::JOB_STATE_QUEUED);
  EXPECT_THAT(engine_.submissions(), IsEmpty());
}

TEST_F(JobServiceTest, LargestParametersPass) {
  StartServer();
  v1::SubmitActionRequest request;
  request.set_action_id("a");
  request.set_parameters_json("{\"a\":\"" + std::string(kDefaultMaxParametersBytes - 8, 'x') +
                              "\"}");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitAction, request), IsOk());
  request.mutable_parameters_json()->push_back(' ');
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitAction, request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

// protobuf's parser takes 100 levels of messages, and one level of a Struct is
// three of them; parameters_json has all 50. The status is gRPC's own: what it
// cannot parse never reaches a handler.
TEST_F(JobServiceTest, StructThatIsTooDeepToParseIsRefused) {
  StartServer();
  const auto submit_nested = [this](int depth) {
    v1::SubmitActionRequest request;
    request.set_action_id("a");
    google::protobuf::Struct* innermost = request.mutable_parameters();
    for (int level = 1; level < depth; ++level) {
      innermost = (*innermost->mutable_fields())["a"].mutable_struct_value();
    }
    return Call(stub(), &v1::JobService::Stub::SubmitAction, request).status();
  };
  EXPECT_THAT(submit_nested(30), IsOk());
  EXPECT_THAT(submit_nested(60), ::testing::Not(IsOk()));
  EXPECT_EQ(engine_.submissions().size(), 1u);
}

TEST_F(JobServiceTest, ManyCallsAtOnce) {
  StartServer();
  constexpr int kCalls = 30;
  struct Pending {
    grpc::ClientContext context;
    v1::SubmitActionRequest request;
    v1::Job job;
    grpc::Status status;
  };
  std::vector<Pending> calls(kCalls);
  absl::BlockingCounter left(kCalls);
  for (Pending& call : calls) {
    call.request.set_action_id("a");
    stub()->async()->SubmitAction(&call.context, &call.request, &call.job,
                                  [&call, &left](grpc::Status status) {
                                    call.status = status;
                                    left.DecrementCount();
                                  });
  }
  left.Wait();
  std::set<std::string> ids;
  for (const Pending& call : calls) {
    EXPECT_TRUE(call.status.ok());
    ids.insert(call.job.id());
  }
  EXPECT_EQ(ids.size(), kCalls);
}

TEST_F(JobServiceTest, CallThatAStoppedLoopDropsIsAnswered) {
  StartServer();
  loop_.Stop();
  const absl::Status status = Submit("a").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_TRUE(GetRetryDelay(status).has_value());
}

TEST_F(JobServiceTest, GetJobPrefersWhatTheEngineKnows) {
  StartServer();
  v1::Job job = InsertJob(&store_, MakeJob("j1"));
  job.set_poll_count(7);
  engine_.AddLive(job);
  EXPECT_EQ(GetJob("j1")->poll_count(), 7);
}

TEST_F(JobServiceTest, GetJobReadsTheStoreForJobsThatAreNotLive) {
  StartServer();
  InsertJob(&store_, MakeJob("j1"));
  EXPECT_EQ(GetJob("j1")->action_id(), "custom_-_1");
  EXPECT_THAT(GetJob("j2"), StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

TEST_F(JobServiceTest, ReadsBeyondTheQueueAreRefused) {
  readers_ = std::make_unique<ReadPool>(1, /*max_queued=*/0);
  StartServer();
  for (const absl::Status& status : {GetJob("j1").status(), ListJobs().status()}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "SERVER_BUSY"));
    EXPECT_TRUE(GetRetryDelay(status).has_value());
  }
}

TEST_F(JobServiceTest, ListJobsShowsWhatTheEngineKnows) {
  StartServer();
  v1::Job job = InsertJob(&store_, MakeJob("j1"));
  InsertJob(&store_, MakeJob("j2"));
  job.set_poll_count(7);
  engine_.AddLive(job);
  v1::ListJobsRequest request;
  request.set_order_by("create_time");
  const auto page = ListJobs(request);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->jobs_size(), 2);
  EXPECT_EQ(page->jobs(0).poll_count(), 7);
  EXPECT_EQ(page->jobs(1).id(), "j2");
}

// Such a job could be one that the filter does not ask for.
TEST_F(JobServiceTest, ListJobsKeepsTheStoresVersionOfAJobThatHasMovedOn) {
  StartServer();
  v1::Job job = InsertJob(&store_, MakeJob("j1"));
  job.set_revision(job.revision() + 1);
  job.set_state(v1::JOB_STATE_SUCCEEDED);
  engine_.AddLive(job);
  EXPECT_EQ(ListJobs()->jobs(0).state(), v1::JOB_STATE_RUNNING);
}

TEST_F(JobServiceTest, PageOfLargeLiveJobsFitsADefaultClient) {
  StartServer();
  for (int i = 0; i < 3; ++i) {
    v1::Job job = InsertJob(&store_, MakeJob("j" + std::to_string(i)));
    job.mutable_error()->set_message(std::string(2 << 20, 'x'));
    engine_.AddLive(job);
  }
  const auto page = ListJobs();
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->jobs_size(), 3);
}

TEST_F(JobServiceTest, ListJobsPagesOverTheWire) {
  StartServer();
  for (const char* id : {"j1", "j2", "j3"}) InsertJob(&store_, MakeJob(id));
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

TEST_F(JobServiceTest, CancelAndDeleteGoToTheEngine) {
  StartServer();
  engine_.AddLive(MakeJob("j1"));
  EXPECT_TRUE(CancelJob("j1")->cancel_requested());
  EXPECT_THAT(CancelJob("j2"), StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
  EXPECT_THAT(DeleteJob("j1"), StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED"));
  EXPECT_THAT(DeleteJob("j2"), IsOk());
  EXPECT_THAT(engine_.cancels(), ElementsAre("j1", "j2"));
  EXPECT_THAT(engine_.deletes(), ElementsAre("j1", "j2"));
}

TEST_F(JobServiceTest, ExplainGoesToTheEngine) {
  StartServer();
  v1::Job job = MakeJob("j1");
  job.set_poll_count(7);
  engine_.AddLive(job);
  const auto why = ExplainJob("j1");
  ASSERT_THAT(why, IsOk());
  EXPECT_EQ(why->job_id(), "j1");
  EXPECT_EQ(why->poll_count(), 7);
  const absl::Status unknown = ExplainJob("j2").status();
  EXPECT_THAT(unknown, StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
  EXPECT_EQ(GetErrorInfo(unknown)->metadata().at("job_id"), "j2");
}

TEST_F(JobServiceTest, ExplainOnALoopThatStopsIsAnswered) {
  StartServer();
  loop_.Stop();
  EXPECT_THAT(ExplainJob("j1"), StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
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
  EXPECT_THAT(engine_.cancels(), IsEmpty());
  EXPECT_THAT(engine_.deletes(), IsEmpty());
}

TEST_F(JobServiceTest, ListJobKindsIsTheRegistry) {
  StartServer();
  const auto kinds = Call(stub(), &v1::JobService::Stub::ListJobKinds, v1::ListJobKindsRequest());
  ASSERT_THAT(kinds, IsOk());
  EXPECT_EQ(kinds->kinds_size(), static_cast<int>(kinds_.List().size()));
  EXPECT_EQ(kinds->kinds(0).kind(), "action.async");
}

TEST_F(JobServiceTest, EverySubmissionGoesToTheEngine) {
  StartServer();
  v1::SubmitConversationQueryRequest query;
  query.set_query_json(R"({"interval":"x"})");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitConversationQuery, query), IsOk());
  v1::SubmitJobRequest any;
  any.set_kind("analytics.conversations.details.jobs");
  any.set_body("{}");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitJob, any), IsOk());

  const auto submissions = engine_.submissions();
  ASSERT_EQ(submissions.size(), 2u);
  EXPECT_EQ(submissions[0].record.job().kind(), "analytics.conversations.details.query");
  EXPECT_EQ(submissions[1].record.job().kind(), "analytics.conversations.details.jobs");
}

TEST_F(JobServiceTest, BadQueriesAndKindsNeverReachTheEngine) {
  StartServer();
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitConversationQuery,
                   v1::SubmitConversationQueryRequest()),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  v1::SubmitJobRequest unknown;
  unknown.set_kind("nothing");
  EXPECT_THAT(Call(stub(), &v1::JobService::Stub::SubmitJob, unknown),
              StatusIs(absl::StatusCode::kNotFound, "JOB_KIND_NOT_FOUND"));
  EXPECT_THAT(engine_.submissions(), IsEmpty());
}

// Over a real connection: peers refuse trailers of more than 8 KiB, and the
// error would be lost to one of gRPC's own.
TEST_F(JobServiceTest, ALargeFailureArrivesCutButWithItsReason) {
  const std::string address = StartServerOnLoopback(grpc::InsecureServerCredentials());
  UseChannel(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  std::string message;
  while (message.size() < (32 << 10)) message += "\xE2\x82\xAC";
  absl::Status failure = MakeError(absl::StatusCode::kInvalidArgument, "WHY", message);
  SetFailureBody(&failure, MakeFailureBody(400, "text/plain", std::string(64 << 10, 'x')));
  engine_.RefuseSubmissions(failure);
  const absl::Status status = Submit("a").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "WHY"));
  ASSERT_TRUE(GetFailureBody(status).has_value());
  EXPECT_EQ(GetFailureBody(status)->body(), std::string(2 << 10, 'x'));
}

// A handler that says where it came from, in the error that it ends with.
JobService::StreamHandler EndWith(const char* reason) {
  return [reason](grpc::CallbackServerContext*, const grpc::ByteBuffer*) {
    return RefuseStream(
        MakeError(absl::StatusCode::kAborted, reason, "as the test wants it"));
  };
}

TEST_F(JobServiceTest, StreamsGoToTheirHandlers) {
  watch_job_ = EndWith("ONE");
  watch_jobs_ = EndWith("ALL");
  read_results_ = EndWith("PAGES");
  StartServer();
  grpc::ClientContext one, all, pages;
  EXPECT_THAT(ReadToEnd(stub()->WatchJob(&one, v1::WatchJobRequest()), v1::JobEvent()),
              StatusIs(absl::StatusCode::kAborted, "ONE"));
  EXPECT_THAT(ReadToEnd(stub()->WatchJobs(&all, v1::WatchJobsRequest()), v1::WatchJobsResponse()),
              StatusIs(absl::StatusCode::kAborted, "ALL"));
  EXPECT_THAT(ReadToEnd(stub()->ReadResults(&pages, v1::ReadResultsRequest()), v1::ResultPage()),
              StatusIs(absl::StatusCode::kAborted, "PAGES"));
}

}  // namespace
}  // namespace gcjobs::testing
