#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/job_state.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// Cancels that reach Genesys Cloud, at each moment of a job's life.

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::SeenRequest;
using ::gcjobs::testing::SteeredQuery;
using ::gcjobs::testing::System;
using ::testing::SizeIs;

constexpr char kLong[] = R"({"queued":"0s","duration":"1h"})";

v1::SubmitConversationQueryRequest LongQuery() {
  return SteeredQuery(v1::QUERY_ENDPOINT_JOBS, kLong);
}

v1::SubmitJobRequest JourneyView(const std::string& sim) {
  v1::SubmitJobRequest request;
  request.set_kind("journey.views.versions.jobs");
  request.set_body(absl::StrCat(R"({"$sim":)", sim, "}"));
  (*request.mutable_path_parameters())["viewId"] = "view 1";
  (*request.mutable_path_parameters())["journeyVersionId"] = "2";
  return request;
}

std::vector<SeenRequest> Requests(System* system, const std::string& method) {
  return system->simulator().Seen(
      [&](const SeenRequest& request) { return request.method == method; });
}

TEST(CancelTest, ADeleteReachesGenesys) {
  System system;
  const auto job = system.Submit(LongQuery());
  ASSERT_THAT(job, IsOk());
  const auto cancelled = system.CancelJob(job->id());
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(cancelled->upstream_cancelled());
  const auto deletes = Requests(&system, "DELETE");
  ASSERT_THAT(deletes, SizeIs(1));
  EXPECT_EQ(deletes[0].path, absl::StrCat("/api/v2/analytics/conversations/details/jobs/",
                                          cancelled->upstream_id()));
}

TEST(CancelTest, APatchCarriesItsBodyAndThePathParameters) {
  System system;
  const auto job = system.Submit(JourneyView(kLong));
  ASSERT_THAT(job, IsOk());
  system.RestartServer();  // the path parameters are durable
  const auto cancelled = system.CancelJob(job->id());
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_TRUE(cancelled->upstream_cancelled());
  const auto patches = Requests(&system, "PATCH");
  ASSERT_THAT(patches, SizeIs(1));
  EXPECT_EQ(patches[0].body, R"({"status": "Cancelled"})");
  EXPECT_EQ(patches[0].path, absl::StrCat("/api/v2/journey/views/view%201/versions/2/jobs/",
                                          cancelled->upstream_id()));
}

TEST(CancelTest, BeforeTheIdIsKnownItIsRememberedAndSent) {
  System system;
  system.simulator().AddFault(
      R"({"method":"POST","route":"**/details/jobs","when":"after","delay":"1s"})");
  v1::SubmitConversationQueryRequest request = LongQuery();
  request.mutable_options()->mutable_wait()->set_seconds(0);
  const auto job = system.Submit(request);
  ASSERT_THAT(job, IsOk());
  while (system.simulator().Submissions().empty()) ASSERT_THAT(system.GetJob(job->id()), IsOk());
  const auto cancelled = system.CancelJob(job->id());
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(cancelled->upstream_cancelled());
  EXPECT_THAT(Requests(&system, "DELETE"), SizeIs(1));
}

TEST(CancelTest, BeforeAnythingIsSentNothingIsSent) {
  System system;
  system.simulator().AddFault(R"({"method":"POST","route":"/oauth/token","status":503,"count":9})");
  v1::SubmitConversationQueryRequest request = LongQuery();
  request.mutable_options()->mutable_wait()->set_seconds(0);
  const auto job = system.Submit(request);
  ASSERT_THAT(job, IsOk());
  const auto cancelled = system.CancelJob(job->id());
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_THAT(system.simulator().Submissions(), SizeIs(0));
}

TEST(CancelTest, ThatIsUnderWayIsSentAgainAfterKill9) {
  System system;
  const auto job = system.Submit(LongQuery());
  ASSERT_THAT(job, IsOk());
  system.simulator().AddFault(
      R"({"method":"DELETE","route":"**/jobs/*","when":"before","delay":"20s","count":1})");
  std::thread caller([&] {
    grpc::ClientContext context;
    v1::CancelJobRequest request;
    request.set_job_id(job->id());
    v1::Job ignored;
    system.jobs().CancelJob(&context, request, &ignored);
  });
  while (!system.GetJob(job->id())->cancel_requested()) {
  }
  system.KillServer();
  caller.join();
  system.StartServer();
  const v1::Job ended = system.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(ended.upstream_cancelled());
}

TEST(CancelTest, ARaceWithTheEndGivesOneTerminalState) {
  System system;
  testing::InParallel(8, [&](int i) {
    const auto job = system.Submit(
        SteeredQuery(v1::QUERY_ENDPOINT_JOBS,
                     absl::StrCat(R"({"queued":"0s","duration":")", 900 + 50 * i, R"(ms"})")));
    ASSERT_THAT(job, IsOk());
    std::thread canceller([&] { EXPECT_THAT(system.CancelJob(job->id()), IsOk()); });
    const System::Watched watched = system.Watch(job->id());
    canceller.join();
    ASSERT_THAT(watched.status, IsOk());
    int ends = 0;
    for (const v1::JobEvent& event : watched.events) {
      if (IsTerminal(event.job().state())) ++ends;
    }
    EXPECT_EQ(ends, 1);
  });
}

TEST(CancelTest, AnExecutionTimeoutCancelsUpstreamToo) {
  System system;
  v1::SubmitConversationQueryRequest request = LongQuery();
  request.mutable_options()->mutable_execution_timeout()->set_seconds(1);
  const auto job = system.Submit(request);
  ASSERT_THAT(job, IsOk());
  const v1::Job ended = system.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_FAILED);
  EXPECT_TRUE(ended.upstream_cancelled());
  EXPECT_THAT(Requests(&system, "DELETE"), SizeIs(1));
}

}  // namespace
}  // namespace gcjobs
