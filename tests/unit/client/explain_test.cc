#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "common/errors.h"
#include "common/status_conversion.h"
#include "tests/unit/client/cli_test_base.h"

// `gcjobs explain`; its whole output is in golden_test.cc.
namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ExplainTest : public CliTest {
 protected:
  ExplainTest() {
    why_.set_job_id(kJobId);
    *why_.mutable_accept_time() = ToProto(clock_.Now() - absl::Seconds(72));
    *why_.mutable_last_seen_time() = ToProto(clock_.Now() - absl::Seconds(12));
    NextPollIn(absl::Seconds(6));
    why_.set_limit(v1::POLL_LIMIT_WASTE);
    why_.set_weight(1);
  }

  void NextPollIn(absl::Duration time) {
    *why_.mutable_next_poll_time() = ToProto(clock_.Now() + time);
  }
  // What the command shows of it.
  std::string Describe() {
    server_.jobs.explain_job.Return(why_);
    const size_t before = out().size();
    EXPECT_EQ(Run({"explain", kJobId}), 0);
    return out().substr(before);
  }

  v1::JobExplanation why_;
};

TEST_F(ExplainTest, AsksForTheJobAndShowsTheAnswer) {
  server_.jobs.explain_job.Return(why_);
  EXPECT_EQ(Run({"explain", kJobId}), 0);
  EXPECT_EQ(server_.jobs.explain_job.requests().at(0).job_id(), kJobId);
  EXPECT_THAT(out(), HasSubstr(kJobId));
}

TEST_F(ExplainTest, JsonIsTheServersMessage) {
  server_.jobs.explain_job.Return(why_);
  EXPECT_EQ(Run({"explain", kJobId, "--output", "json"}), 0);
  EXPECT_THAT(out(), HasSubstr("\"limit\": \"POLL_LIMIT_WASTE\""));
  EXPECT_THAT(out(), HasSubstr("\"next_poll_time\": \""));
}

TEST_F(ExplainTest, AJobThatIsNotPolledGetsAHint) {
  server_.jobs.explain_job.Fail(
      MakeError(errors::kJobNotPolled, "job j has ended as FAILED", {{"job_id", "j"}}));
  EXPECT_EQ(Run({"explain", "j"}), 1);
  EXPECT_EQ(err(),
            "error: job j has ended as FAILED\n"
            "hint: Only a job that Genesys Cloud has accepted and not yet ended is polled. "
            "Get the job: its state says where it stands.\n");
}

TEST_F(ExplainTest, AnUnknownJobIs5AndAnOlderServerSaysSo) {
  server_.jobs.explain_job.Fail(MakeError(errors::kJobNotFound, "no job"));
  EXPECT_EQ(Run({"explain", "j"}), 5);
  server_.jobs.explain_job.Fail(absl::UnimplementedError(""));
  EXPECT_EQ(Run({"explain", "j"}), 1);
  EXPECT_THAT(err(), HasSubstr("hint: the server is older than this program"));
}

TEST_F(ExplainTest, EachLimitHasASentence) {
  std::set<std::string> texts;
  for (int limit = v1::POLL_LIMIT_WASTE; limit <= v1::PollLimit_MAX; ++limit) {
    why_.set_limit(static_cast<v1::PollLimit>(limit));
    EXPECT_THAT(Describe(), Not(HasSubstr("does not know")));
    texts.insert(Describe());
  }
  EXPECT_EQ(texts.size(), static_cast<size_t>(v1::PollLimit_MAX));
}

TEST_F(ExplainTest, ALimitOfANewerServerIsShownByItsNumber) {
  why_.set_limit(static_cast<v1::PollLimit>(17));
  EXPECT_THAT(Describe(), HasSubstr("limit 17, which this program does not know"));
}

TEST_F(ExplainTest, TheNextPollIsToComeOrDueOrNow) {
  EXPECT_THAT(Describe(), HasSubstr("(in 6.0s)"));
  NextPollIn(-absl::Milliseconds(10));
  EXPECT_THAT(Describe(), HasSubstr("(due now)"));
  why_.clear_next_poll_time();
  EXPECT_THAT(Describe(), HasSubstr("Next poll  now\n"));
}

