#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// What the server makes of a Genesys Cloud that misbehaves.

namespace gcjobs {
namespace {

using ::gcjobs::testing::InParallel;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::SeenRequest;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::SteeredQuery;
using ::gcjobs::testing::System;

bool IsTokenRequest(const SeenRequest& request) { return request.path == "/oauth/token"; }

TEST(UpstreamTest, TwentyJobsWhoseTokenIsRevokedCauseOneRenewal) {
  System system;
  std::vector<std::string> ids(20);
  InParallel(20, [&](int i) { ids[i] = system.Submit(Steered(R"({"duration":"3s"})"))->id(); });
  ASSERT_EQ(system.simulator().Seen(IsTokenRequest).size(), 1u);
  system.simulator().Post("/__sim/tokens/revoke");
  for (const std::string& id : ids) {
    EXPECT_EQ(system.AwaitEnd(id).state(), v1::JOB_STATE_SUCCEEDED);
  }
  EXPECT_EQ(system.simulator().Seen(IsTokenRequest).size(), 2u);
}

TEST(UpstreamTest, RetryAfterStopsTheClass) {
  System system;
  system.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","status":429,"headers":{"Retry-After":"2"}})");
  std::vector<std::string> ids(5);
  InParallel(5, [&](int i) { ids[i] = system.Submit(Steered(R"({"duration":"0s"})"))->id(); });
  for (const std::string& id : ids) {
    EXPECT_EQ(system.AwaitEnd(id).state(), v1::JOB_STATE_SUCCEEDED);
  }
  const auto submissions = system.simulator().Submissions();
  double refused_at = 0;
  for (const SeenRequest& request : submissions) {
    if (request.status == 429) refused_at = request.time;
  }
  ASSERT_GT(refused_at, 0);
  for (const SeenRequest& request : submissions) {
    const double after = request.time - refused_at;
    // What was on the wire already may arrive within a moment.
    EXPECT_TRUE(after <= 0.25 || after >= 2.0) << after;
  }
}

TEST(UpstreamTest, AThrottledJobShowsUntilWhen) {
  System system;
  system.simulator().AddFault(
      R"({"method":"GET","route":"**/executions/*","status":429,"headers":{"Retry-After":"7200"}})");
  const auto job = system.Submit(Steered(R"({"duration":"1h"})"));
  // The poll that is refused comes about a second from now.
  v1::Job shown;
  const absl::Time give_up = absl::Now() + absl::Seconds(30);
  while (!shown.has_throttled_until() && absl::Now() < give_up) shown = *system.GetJob(job->id());
  EXPECT_GT(shown.throttled_until().seconds(), shown.create_time().seconds() + 7000);
  EXPECT_EQ(shown.state(), v1::JOB_STATE_PENDING);
}

// Watches until the job is UPDATED, or the deadline is over.
v1::JobEvent AwaitUpdate(System* system, const std::string& job_id) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  const auto stream = system->jobs().WatchJob(&context, request);
  v1::JobEvent event;
  while (event.type() != v1::EVENT_TYPE_UPDATED && stream->Read(&event)) continue;
  context.TryCancel();
  return event;
}

TEST(UpstreamTest, AQuotaIsToldToWatchersSurvivesARestartAndStopsNoOtherKind) {
  System system;
  system.simulator().AddFault(
      R"({"method":"GET","route":"**/executions/*","status":429,"headers":{"Retry-After":"7200"}})");
  const auto job = system.Submit(Steered(R"({"duration":"1h"})"));
  ASSERT_THAT(job, IsOk());

  const v1::JobEvent updated = AwaitUpdate(&system, job->id());
  ASSERT_EQ(updated.type(), v1::EVENT_TYPE_UPDATED);
  EXPECT_EQ(updated.sequence(), 3);
  EXPECT_EQ(updated.previous_state(), v1::JOB_STATE_PENDING);
  EXPECT_EQ(updated.job().state(), v1::JOB_STATE_PENDING);
  const int64_t wait = updated.job().throttled_until().seconds() - updated.time().seconds();
  EXPECT_GE(wait, 7199);
  EXPECT_LE(wait, 7201);

  const auto query = system.Submit(SteeredQuery(v1::QUERY_ENDPOINT_QUERY, R"({"duration":"1s"})"));
  ASSERT_THAT(query, IsOk());
  EXPECT_EQ(system.AwaitEnd(query->id()).state(), v1::JOB_STATE_SUCCEEDED);

  system.RestartServer();
  EXPECT_EQ(AwaitUpdate(&system, job->id()).SerializeAsString(), updated.SerializeAsString());
  const auto second = system.Submit(SteeredQuery(v1::QUERY_ENDPOINT_QUERY, R"({"duration":"1s"})"));
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(system.AwaitEnd(second->id()).state(), v1::JOB_STATE_SUCCEEDED);
  const auto is_look_at_actions = [](const SeenRequest& request) {
    return request.method == "GET" && absl::StrContains(request.path, "/executions/");
  };
  EXPECT_EQ(system.simulator().Seen(is_look_at_actions).size(), 1u);
}

// Bodies that are broken, huge, of another shape, or say strange things: the
// job goes on and ends as Genesys Cloud then says.
class HostileLookTest : public ::testing::TestWithParam<const char*> {};

TEST_P(HostileLookTest, NeverEndsTheJob) {
  System system;
  system.simulator().AddFault(
      absl::StrCat(R"({"method":"GET","route":"**/executions/*","count":1,)", GetParam(), "}"));
  const auto job = system.Submit(Steered(R"({"duration":"0s","queued":"0s","result":{"ok":1}})"));
  ASSERT_THAT(job, IsOk());
  const v1::Job ended = system.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(ended.result_json(), R"({"ok":1})");
  EXPECT_GE(system.simulator().Polls().size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(
    All, HostileLookTest,
    ::testing::Values(R"("status":500)", R"("status":503,"headers":{"Retry-After":"1"})",
                      R"("status":404)", R"("status":403)", R"("status":302)", R"("reset":true)",
                      R"("truncate":5,"when":"after")",
                      R"("status":200,"body":"<html>oops</html>")", R"("status":200,"body":"[]")",
                      R"("status":200,"body":"{\"status\":17}")",
                      R"("status":200,"body":"{\"status\":\"Defrobnicating\"}")",
                      R"("status":200,"body":"")"));

TEST(UpstreamTest, ABodyBeyondTheCapNeverEndsTheJob) {
  System system;
  system.simulator().AddFault(
      R"({"method":"GET","route":"**/executions/*","status":200,"fill":17825792})");
  const auto job = system.Submit(Steered(R"({"duration":"0s","queued":"0s"})"));
  EXPECT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
}

// Two organisations of one server, each with its own credentials.
class TwoOrgsTest : public ::testing::Test {
 protected:
  static System::Options WithConfig() {
    System::Options options;
    options.start_server = false;
    options.simulator = {"--client-id", "good", "--client-secret", "secret"};
    return options;
  }
  TwoOrgsTest() : system_(WithConfig()) {
    const std::string path = system_.data_dir() + "/gcjobsd.conf";
    std::ofstream(path) << "default-org = \"good\"\n"
                        << Section("good", "secret") << Section("bad", "wrong");
    config_ = path;
  }
  std::string Section(const std::string& name, const std::string& secret) {
    const std::string url = system_.simulator().url();
    return absl::StrCat("[org.", name, "]\nclient-id = \"good\"\nclient-secret = \"", secret,
                        "\"\napi-url = \"", url, "\"\nlogin-url = \"", url, "\"\n");
  }
  System system_;
  std::string config_;
};

TEST_F(TwoOrgsTest, RefusedCredentialsOfOneNeverSlowTheOther) {
  testing::ChildProcess::Options child;
  child.argv = {
      testing::Binary("gcjobsd"), "--listen", "127.0.0.1:0", "--config", config_, "--data-dir",
      system_.data_dir()};
  testing::ChildProcess server(child);
  const auto channel =
      grpc::CreateChannel(server.AwaitLine("listening on "), grpc::InsecureChannelCredentials());
  const auto stub = v1::JobService::NewStub(channel);
  const auto submit = [&stub](const std::string& org, v1::Job* job) {
    grpc::ClientContext context;
    v1::SubmitActionRequest request = Steered(R"({"duration":"0s"})");
    request.mutable_options()->set_org(org);
    return stub->SubmitAction(&context, request, job);
  };
  v1::Job job;
  EXPECT_EQ(submit("bad", &job).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(submit("good", &job).ok());
  EXPECT_EQ(job.org(), "good");
  EXPECT_TRUE(submit("", &job).ok());
  EXPECT_EQ(job.org(), "good");
  EXPECT_EQ(submit("nobody", &job).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace gcjobs
