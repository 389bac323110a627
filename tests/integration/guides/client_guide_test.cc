#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/fakes/temp_dir.h"
#include "tests/integration/guides/guide_test.h"

// What the guides do with a command line and its surroundings.

namespace gcjobs::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::unique_ptr<ChildProcess> Start(const std::vector<std::string>& argv,
                                    const std::map<std::string, std::string>& environment) {
  ChildProcess::Options options;
  options.argv = argv;
  options.environment = environment;
  return std::make_unique<ChildProcess>(options);
}

TEST_F(GuideTest, GuideA18AnEnvFileHasCredentialsAndTheAction) {
  SimulatorProcess simulator;
  const TempDir dir;
  const std::string env_file =
      dir.Write(".env", absl::StrCat("GENESYS_CLIENT_ID=me\nGENESYS_CLIENT_SECRET='s3 cret'\n"
                                     "GENESYS_API_URL=",
                                     simulator.url(), "\nGENESYS_LOGIN_URL=", simulator.url(),
                                     "\nGENESYS_ACTION_ID=", kActionId, "\n"));
  const auto server = Start(
      {Binary("gcjobsd"), "--listen", "127.0.0.1:0", "--store", "memory", "--env-file", env_file},
      {});
  const std::string address = server->AwaitLine("listening on ");
  ASSERT_NE(address, "") << server->errors();
  const std::string params = R"({"$sim":{"queued":"0s","duration":"0s"}})";
  const Ended ended =
      RunCli({address,
              {"submit", "action", "--env-file", env_file, "--params", params, "--watch"},
              "",
              {}});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  const Ended listed = RunCli({address, {"list", "--action", kActionId}, "", {}});
  EXPECT_THAT(listed.output, HasSubstr("SUCCEEDED"));
}

TEST_F(GuideTest, GuideA19TheLiveLineShowsPollsAndTheLastStatus) {
  System system;
  const auto job = system.Submit([] {
    v1::SubmitActionRequest request = Steered(R"({"queued":"0s","duration":"2s"})");
    request.mutable_options()->mutable_poll()->mutable_initial_interval()->set_nanos(200'000'000);
    request.mutable_options()->mutable_poll()->mutable_max_interval()->set_nanos(200'000'000);
    return request;
  }());
  ASSERT_TRUE(job.ok()) << job.status();
  // script(1) has a terminal of 80 columns for it.
  const auto watch =
      Start({"/usr/bin/script", "--quiet", "--return", "--command",
             absl::StrCat(Binary("gcjobs"), " watch ", job->id()), "/dev/null"},
            {{"GCJOBS_SERVER", system.address()}, {"TERM", "xterm"}, {"NO_COLOR", "1"}});
  EXPECT_EQ(watch->Wait(), 0);
  EXPECT_THAT(watch->output(),
              ContainsRegex("RUNNING  [0-9]+s  .*[0-9]+ polls?  Genesys: RUNNING"));
}

TEST_F(GuideTest, GuideB15FlowAndActionComeFromTheEnvironment) {
  System system;
  const std::map<std::string, std::string> environment = {{"FLOW_ID", "flow-demo"},
                                                          {"DATA_ACTION_ID", "fda-rest-object"}};
  const Ended set =
      RunCli({system.address(), {"action", "timeout", "set", "12s"}, "", environment});
  EXPECT_EQ(set.code, 0) << set.errors;
  EXPECT_THAT(set.output, AllOf(HasSubstr("fda-rest-object"), HasSubstr("5s -> 12s")));
  const Ended got = RunCli({system.address(), {"action", "timeout", "get"}, "", environment});
  EXPECT_THAT(got.output, AllOf(HasSubstr("flow-demo"), HasSubstr("12s")));
}

TEST_F(GuideTest, GuideC02TheHostCanBeNamedWhole) {
  System system;  // its server has the simulator's URLs, and no domain at all
  EXPECT_EQ(Run(system, {"action", "timeout", "get", kActionId}).code, 0);
  const auto help = Start({Binary("gcjobsd"), "--help"}, {});
  EXPECT_EQ(help->Wait(), 0);
  EXPECT_THAT(help->output(), AllOf(HasSubstr("GENESYS_API_URL, GENESYS_LOGIN_URL"),
                                    HasSubstr("the domain itself")));
}

TEST_F(GuideTest, GuideC13ALimitedPageIsWaitedOutAndSaidToBe) {
  System system;
  const auto job = system.Submit(SteeredQuery(
      v1::QUERY_ENDPOINT_JOBS, R"({"queued":"0s","duration":"0s","pages":4,"itemsPerPage":2})"));
  ASSERT_TRUE(job.ok()) << job.status();
  system.AwaitEnd(job->id());
  // The server itself waits out a short limit.
  const std::string fault =
      R"({"method":"GET","route":"/api/v2/analytics/conversations/details/jobs/*/results",)"
      R"("status":429,"skip":2,"count":1,"headers":{"Retry-After":)";
  system.simulator().AddFault(absl::StrCat(fault, R"("1"}})"));
  const Ended read = Run(system, {"results", job->id()});
  EXPECT_EQ(read.code, 0) << read.errors;
  EXPECT_EQ(std::count(read.output.begin(), read.output.end(), '\n'), 8);
  // Of a long one the reader hears, and what was read is kept.
  system.simulator().AddFault(absl::StrCat(fault, R"("90"}})"));
  const auto limited = Start(
      {"/bin/sh", "-c", absl::StrCat("exec ", Binary("gcjobs"), " results ", job->id(), " 2>&1")},
      {{"GCJOBS_SERVER", system.address()}});
  EXPECT_THAT(limited->AwaitLine("gcjobs: rate limited by Genesys Cloud"),
              HasSubstr("after page 2, resuming from there"));
  limited->Kill(SIGINT);
  EXPECT_EQ(limited->Wait(), 130);
  EXPECT_THAT(limited->output(), HasSubstr("to resume from here: gcjobs results"));
  EXPECT_THAT(limited->output(), Not(HasSubstr("connection lost")));
}

}  // namespace
}  // namespace gcjobs::testing
