#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>

#include "common/error_info.h"
#include "common/errors.h"
#include "common/status_conversion.h"
#include "tests/fakes/temp_dir.h"
#include "tests/unit/client/cli_test_base.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class SubmitActionTest : public CliTest {
 protected:
  SubmitActionTest() { server_.jobs.submit_action.Return(MakeJob(v1::JOB_STATE_PENDING)); }

  int Submit(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"submit", "action", "custom_-_1a2b"});
    return Run(std::move(arguments));
  }
  v1::SubmitActionRequest Sent() const { return server_.jobs.submit_action.requests().at(0); }
};

TEST_F(SubmitActionTest, ShowsTheJobAndHowToFollowIt) {
  EXPECT_EQ(Submit({"--param", "customerId=42"}), 0);
  EXPECT_EQ(Sent().action_id(), "custom_-_1a2b");
  EXPECT_EQ(Sent().parameters_json(), R"({"customerId":42})");
  EXPECT_THAT(out(), StartsWith(std::string("Job           ") + kJobId + "\n"));
  EXPECT_THAT(err(), HasSubstr(std::string("gcjobs watch ") + kJobId));
}

TEST_F(SubmitActionTest, WithoutParametersNoneAreSent) {
  EXPECT_EQ(Submit({}), 0);
  EXPECT_EQ(Sent().input_case(), v1::SubmitActionRequest::INPUT_NOT_SET);
}

TEST_F(SubmitActionTest, ParamsAreSentByteForByte) {
  const std::string json = "{ \"price\" : 1.10,\t\"id\":12345678901234567890 }";
  EXPECT_EQ(Submit({"--params", json}), 0);
  EXPECT_EQ(Sent().parameters_json(), json);
}

TEST_F(SubmitActionTest, StdinIsSentByteForByte) {
  const std::string json = "{\r\n  \"price\": 1.10\r\n}\n";
  in_.str(json);
  EXPECT_EQ(Submit({"--params-file", "-"}), 0);
  EXPECT_EQ(Sent().parameters_json(), json);
}

TEST_F(SubmitActionTest, AFileIsSentByteForByte) {
  const testing::TempDir dir;
  const std::string json = "{\"price\": 1.10}\n\n";
  EXPECT_EQ(Submit({"--params-file", dir.Write("params.json", json)}), 0);
  EXPECT_EQ(Sent().parameters_json(), json);
}

TEST_F(SubmitActionTest, AFileThatCannotBeReadIsNamed) {
  EXPECT_EQ(Submit({"--params-file", "/nonexistent/params.json"}), 2);
  EXPECT_THAT(err(), HasSubstr("cannot read /nonexistent/params.json: No such file"));
  EXPECT_EQ(Submit({"--params-file", "/tmp"}), 2);
}

TEST_F(SubmitActionTest, ParametersComeFromOnePlace) {
  EXPECT_EQ(Submit({"--param", "a=1", "--params", "{}"}), 2);
  EXPECT_EQ(Submit({"--params", "[1]"}), 2);
  EXPECT_THAT(server_.jobs.submit_action.requests(), IsEmpty());
}

