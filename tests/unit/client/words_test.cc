#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/cli_test_base.h"

// Words that a user has mistyped.
namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class WordsTest : public CliTest {
 protected:
  WordsTest() {
    v1::ListJobKindsResponse kinds;
    for (const char* name : {"action.async", "audits.query", "recording.jobs"}) {
      kinds.add_kinds()->set_kind(name);
    }
    server_.jobs.list_job_kinds.Return(kinds);
    server_.jobs.list_jobs.Return({});
  }

  // What is said of a command line that is wrong, which must not reach the server.
  std::string Refusal(std::vector<std::string> arguments) {
    err_.Clear();
    EXPECT_EQ(Run(std::move(arguments)), 2);
    return err();
  }
};

TEST_F(WordsTest, Commands) {
  // The first word that is wrong counts, even if what follows is a command.
  EXPECT_EQ(Refusal({"submti", "action", "custom_-_1a2b"}),
            "error: unknown command \"submti\"\n"
            "hint: did you mean submit? gcjobs --help lists the commands\n");
  EXPECT_EQ(Refusal({"--output", "table", "action", "lst"}),
            "error: unknown command \"lst\"\n"
            "hint: did you mean list? gcjobs action --help lists the commands\n");
  EXPECT_EQ(Refusal({"frobnicate"}),
            "error: unknown command \"frobnicate\"\nhint: gcjobs --help lists the commands\n");
  EXPECT_EQ(
      Refusal({"action"}),
      "error: gcjobs action needs a command\nhint: gcjobs action --help lists the commands\n");
}

TEST_F(WordsTest, Options) {
  EXPECT_EQ(Refusal({"list", "--limt", "3"}),
            "error: unknown option --limt\n"
            "hint: did you mean --limit? gcjobs list --help has the details\n");
  EXPECT_THAT(Refusal({"list", "-xyz"}), StartsWith("error: unknown option -xyz\n"));
  EXPECT_THAT(Refusal({"list", "--servr=x"}), HasSubstr("did you mean --server?"));
  EXPECT_THAT(Refusal({"get", "JOB", "extra"}),
              StartsWith("error: unexpected argument \"extra\"\n"));
  err_.Clear();
  EXPECT_EQ(RunCli({"list", "--limit"}, io_), 2);
  EXPECT_THAT(err(), StartsWith("error: --limit needs a value\n"));
}

TEST_F(WordsTest, Values) {
  EXPECT_EQ(Refusal({"list", "--state", "runing"}),
            "error: --state: unknown state \"runing\"\nhint: did you mean running?\n");
  EXPECT_THAT(Refusal({"list", "--state", "x"}),
              HasSubstr("hint: one of queued, pending, running"));
  EXPECT_THAT(Refusal({"list", "--output", "jsno"}), HasSubstr("did you mean json?"));
  EXPECT_THAT(Refusal({"submit", "action", "A", "--mode", "drect"}),
              HasSubstr("\"drect\" is not one of async, direct; did you mean direct?"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"list", "--limit", "abc"},
        {"watch", "--after", "abc"},
        {"action", "timeout", "set", "A", "5s", "--expected-version", "abc"},
        {"submit", "action", "A", "--poll-attempts", "abc"},
        {"results", "JOB", "--page-size", "abc"}}) {
    EXPECT_THAT(Refusal(words), HasSubstr(": \"abc\" is not a whole number of at least "))
        << words.front();
  }
}

TEST_F(WordsTest, AKindThatDoesNotExist) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"list", "--kind", "audits.qury"},
        {"watch", "--kind", "audits.qury"},
        {"kinds", "audits.qury"}}) {
    err_.Clear();
    EXPECT_EQ(Run(words), 5) << words.front();
    EXPECT_THAT(err(), StartsWith("error: there is no job kind \"audits.qury\"\n"
                                  "hint: did you mean audits.query?\n"));
  }
  server_.jobs.submit_job.Fail(JobKindNotFoundError("audits.qury"));
  EXPECT_EQ(Run({"submit", "job", "audits.qury"}), 5);
  EXPECT_EQ(Count(err(), "did you mean audits.query?"), 2);
}

TEST_F(WordsTest, AKindThatIsNoLongerConfiguredHasItsJobs) {
  v1::ListJobsResponse jobs;
  *jobs.add_jobs() = MakeJob(v1::JOB_STATE_SUCCEEDED);
  server_.jobs.list_jobs.Handle([jobs](const v1::ListJobsRequest& request, auto* answer) {
    if (request.filter().states().empty()) *answer = jobs;
    return absl::OkStatus();
  });
  EXPECT_EQ(Run({"list", "--kind", "acme.exports", "--state", "failed"}), 0);
  EXPECT_EQ(err(), "no jobs\n");
}

TEST_F(WordsTest, ALabelThatNoJobHas) {
  v1::ListJobsResponse jobs;
  *jobs.add_jobs() = MakeJob(v1::JOB_STATE_SUCCEEDED);
  (*jobs.mutable_jobs(0)->mutable_labels())["team"] = "billing";
  server_.jobs.list_jobs.Handle([jobs](const v1::ListJobsRequest& request, auto* answer) {
    if (request.filter().labels().empty()) *answer = jobs;
    return absl::OkStatus();
  });
  EXPECT_EQ(Run({"list", "--label", "taem=billing"}), 0);
  EXPECT_EQ(err(), "no jobs\nno job has a label \"taem\"; did you mean team?\n");
  err_.Clear();
  EXPECT_EQ(Run({"list", "--label", "team=sales"}), 0);
  EXPECT_EQ(err(), "no jobs\n");
}

}  // namespace
}  // namespace gcjobs::testing
