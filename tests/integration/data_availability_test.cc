#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/grpc_status.h"
#include "common/time_conversion.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// Queries about data that Genesys Cloud may not have yet.

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::SeenRequest;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::System;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kInterval[] = "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z";
const absl::Time kEnd = absl::FromCivil(absl::CivilDay(2026, 1, 2), absl::UTCTimeZone());

class DataAvailabilityTest : public ::testing::Test {
 protected:
  static v1::SubmitConversationQueryRequest Query() {
    v1::SubmitConversationQueryRequest request;
    request.set_query_json(absl::StrCat(R"({"interval":")", kInterval,
                                        R"(","$sim":{"queued":"0s","duration":"0s","pages":1}})"));
    request.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
    return request;
  }
  // How far the data are, for so many requests; 0: for all that follow.
  void Have(const char* until, int requests = 0) {
    system_.simulator().AddFault(
        absl::StrCat(R"({"method":"GET","route":"**/availability","status":200,"count":)", requests,
                     R"(,"body":"{\"dataAvailabilityDate\":\")", until, R"(\"}"})"));
  }
  size_t Asked() {
    return system_.simulator()
        .Seen([](const SeenRequest& request) {
          return absl::EndsWith(request.path, "/availability");
        })
        .size();
  }
  absl::StatusOr<v1::JobExplanation> Explain(const std::string& job_id) {
    grpc::ClientContext context;
    v1::ExplainJobRequest request;
    request.set_job_id(job_id);
    v1::JobExplanation explanation;
    const grpc::Status status = system_.jobs().ExplainJob(&context, request, &explanation);
    if (!status.ok()) return FromGrpc(status);
    return explanation;
  }

  System system_;
};

TEST_F(DataAvailabilityTest, AJobAndItsPagesSayUpToWhenThereWereData) {
  Have("2026-01-01T12:00:00.000Z");
  const auto job = system_.Submit(Query());
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(FromProto(job->data_available_until()), kEnd - absl::Hours(12));
  const v1::Job ended = system_.AwaitEnd(job->id());
  EXPECT_EQ(FromProto(ended.data_available_until()), kEnd - absl::Hours(12));
  EXPECT_EQ(FromProto(ended.data_needed_until()), kEnd);
  const System::Results results = system_.ReadResults(job->id());
  ASSERT_THAT(results.status, IsOk());
  EXPECT_TRUE(results.pages[0].has_data_available_until());
}

TEST_F(DataAvailabilityTest, WhatIsEnoughIsAskedOnce) {
  Have("2026-01-02T00:00:00Z");
  for (int i = 0; i < 5; ++i) {
    const auto job = system_.Submit(Query());
    ASSERT_THAT(job, IsOk());
    EXPECT_EQ(FromProto(job->data_available_until()), kEnd);
  }
  EXPECT_EQ(Asked(), 1u);
}

// An upstream that does not tell holds nobody up.
TEST_F(DataAvailabilityTest, WithoutAnAnswerAQueryRunsAllTheSame) {
  system_.simulator().AddFault(R"({"route":"**/availability","status":404,"count":0})");
  const auto job = system_.Submit(Query());
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(system_.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_FALSE(job->has_data_available_until());
}

TEST_F(DataAvailabilityTest, AQueryThatIsToWaitIsNotSubmittedBefore) {
  Have("2026-01-01T12:00:00Z");
  v1::SubmitConversationQueryRequest request = Query();
  request.set_when_data_is_available(true);
  request.mutable_options()->mutable_wait()->set_nanos(500'000'000);
  const auto job = system_.Submit(request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_QUEUED);
  EXPECT_THAT(system_.simulator().Submissions(), IsEmpty());
  for (int restarts = 0; restarts < 2; ++restarts) {
    while (!system_.GetJob(job->id())->has_data_available_until()) {
    }
    const auto why = Explain(job->id());
    ASSERT_THAT(why, IsOk());
    EXPECT_EQ(why->limit(), v1::POLL_LIMIT_DATA_AVAILABILITY);
    EXPECT_EQ(FromProto(why->data_needed_until()), kEnd);
    EXPECT_EQ(FromProto(why->data_available_until()), kEnd - absl::Hours(12));
    EXPECT_TRUE(why->has_next_poll_time());
    system_.RestartServer();
  }
  // The data have come while the server was down.
  system_.KillServer();
  system_.simulator().ClearFaults();
  system_.StartServer();
  EXPECT_EQ(system_.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(system_.simulator().Submissions(), SizeIs(1));
}

TEST_F(DataAvailabilityTest, AQueryThatWaitsCanBeCancelled) {
  Have("2026-01-01T12:00:00Z");
  v1::SubmitConversationQueryRequest request = Query();
  request.set_when_data_is_available(true);
  request.mutable_options()->mutable_wait()->set_seconds(0);
  const auto job = system_.Submit(request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(system_.CancelJob(job->id())->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_THAT(system_.simulator().Submissions(), IsEmpty());
}

TEST_F(DataAvailabilityTest, WaitingNeedsSomethingToWaitFor) {
  v1::SubmitConversationQueryRequest request = Query();
  request.set_when_data_is_available(true);
  request.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
  EXPECT_THAT(system_.Submit(request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  request.set_query_json(R"({"interval":"P1D"})");
  EXPECT_THAT(system_.Submit(request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

// Genesys Cloud refuses to tell: the job would wait for ever.
TEST_F(DataAvailabilityTest, ARefusalToTellIsTheJobsEnd) {
  system_.simulator().AddFault(R"({"route":"**/availability","status":403,"count":0})");
  v1::SubmitConversationQueryRequest request = Query();
  request.set_when_data_is_available(true);
  EXPECT_THAT(system_.Submit(request),
              StatusIs(absl::StatusCode::kPermissionDenied, "GENESYS_FORBIDDEN"));
}

}  // namespace
}  // namespace gcjobs