TEST_F(ExplainTest, ShortTimesShowPartsOfASecond) {
  const std::pair<absl::Duration, const char*> times[] = {{absl::Milliseconds(250), "(in 0.25s)"},
                                                          {absl::Milliseconds(6240), "(in 6.2s)"},
                                                          {absl::Milliseconds(9960), "(in 10.0s)"},
                                                          {absl::Seconds(42), "(in 42s)"},
                                                          {absl::Hours(2), "(in 2h0m)"}};
  for (const auto& [time, text] : times) {
    NextPollIn(time);
    EXPECT_THAT(Describe(), HasSubstr(text));
  }
}

TEST_F(ExplainTest, AJobThatWasNeverSeenSaysSo) {
  EXPECT_THAT(Describe(), HasSubstr("(12s ago), unfinished\n"));
  *why_.mutable_last_seen_time() = why_.accept_time();
  EXPECT_THAT(Describe(), HasSubstr("Last seen  not since it was accepted\n"));
  EXPECT_THAT(Describe(), HasSubstr("(1m12s ago), no polls since\n"));
}

TEST_F(ExplainTest, WhatIsKnownOfTheClassIsSaid) {
  EXPECT_THAT(Describe(), HasSubstr("nothing yet; similar classes are used instead"));
  why_.set_samples(1.2);
  EXPECT_THAT(Describe(), HasSubstr("from 1 past job, still learning\n"));
  why_.set_samples(57.6);
  why_.set_proven(true);
  EXPECT_THAT(Describe(), HasSubstr("from 58 past jobs, enough to trust long gaps\n"));
}

TEST_F(ExplainTest, AlmostCertainIsNotCertain) {
  const std::pair<double, const char*> chances[] = {{1, " 100%"},
                                                    {0.9999, " more than 99%"},
                                                    {0.614, " 61%"},
                                                    {0.001, " less than 1%"},
                                                    {0, " 0%"}};
  for (const auto& [chance, text] : chances) {
    why_.set_survival(chance);
    EXPECT_THAT(Describe(), HasSubstr(text));
  }
}

TEST_F(ExplainTest, AWeightIsShownWhenThereIsOne) {
  *why_.mutable_waste() = ToProto(absl::Seconds(2));
  EXPECT_THAT(Describe(), Not(HasSubstr("Weighted")));
  why_.set_weight(4);
  EXPECT_THAT(Describe(), HasSubstr("Weighted   8.0s: it counts 4 times"));
}

TEST_F(ExplainTest, OfAJobThatIsNotSubmittedYetTheWaitIsTold) {
  why_.clear_accept_time();
  why_.clear_next_poll_time();
  why_.set_limit(v1::POLL_LIMIT_BUDGET);
  why_.set_budget_left(2);
  why_.set_budget_limit(300);
  EXPECT_EQ(Describe(), std::string("Job        ") + kJobId +
                            "\nWaits for  the request budget (2 of 300 left), to be submitted\n");
  why_.set_limit(v1::POLL_LIMIT_DATA_AVAILABILITY);
  *why_.mutable_data_needed_until() = ToProto(clock_.Now());
  EXPECT_THAT(Describe(), HasSubstr("Waits for  the data of its interval"));
  EXPECT_THAT(Describe(), HasSubstr("Data       needed up to 2023-11-14 22:13:20"));
}

TEST_F(ExplainTest, TheErrorOfAFailedPollIsShownOnOneLine) {
  EXPECT_THAT(Describe(), Not(HasSubstr("Error")));
  *why_.mutable_error() = ToProto(MakeError(errors::kGenesysUnavailable, "HTTP 503\x1b[2J"));
  EXPECT_THAT(Describe(), HasSubstr("Error      GENESYS_UNAVAILABLE: HTTP 503\\x1b[2J\n"));
}

}  // namespace
}  // namespace gcjobs::testing
