#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/fakes/temp_dir.h"
#include "tests/integration/support/cli.h"
#include "tests/integration/support/metrics.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// What operators do to a running server, and what it tells them.

namespace gcjobs {
namespace {

using ::gcjobs::testing::Ended;
using ::gcjobs::testing::InParallel;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::kActionId;
using ::gcjobs::testing::RunCli;
using ::gcjobs::testing::SeenRequest;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::System;
using ::gcjobs::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

bool IsTokenRequest(const SeenRequest& request) { return request.path == "/oauth/token"; }

std::shared_ptr<grpc::Channel> ChannelTo(const System& system) {
  return grpc::CreateChannel(system.address(), grpc::InsecureChannelCredentials());
}

// Whether a caller with that token may list jobs.
int ListWithToken(const System& system, const std::string& token) {
  return RunCli({system.address(), {"list"}, "", {{"GCJOBS_TOKEN", token}}}).code;
}

constexpr int kRefused = 4;  // the CLI's exit code

TEST(LogTest, AReaderThatStopsHoldsNobodyUp) {
  System::Options options;
  options.server = {"--log-level", "debug"};
  options.read_server_log = false;  // 4 KiB, and the pipe is full
  System system(options);
  for (int i = 0; i < 30; ++i) {
    ASSERT_THAT(system.Submit(Steered(R"({"duration":"10m"})")), IsOk());
  }
  system.server().Kill(SIGTERM);
  EXPECT_EQ(system.server().Wait(), 0);
}

TEST(LogTest, AFailedJobsLineSaysWhatFailedWhyAndForWhom) {
  const TempDir dir;
  System::Options options;
  options.server = {"--tokens", dir.Write("tokens", "alice a-token\n")};
  System system(options);
  const Ended ended =
      RunCli({system.address(),
              {"submit", "action", kActionId, "--param",
               R"($sim={"outcome":"failed","duration":"100ms","message":"no card"})", "--watch"},
              "",
              {{"GCJOBS_TOKEN", "a-token"}}});
  ASSERT_TRUE(system.server().AwaitErrors("state=FAILED")) << ended.errors;
  const std::string log = system.server().errors();
  const size_t at = log.find("state=FAILED");
  const size_t begin = log.rfind('\n', at) + 1;
  EXPECT_THAT(
      log.substr(begin, log.find('\n', at) - begin),
      AllOf(HasSubstr(" warning job_transition "), HasSubstr(" kind=action.async "),
            HasSubstr(absl::StrCat(" action_id=", kActionId, " ")), HasSubstr(" caller=alice "),
            HasSubstr(" reason=GENESYS_JOB_FAILED "), HasSubstr("no card")));
}

TEST(LogTest, DebugTellsOfCallsAndRequests) {
  System::Options options;
  options.server = {"--log-level", "debug"};
  System system(options);
  ASSERT_THAT(system.Submit(Steered(R"({"duration":"0s"})")), IsOk());
  EXPECT_TRUE(system.server().AwaitErrors(" debug call method=SubmitAction "));
  EXPECT_TRUE(system.server().AwaitErrors(
      absl::StrCat("method=POST path=/api/v2/integrations/actions/", kActionId, "/execute ")));
}

TEST(ReloadTest, TokensCountAtOnce) {
  const TempDir dir;
  const std::string tokens = dir.Write("tokens", "alice a-token\n");
  System::Options options;
  options.server = {"--tokens", tokens};
  System system(options);
  ASSERT_EQ(ListWithToken(system, "a-token"), 0);
  ASSERT_EQ(ListWithToken(system, "b-token"), kRefused);
  dir.Write("tokens", "bob b-token\n");
  system.server().Kill(SIGHUP);
  ASSERT_TRUE(system.server().AwaitErrors(" info reloaded "));
  EXPECT_EQ(ListWithToken(system, "a-token"), kRefused);
  EXPECT_EQ(ListWithToken(system, "b-token"), 0);
}

TEST(ReloadTest, ANewSecretIsUsedAtOnce) {
  const TempDir dir;
  System::Options options;
  options.simulator = {"--client-secret", "new"};
  options.environment = {{"GENESYS_CLIENT_SECRET", ""},
                         {"GENESYS_CLIENT_SECRET_FILE", dir.Write("secret", "old\n")}};
  System system(options);
  EXPECT_THAT(
      system.Submit(Steered(R"({"duration":"0s"})")),
      StatusIs(absl::StatusCode::kFailedPrecondition, std::string("GENESYS_CREDENTIALS_REJECTED")));
  dir.Write("secret", "new\n");
  system.server().Kill(SIGHUP);
  ASSERT_TRUE(system.server().AwaitErrors(" info token_renewed "));
  EXPECT_THAT(system.Submit(Steered(R"({"duration":"0s"})")), IsOk());
}

TEST(ReloadTest, BudgetsAndLogLevelChangeAndTheRestIsNamed) {
  const TempDir dir;
  const std::string file = dir.Write("gcjobsd.conf", "request-budget = 300\n");
  System::Options options;
  options.server = {"--config", file};
  System system(options);
  ASSERT_THAT(system.Submit(Steered(R"({"duration":"10m"})")), IsOk());
  dir.Write("gcjobsd.conf",
            "request-budget = 30\nlog-level = \"debug\"\nmax-direct-calls = 7\n"
            "[org.other]\nclient-id = \"x\"\nclient-secret = \"y\"\n");
  system.server().Kill(SIGHUP);
  EXPECT_TRUE(
      system.server().AwaitErrors("reloaded need_restart=\"[org.other], max-direct-calls\""));
  const auto job = system.Submit(Steered(R"({"duration":"10m"})"));
  ASSERT_THAT(job, IsOk());
  EXPECT_TRUE(system.server().AwaitErrors(" debug call "));
  v1::ExplainJobRequest request;
  request.set_job_id(job->id());
  grpc::ClientContext context;
  v1::JobExplanation explanation;
  ASSERT_TRUE(system.jobs().ExplainJob(&context, request, &explanation).ok());
  EXPECT_EQ(explanation.budget_limit(), 30);
}

TEST(ReloadTest, AWrongConfigurationChangesNothing) {
  const TempDir dir;
  const std::string file = dir.Write("gcjobsd.conf", "request-budget = 300\n");
  System::Options options;
  options.server = {"--config", file};
  System system(options);
  dir.Write("gcjobsd.conf", "request-budget = \"many\"\n");
  system.server().Kill(SIGHUP);
  EXPECT_TRUE(system.server().AwaitErrors(" error reload_refused "));
  EXPECT_THAT(system.Submit(Steered(R"({"duration":"0s"})")), IsOk());
}

TEST(RenewTokenTest, GetsANewTokenWhileTheOldOneIsUsed) {
  System system;
  ASSERT_THAT(system.Submit(Steered(R"({"duration":"0s"})")), IsOk());
  ASSERT_EQ(system.simulator().Seen(IsTokenRequest).size(), 1u);
  grpc::ClientContext context;
  v1::RenewTokenResponse response;
  ASSERT_TRUE(system.jobs().RenewToken(&context, v1::RenewTokenRequest(), &response).ok());
  EXPECT_EQ(response.org(), "default");
  EXPECT_GT(response.expire_time().seconds(), time(nullptr) + 3600);
  EXPECT_EQ(system.simulator().Seen(IsTokenRequest).size(), 2u);
}

TEST(RefusedCallsTest, AreLoggedAndCounted) {
  const TempDir dir;
  System::Options options;
  options.server = {"--tokens", dir.Write("tokens", "alice a-token\n"), "--metrics-listen",
                    "127.0.0.1:0"};
  System system(options);
  const double before = testing::Metric(system, "gcjobs_calls_refused_total");
  ASSERT_EQ(ListWithToken(system, "wrong"), kRefused);
  EXPECT_EQ(testing::Metric(system, "gcjobs_calls_refused_total"), before + 1);
  EXPECT_THAT(system.server().errors(), HasSubstr(" warning call_refused peer=ipv4:127.0.0.1:"));
  EXPECT_THAT(system.server().errors(), Not(HasSubstr("wrong")));
}

TEST(MetricsTest, PollsThatAreDueAreCounted) {
  System::Options options;
  options.server = {"--request-budget", "40", "--metrics-listen", "127.0.0.1:0"};
  System system(options);
  InParallel(30, [&](int) { (void)system.Submit(Steered(R"({"duration":"10m"})")); });
  const std::string name = R"(gcjobs_permit_queue_requests{class="poll",org="default"})";
  EXPECT_GT(testing::AwaitMetric(system, name, [](double value) { return value > 5; }), 5);
}

TEST(HealthTest, IsServedByName) {
  System system;
  const auto health = grpc::health::v1::Health::NewStub(ChannelTo(system));
  for (const char* service : {"", "gcjobs.v1.JobService", "gcjobs.v1.ActionService"}) {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    ASSERT_TRUE(health->Check(&context, request, &response).ok()) << service;
    EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING) << service;
  }
}

// Asks reflection by either of its names.
template <typename Service>
grpc::reflection::v1::ServerReflectionResponse Ask(
    const System& system, const grpc::reflection::v1::ServerReflectionRequest& request) {
  const auto stub = Service::NewStub(ChannelTo(system));
  grpc::ClientContext context;
  const auto stream = stub->ServerReflectionInfo(&context);
  grpc::reflection::v1::ServerReflectionResponse response;
  EXPECT_TRUE(stream->Write(request) && stream->Read(&response) && stream->WritesDone());
  EXPECT_TRUE(stream->Finish().ok());
  return response;
}

template <typename Service>
void ExpectReflection(const System& system) {
  grpc::reflection::v1::ServerReflectionRequest request;
  request.set_list_services("*");
  const auto list = Ask<Service>(system, request);
  std::vector<std::string> names;
  for (const auto& service : list.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, IsSupersetOf({"gcjobs.v1.JobService", "gcjobs.v1.ActionService",
                                   "grpc.health.v1.Health"}));
  for (const std::string& name : names) {
    request.set_file_containing_symbol(name);
    EXPECT_GT(Ask<Service>(system, request).file_descriptor_response().file_descriptor_proto_size(),
              0)
        << name;
  }
}

TEST(ReflectionTest, DescribesEachServiceThatItLists) {
  System system;
  ExpectReflection<grpc::reflection::v1::ServerReflection>(system);
  ExpectReflection<grpc::reflection::v1alpha::ServerReflection>(system);
}

}  // namespace
}  // namespace gcjobs