TEST_F(SubmitActionTest, AllOptionsReachTheServer) {
  EXPECT_EQ(
      Submit({"--mode=direct", "--label=team=billing", "--label=env=", "--request-id=r-1",
              "--wait=0", "--execution-timeout=1h", "--retention=7d", "--guarantee=at-least-once",
              "--poll-initial=1500ms", "--poll-max=1m", "--poll-attempts=9", "--org=eu"}),
      0);
  const v1::SubmitActionRequest sent = Sent();
  EXPECT_EQ(sent.mode(), v1::ACTION_MODE_DIRECT);
  const v1::SubmitOptions& options = sent.options();
  EXPECT_EQ(options.org(), "eu");
  EXPECT_EQ(options.labels().at("team"), "billing");
  EXPECT_EQ(options.labels().at("env"), "");
  EXPECT_EQ(options.request_id(), "r-1");
  ASSERT_TRUE(options.has_wait());
  EXPECT_EQ(FromProto(options.wait()), absl::ZeroDuration());
  EXPECT_EQ(FromProto(options.execution_timeout()), absl::Hours(1));
  EXPECT_EQ(FromProto(options.retention()), absl::Hours(168));
  EXPECT_EQ(options.submit_guarantee(), v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  EXPECT_EQ(FromProto(options.poll().initial_interval()), absl::Milliseconds(1500));
  EXPECT_EQ(FromProto(options.poll().max_interval()), absl::Minutes(1));
  EXPECT_EQ(options.poll().max_attempts(), 9);
}

TEST_F(SubmitActionTest, WhatIsNotGivenIsLeftToTheServer) {
  EXPECT_EQ(Submit({}), 0);
  const v1::SubmitOptions options = Sent().options();
  EXPECT_EQ(Sent().mode(), v1::ACTION_MODE_UNSPECIFIED);
  EXPECT_FALSE(options.has_wait());
  EXPECT_FALSE(options.has_execution_timeout());
  EXPECT_FALSE(options.has_poll());
  EXPECT_EQ(options.submit_guarantee(), v1::SUBMIT_GUARANTEE_UNSPECIFIED);
}

TEST_F(SubmitActionTest, BadValuesAreUsageErrors) {
  for (const char* option : {"--wait=10", "--mode=fast", "--guarantee=exactly-once",
                             "--poll-attempts=0", "--label=x", "--retention=-1d", "--param=x"}) {
    EXPECT_EQ(Submit({option}), 2) << option;
  }
  EXPECT_THAT(server_.jobs.submit_action.requests(), IsEmpty());
}

TEST_F(SubmitActionTest, ARetryAfterUnavailableCarriesTheSameGeneratedId) {
  server_.jobs.submit_action.FailOnce(absl::UnavailableError("connection reset"));
  EXPECT_EQ(Submit({}), 0);
  const auto requests = server_.jobs.submit_action.requests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_THAT(requests[0].options().request_id(), StartsWith("cli-"));
  EXPECT_EQ(requests[0].options().request_id(), requests[1].options().request_id());
}

TEST_F(SubmitActionTest, EachSubmissionHasItsOwnId) {
  EXPECT_EQ(Submit({}), 0);
  EXPECT_EQ(Submit({}), 0);
  const auto requests = server_.jobs.submit_action.requests();
  EXPECT_NE(requests[0].options().request_id(), requests[1].options().request_id());
}

TEST_F(SubmitActionTest, RetriesUntilTheServerIsBack) {
  server_.Stop();
  on_sleep_ = [this] {
    if (sleeps_.size() == 4) server_.Start();
  };
  EXPECT_EQ(Submit({}), 0);
  EXPECT_EQ(Count(err(), "cannot reach gcjobsd"), 1) << err();
}

TEST_F(SubmitActionTest, RetriesAreBoundedByTheTimeout) {
  server_.Stop();
  const absl::Time start = clock_.Now();
  EXPECT_EQ(Submit({"--timeout=20s", "--wait=0"}), 3);
  EXPECT_LE(clock_.Now() - start, absl::Seconds(20));
  EXPECT_GT(clock_.Now() - start, absl::Seconds(10));
}

TEST_F(SubmitActionTest, AFullIntakeIsRetriedWhenItSays) {
  absl::Status full = MakeError(errors::kIntakeFull, "full");
  SetRetryDelay(&full, absl::Seconds(3));
  server_.jobs.submit_action.FailOnce(full);
  EXPECT_EQ(Submit({}), 0);
  EXPECT_THAT(sleeps_, ElementsAre(absl::Seconds(3)));
}

TEST_F(SubmitActionTest, AnInterruptSaysHowToGetTheSameJob) {
  server_.jobs.submit_action.Handle([this](const auto&, v1::Job*) {
    interrupt_.Set();
    return absl::OkStatus();
  });
  EXPECT_EQ(Submit({"--param", "note=it's late", "--token=s3cret"}), 130);
  EXPECT_THAT(err(), StartsWith("gcjobs: interrupted\nhint: the job may have been accepted; to get "
                                "it, and never a second one: gcjobs submit action custom_-_1a2b "
                                "--param 'note=it'\\''s late' --token=TOKEN --server="));
  EXPECT_THAT(err(), HasSubstr(" --request-id " + Sent().options().request_id() + "\n"));
}

TEST_F(SubmitActionTest, AnInterruptTellsScriptsToo) {
  server_.jobs.submit_action.Handle([this](const auto&, v1::Job*) {
    interrupt_.Set();
    return absl::OkStatus();
  });
  EXPECT_EQ(Submit({"--output=json"}), 130);
  EXPECT_THAT(err(),
              StartsWith(R"({"error":{"code":"CANCELLED","message":"interrupted","hint":")"));
  EXPECT_THAT(err(), HasSubstr(" --request-id " + Sent().options().request_id()));
  EXPECT_THAT(err(), HasSubstr(R"("exit_code":130)"));
}

TEST_F(SubmitActionTest, ASubmissionThatWasCutOffSaysHowToGetTheSameJob) {
  // No answer in time; the connection broke, and the server was gone for good; a
  // proxy that reports a reset in its own way.
  for (const absl::Status& status :
       {absl::DeadlineExceededError(""), absl::UnavailableError("Socket closed"),
        absl::InternalError("RST_STREAM")}) {
    server_.jobs.submit_action.Fail(status);
    in_ = std::istringstream("{}");
    Submit({"--request-id", "order-1", "--params-file", "-"});
    EXPECT_THAT(err(), HasSubstr("a second one, with the same input: gcjobs submit action "
                                 "custom_-_1a2b --params-file - --server="))
        << status;
    EXPECT_EQ(Count(err(), "--request-id order-1\n"), 1);
    err_.Clear();
  }
}

TEST_F(SubmitActionTest, ASubmissionThatNeverLeftIsNotSaidToHave) {
  server_.Stop();
  EXPECT_EQ(Submit({"--timeout=2s"}), 3);
  EXPECT_THAT(err(), Not(HasSubstr("may have been accepted")));
  EXPECT_THAT(err(), HasSubstr("hint: start gcjobsd there"));
}

TEST_F(SubmitActionTest, ARefusalIsNotSaidToHaveBeenAccepted) {
  server_.jobs.submit_action.Fail(MakeError(errors::kGenesysBadRequest, "no"));
  EXPECT_EQ(Submit({}), 2);
  EXPECT_THAT(err(), Not(HasSubstr("may have been accepted")));
  server_.jobs.submit_action.Fail(absl::DeadlineExceededError(""));
  EXPECT_EQ(Submit({"--validate-only"}), 3);
  EXPECT_THAT(err(), Not(HasSubstr("may have been accepted")));
}

TEST_F(SubmitActionTest, ServerFieldsAreNamedAsOptions) {
  server_.jobs.submit_action.Fail(InvalidField("options.wait", "must be 0 to 1m, but is 1m30s"));
  EXPECT_EQ(Submit({"--wait=90s"}), 2);
  EXPECT_THAT(err(), StartsWith("error: --wait: must be 0 to 1m, but is 1m30s\n"));
}

TEST_F(SubmitActionTest, GenesysUnavailableIsNotRetried) {
  absl::Status status = absl::UnavailableError("HTTP 503");
  google::rpc::ErrorInfo info;
  info.set_domain("genesys.cloud");
  info.set_reason("GENESYS_UNAVAILABLE");
  SetErrorInfo(&status, info);
  server_.jobs.submit_action.Fail(status);
  EXPECT_EQ(Submit({}), 1);
  EXPECT_THAT(server_.jobs.submit_action.requests(), SizeIs(1));
}

TEST_F(SubmitActionTest, TheExitCodeTellsTheState) {
  server_.jobs.submit_action.Return(MakeJob(v1::JOB_STATE_FAILED));
  EXPECT_EQ(Submit({}), 1);
  server_.jobs.submit_action.Return(MakeJob(v1::JOB_STATE_OUTCOME_UNKNOWN));
  EXPECT_EQ(Submit({}), 6);
}

TEST_F(SubmitActionTest, RefusedCredentialsAreARefusal) {
  server_.jobs.submit_action.Fail(MakeError(errors::kGenesysCredentialsRejected, "invalid_client"));
  EXPECT_EQ(Submit({}), 4);
  EXPECT_THAT(err(), HasSubstr("GENESYS_CLIENT_SECRET"));
}

TEST_F(SubmitActionTest, WatchFollowsTheJobFromItsFirstEvent) {
  server_.jobs.watch_job.Play({{Queued(), Running(), Succeeded()}, absl::OkStatus()});
  EXPECT_EQ(Submit({"--watch"}), 0);
  EXPECT_EQ(server_.jobs.watch_job.requests().at(0).after_revision(), 0);
  EXPECT_THAT(out(), HasSubstr("RUNNING -> SUCCEEDED"));
}

TEST_F(SubmitActionTest, ResultOnlyWaitsAndPrintsTheBytes) {
  v1::JobEvent end = Succeeded();
  end.mutable_job()->set_result_json("{\"total\": 1.10,  \"id\":12345678901234567890}");
  server_.jobs.watch_job.Play({{Queued(), Running(), end}, absl::OkStatus()});
  EXPECT_EQ(Submit({"--result-only"}), 0);
  EXPECT_EQ(out(), "{\"total\": 1.10,  \"id\":12345678901234567890}\n");
}

TEST_F(SubmitActionTest, ResultOnlyOfAFailedJobPrintsNothing) {
  server_.jobs.watch_job.Play(
      {{MakeEvent(10, 1, v1::JOB_STATE_UNSPECIFIED, v1::JOB_STATE_FAILED)}, absl::OkStatus()});
  EXPECT_EQ(Submit({"--result-only"}), 1);
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_THAT(err(), HasSubstr("failed"));
}

TEST_F(SubmitActionTest, ARefusedSubmissionShowsTheAnswer) {
  server_.jobs.submit_action.Fail(FailedByAction());
  EXPECT_EQ(Submit({"--mode=direct"}), 2);
  EXPECT_EQ(err(),
            "error: HTTP 422: no stock\n"
            "Genesys Cloud answered HTTP 422 (application/json):\n"
            "  {\"error\":\"no stock\"}\n"
            "hint: Genesys Cloud refuses the contents of the request. Correct what its message "
            "names: the same request would be refused again.\n");
}

TEST_F(SubmitActionTest, AJobThatFailsWhileWatchedShowsTheAnswer) {
  v1::JobEvent end = MakeEvent(20, 2, v1::JOB_STATE_QUEUED, v1::JOB_STATE_FAILED);
  *end.mutable_job()->mutable_error() = ToProto(FailedByAction());
  server_.jobs.watch_job.Play({{Queued(), end}, absl::OkStatus()});
  EXPECT_EQ(Submit({"--mode=direct", "--watch"}), 1);
  EXPECT_THAT(err(), HasSubstr("answered HTTP 422 (application/json):\n  {\"error\""));
}

TEST_F(SubmitActionTest, ValidateOnlyIsNotWatched) {
  v1::Job job = MakeJob(v1::JOB_STATE_QUEUED);
  job.clear_id();
  server_.jobs.submit_action.Return(job);
  EXPECT_EQ(Submit({"--validate-only", "--watch"}), 0);
  EXPECT_TRUE(Sent().options().validate_only());
  EXPECT_THAT(err(), HasSubstr("nothing was submitted"));
  EXPECT_THAT(server_.jobs.watch_job.requests(), IsEmpty());
}

TEST_F(SubmitActionTest, InterruptIs130) {
  interrupt_.Set();
  EXPECT_EQ(Submit({}), 130);
  EXPECT_THAT(err(), HasSubstr("interrupted"));
}

}  // namespace
}  // namespace gcjobs::testing
