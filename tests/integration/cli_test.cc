#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/integration/support/cli.h"
#include "tests/integration/support/system.h"

// The CLI against the real server: what it prints, how it exits.

namespace gcjobs {
namespace {

using ::gcjobs::testing::Binary;
using ::gcjobs::testing::ChildProcess;
using ::gcjobs::testing::Ended;
using ::gcjobs::testing::kActionId;
using ::gcjobs::testing::RunCli;
using ::gcjobs::testing::StartCli;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::System;
using ::testing::HasSubstr;

class CliTest : public ::testing::Test {
 protected:
  std::unique_ptr<ChildProcess> Start(const std::vector<std::string>& arguments,
                                      const std::string& input = "") {
    return StartCli({system_.address(), arguments, input, {}});
  }
  Ended Run(const std::vector<std::string>& arguments, const std::string& input = "") {
    return RunCli({system_.address(), arguments, input, {}});
  }

  // Until a submission is durable.
  void AwaitOneJob() {
    while (Run({"list"}).output.empty()) {
    }
  }

  // Runs the command that a hint names, as a shell does.
  Ended RunHint(const std::string& errors, const std::string& more) {
    const std::string start_words = ": gcjobs ";
    EXPECT_THAT(errors, HasSubstr("the job may have been accepted"));
    const size_t start = errors.rfind(start_words);
    if (start == std::string::npos) return {};
    const std::string words = errors.substr(start + start_words.size());
    ChildProcess::Options options;
    options.argv = {
        "/bin/sh", "-c",
        absl::StrCat("exec ", Binary("gcjobs"), " ", absl::StripSuffix(words, "\n"), " ", more)};
    options.environment = {{"GCJOBS_SERVER", system_.address()}};
    ChildProcess child(options);
    const int code = child.Wait();
    return {code, child.output(), child.errors()};
  }

