#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_split.h"

#include "client/text.h"
#include "common/errors.h"
#include "common/file.h"
#include "common/status_conversion.h"
#include "tests/unit/client/cli_test_base.h"

// Whole outputs against files in golden/. After a change that is meant:
//   GCJOBS_UPDATE_GOLDEN=1 build/dev/tests/client_test --gtest_filter='GoldenTest.*'
namespace gcjobs::testing {
namespace {

class GoldenTest : public CliTest {
 protected:
  void ExpectGolden(const std::string& name) const {
    const std::string path = std::string(GCJOBS_GOLDEN_DIR) + "/" + name;
    if (std::getenv("GCJOBS_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << out();
    const absl::StatusOr<std::string> golden = ReadFile(path);
    ASSERT_TRUE(golden.ok()) << golden.status();
    EXPECT_EQ(out(), *golden) << "differs from " << path;
  }

  v1::Job FailedJob() const {
    v1::Job job = MakeJob(v1::JOB_STATE_FAILED, 30);
    job.set_upstream_id("exec-1");
    job.set_upstream_status("FAILED");
    job.set_request_id("order-4711");
    (*job.mutable_labels())["team"] = "billing";
    (*job.mutable_labels())["env"] = "prod";
    *job.mutable_end_time() = ToProto(clock_.Now() - absl::Seconds(90));
    *job.mutable_expire_time() = ToProto(clock_.Now() + absl::Hours(150));
    job.set_poll_count(12);
    *job.mutable_error() = ToProto(MakeError(errors::kJobTimedOut, "job ran longer than 100s"));
    return job;
  }

  // Of a job that somebody watches while requests are short.
  v1::JobExplanation Explanation() const {
    v1::JobExplanation why;
    why.set_job_id(kJobId);
    why.set_poll_class("action.async/custom_-_1a2b");
    why.set_samples(311.7);
    why.set_proven(true);
    *why.mutable_accept_time() = ToProto(clock_.Now() - absl::Seconds(72));
    *why.mutable_last_seen_time() = ToProto(clock_.Now() - absl::Milliseconds(8430));
    why.set_survival(0.612);
    *why.mutable_waste() = ToProto(absl::Milliseconds(1904));
    why.set_weight(4);
    *why.mutable_price() = ToProto(absl::Milliseconds(9130));
    *why.mutable_next_poll_time() = ToProto(clock_.Now() + absl::Milliseconds(6200));
    why.set_limit(v1::POLL_LIMIT_WASTE);
    why.set_budget_left(112);
    why.set_budget_limit(300);
    why.set_polls_per_second(3.93);
    why.set_poll_count(9);
    return why;
  }
};

TEST_F(GoldenTest, GetTable) {
  server_.jobs.get_job.Return(FailedJob());
  EXPECT_EQ(Run({"get", kJobId}), 0);
  ExpectGolden("get.txt");
}

TEST_F(GoldenTest, ListTable) {
  v1::ListJobsResponse response;
  *response.add_jobs() = FailedJob();
  *response.add_jobs() = MakeJob(v1::JOB_STATE_RUNNING, 31, absl::Seconds(4));
  server_.jobs.list_jobs.Return(response);
  EXPECT_EQ(Run({"list"}), 0);
  ExpectGolden("list.txt");
}

TEST_F(GoldenTest, ExplainTable) {
  server_.jobs.explain_job.Return(Explanation());
  EXPECT_EQ(Run({"explain", kJobId}), 0);
  ExpectGolden("explain.txt");
}

TEST_F(GoldenTest, Help) {
  EXPECT_EQ(Run({"--help"}), 0);
  ExpectGolden("help.txt");
}

TEST_F(GoldenTest, SubmitActionHelp) {
  EXPECT_EQ(Run({"submit", "action", "--help"}), 0);
  ExpectGolden("help_submit_action.txt");
}

TEST_F(GoldenTest, QuerySubmitHelp) {
  EXPECT_EQ(Run({"query", "submit", "--help"}), 0);
  ExpectGolden("help_query_submit.txt");
}

TEST_F(GoldenTest, ExplainHelp) {
  EXPECT_EQ(Run({"explain", "--help"}), 0);
  ExpectGolden("help_explain.txt");
}

TEST_F(GoldenTest, ResultsHelp) {
  EXPECT_EQ(Run({"results", "--help"}), 0);
  ExpectGolden("help_results.txt");
}

TEST_F(GoldenTest, ExportHelp) {
  EXPECT_EQ(Run({"export", "--help"}), 0);
  ExpectGolden("help_export.txt");
}

class HelpWidthTest : public CliTest,
                      public ::testing::WithParamInterface<std::vector<std::string>> {};

TEST_P(HelpWidthTest, FitsInto80ColumnsAndTeachesByExample) {
  std::vector<std::string> arguments = GetParam();
  arguments.push_back("--help");
  EXPECT_EQ(Run(arguments), 0);
  for (const absl::string_view line : absl::StrSplit(out(), '\n')) {
    EXPECT_LE(DisplayWidth(line), 80) << line;
  }
  EXPECT_THAT(out(), ::testing::HasSubstr("Examples:\n"));
}

INSTANTIATE_TEST_SUITE_P(
    All, HelpWidthTest,
    ::testing::Values(
        std::vector<std::string>{}, std::vector<std::string>{"submit"},
        std::vector<std::string>{"submit", "action"}, std::vector<std::string>{"submit", "job"},
        std::vector<std::string>{"query"}, std::vector<std::string>{"query", "submit"},
        std::vector<std::string>{"export"}, std::vector<std::string>{"watch"},
        std::vector<std::string>{"get"}, std::vector<std::string>{"explain"},
        std::vector<std::string>{"results"}, std::vector<std::string>{"list"},
        std::vector<std::string>{"cancel"}, std::vector<std::string>{"delete"},
        std::vector<std::string>{"action"}, std::vector<std::string>{"action", "list"},
        std::vector<std::string>{"action", "timeout"},
        std::vector<std::string>{"action", "timeout", "get"},
        std::vector<std::string>{"action", "timeout", "set"}, std::vector<std::string>{"kinds"},
        std::vector<std::string>{"health"}, std::vector<std::string>{"version"}));

}  // namespace
}  // namespace gcjobs::testing