  System system_;
};

TEST_F(CliTest, SubmitWatchesToTheResultByteForByte) {
  const Ended ended =
      Run({"submit", "action", kActionId, "--params-file", "-", "--watch", "--result-only"},
          R"({"$sim":{"duration":"1s","result":{"id":12345678901234567890,"p":1.10}}})");
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(ended.output, "{\"id\":12345678901234567890,\"p\":1.10}\n");
}

TEST_F(CliTest, ExitCodesTellWhatHappened) {
  const std::string fails = R"({"$sim":{"duration":"0s","outcome":"failed"}})";
  EXPECT_EQ(Run({"submit", "action", kActionId, "--params", fails, "--watch"}).code, 1);
  EXPECT_EQ(Run({"submit"}).code, 2);
  EXPECT_EQ(Run({"get", "no-such-job"}).code, 5);
  EXPECT_EQ(Run({"submit", "action", "no-such-action"}).code, 5);
  system_.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","when":"after","reset":true})");
  EXPECT_EQ(Run({"submit", "action", kActionId, "--watch"}).code, 6);
  system_.KillServer();
  const Ended unreachable = Run({"list"});
  EXPECT_EQ(unreachable.code, 3);
  EXPECT_THAT(unreachable.errors, HasSubstr(system_.address()));
}

TEST_F(CliTest, AWatchResumesAcrossKill9AndShowsEachTransitionOnce) {
  const auto job = system_.Submit(Steered(R"({"queued":"0s","duration":"4s"})"));
  const auto watch = Start({"watch", job->id(), "--output", "json"});
  watch->AwaitLine("{");
  system_.RestartServer();
  EXPECT_EQ(watch->Wait(), 0) << watch->errors();
  int transitions = 0;
  for (const absl::string_view line : absl::StrSplit(watch->output(), '\n')) {
    if (line.find("EVENT_TYPE_TRANSITION") != absl::string_view::npos) ++transitions;
  }
  EXPECT_EQ(transitions, 4);
}

TEST_F(CliTest, AnInterruptSaysHowToGoOnAndTheJobDoes) {
  const auto job = system_.Submit(Steered(R"({"queued":"0s","duration":"2s"})"));
  const auto watch = Start({"watch", job->id()});
  watch->AwaitLine("20");  // the year of the first event
  watch->Kill(SIGINT);
  EXPECT_EQ(watch->Wait(), 130);
  EXPECT_THAT(watch->errors(), HasSubstr("gcjobs watch " + job->id()));
  EXPECT_EQ(system_.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(CliTest, ASubmissionThatIsInterruptedNamesTheCommandThatGetsItsJob) {
  system_.simulator().AddFault(R"({"method":"POST","route":"**/execute","delay":"2s"})");
  const std::string params = R"({"note":"it's","$sim":{"queued":"0s","duration":"0s"}})";
  const auto submit = Start({"submit", "action", kActionId, "--params", params, "--wait", "30s"});
  AwaitOneJob();
  submit->Kill(SIGINT);
  EXPECT_EQ(submit->Wait(), 130);
  const Ended again = RunHint(submit->errors(), "--watch");
  EXPECT_EQ(again.code, 0) << submit->errors() << again.errors;
  EXPECT_THAT(again.output, HasSubstr("SUCCEEDED"));
  EXPECT_EQ(system_.simulator().Submissions().size(), 1u);
}

TEST_F(CliTest, ASubmissionThatWasCutOffNamesTheCommandThatGetsItsJob) {
  system_.simulator().AddFault(R"({"method":"POST","route":"**/execute","delay":"10s"})");
  const auto submit = Start({"submit", "action", kActionId, "--wait", "1s", "--timeout", "1s"});
  AwaitOneJob();
  system_.KillServer();
  EXPECT_EQ(submit->Wait(), 3);
  system_.StartServer();
  // It was on its way when the server died: the same job, which does not run
  // twice.
  EXPECT_EQ(RunHint(submit->errors(), "").code, 6) << submit->errors();
  EXPECT_LE(system_.simulator().Submissions().size(), 1u);
}

TEST_F(CliTest, WhatIsNotThereIsSaidNotToBe) {
  const auto deleted = Run({"delete", "TYPO"});
  EXPECT_EQ(deleted.code, 5);
  EXPECT_THAT(deleted.errors, HasSubstr("job TYPO does not exist"));
  const auto listed = Run({"list", "--kind", "audits.qury"});
  EXPECT_EQ(listed.code, 5);
  EXPECT_THAT(listed.errors, HasSubstr("did you mean audits.query?"));
  const auto refused = Run({"submit", "action", kActionId, "--wait", "90s"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("error: --wait: must be 0 to 1m"));
}

// Runs a query of one day to its end, when Genesys Cloud has data up to `until`.
Ended QueryWithData(System* system, const char* until) {
  system->simulator().AddFault(
      absl::StrCat(R"({"method":"GET","route":"**/availability","status":200,"count":1,)",
                   R"("body":"{\"dataAvailabilityDate\":\")", until, R"(\"}"})"));
  return RunCli(
      {system->address(),
       {"query", "submit", "--endpoint", "jobs", "--watch", "--require-complete", "--query",
        R"({"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z",)"
        R"("$sim":{"queued":"0s","duration":"0s"}})"},
       "",
       {}});
}

TEST_F(CliTest, AQueryWhoseDataWereNotThereYetIsSaidToBeIncomplete) {
  const Ended ended = QueryWithData(&system_, "2026-01-01T12:00:00Z");
  EXPECT_EQ(ended.code, 7) << ended.errors;
  EXPECT_THAT(ended.errors, HasSubstr("the results are incomplete: Genesys Cloud had data up to"));
}

TEST_F(CliTest, AQueryWhoseDataWereThereIsComplete) {
  const Ended ended = QueryWithData(&system_, "2026-01-02T00:00:00Z");
  EXPECT_EQ(ended.code, 0) << ended.errors;
}

TEST_F(CliTest, WhatPassesIsTriedAgain) {
  for (const char* status : {"429", "503", "408"}) {
    system_.simulator().AddFault(absl::StrCat(
        R"({"method":"GET","route":"/api/v2/integrations/actions/*","count":1,"status":)", status,
        R"(,"headers":{"Retry-After":"1"}})"));
    const auto got = Run({"action", "timeout", "get", kActionId});
    EXPECT_EQ(got.code, 0) << status << ": " << got.errors;
  }
}

TEST_F(CliTest, TimeLimitsAreReadAndSet) {
  EXPECT_THAT(Run({"action", "timeout", "set", kActionId, "10s"}).output, HasSubstr("3s -> 10s"));
  EXPECT_THAT(Run({"action", "timeout", "get", kActionId}).output, HasSubstr("10s"));
  EXPECT_EQ(Run({"action", "timeout", "set", kActionId, "61s"}).code, 2);
}

TEST_F(CliTest, ExplainTellsWhyTheNextPollIsWhenItIs) {
  const auto job = system_.Submit(Steered(R"({"queued":"0s","duration":"1h"})"));
  const Ended told = Run({"explain", job->id()});
  EXPECT_EQ(told.code, 0) << told.errors;
  EXPECT_THAT(told.output, HasSubstr(job->id()));
  EXPECT_THAT(told.output, HasSubstr(absl::StrCat("action.async/", kActionId)));
  EXPECT_THAT(told.output, HasSubstr("nothing yet; similar classes are used instead"));
  EXPECT_THAT(told.output, HasSubstr("of 300 requests left for polls"));
  EXPECT_THAT(Run({"explain", job->id(), "--output", "json"}).output,
              HasSubstr("\"limit\": \"POLL_LIMIT_"));
  EXPECT_EQ(Run({"cancel", job->id()}).code, 0);
  const Ended refused = Run({"explain", job->id()});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("has ended as CANCELLED"));
  EXPECT_THAT(refused.errors, HasSubstr("hint: Only a job that Genesys Cloud has accepted"));
  EXPECT_EQ(Run({"explain", "no-such-job"}).code, 5);
}

TEST_F(CliTest, CancelDeleteListAndKinds) {
  const auto job = system_.Submit(Steered(R"({"duration":"1h"})"));
  EXPECT_EQ(Run({"cancel", job->id()}).code, 0);
  EXPECT_THAT(Run({"list", "--state", "cancelled"}).output, HasSubstr(job->id()));
  EXPECT_EQ(Run({"delete", job->id()}).code, 0);
  EXPECT_EQ(Run({"get", job->id()}).code, 5);
  EXPECT_THAT(Run({"kinds"}).output, HasSubstr("action.async"));
}

}  // namespace
}  // namespace gcjobs
