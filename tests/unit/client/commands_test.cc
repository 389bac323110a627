#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/errors.h"
#include "common/status_conversion.h"
#include "tests/unit/client/cli_test_base.h"

// The commands that are one call each, and the program around them.
namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class CommandsTest : public CliTest {
 protected:
  static v1::JobKind RecordingKind() {
    v1::JobKind kind;
    kind.set_kind("recording.of_id");
    kind.set_description("Recordings");
    kind.set_submit_path("POST /api/v2/x/{recordingId}/jobs");
    kind.set_status_path("GET /api/v2/x/{recordingId}/jobs/{upstream_id}");
    kind.set_results_path("GET /api/v2/x/{upstream_id}/results");
    kind.set_results_mode(v1::RESULTS_MODE_CURSOR);
    kind.set_cancel_path("DELETE /api/v2/x/{upstream_id}");
    kind.set_second_phase_path("PUT /api/v2/x/{upstream_id}");
    kind.set_default_guarantee(v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
    (*kind.mutable_states())["READY"] = v1::JOB_STATE_RUNNING;
    (*kind.mutable_states())["FULFILLED"] = v1::JOB_STATE_SUCCEEDED;
    return kind;
  }
};

TEST_F(CommandsTest, GetShowsTheJob) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING));
  EXPECT_EQ(Run({"get", kJobId}), 0);
  EXPECT_THAT(out(), HasSubstr("State         RUNNING\n"));
  EXPECT_THAT(out(), HasSubstr("(3m12s ago)"));
}

TEST_F(CommandsTest, GetOfAFailedJobSucceeds) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_FAILED));
  EXPECT_EQ(Run({"get", kJobId}), 0);
}

TEST_F(CommandsTest, GetResultOnlyPrintsTheBytesAndANewline) {
  v1::Job job = MakeJob(v1::JOB_STATE_SUCCEEDED);
  job.set_result_json("{\"a\":1.10, \"b\":\"\\u001b\"}");
  server_.jobs.get_job.Return(job);
  EXPECT_EQ(Run({"get", kJobId, "--result-only"}), 0);
  EXPECT_EQ(out(), "{\"a\":1.10, \"b\":\"\\u001b\"}\n");
}

TEST_F(CommandsTest, GetResultOnlyWithoutAResultSaysWhatToDo) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING));
  EXPECT_EQ(Run({"get", kJobId, "--result-only"}), 1);
  EXPECT_THAT(err(), HasSubstr("hint: gcjobs watch"));
  v1::Job job = MakeJob(v1::JOB_STATE_SUCCEEDED);
  job.set_has_results(true);
  server_.jobs.get_job.Return(job);
  EXPECT_EQ(Run({"get", kJobId, "--result-only"}), 1);
  EXPECT_THAT(err(), HasSubstr("hint: use gcjobs results"));
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(CommandsTest, GetResultOnlyOfAnUnknownOutcomeIs6) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_OUTCOME_UNKNOWN));
  EXPECT_EQ(Run({"get", kJobId, "--result-only"}), 6);
}

TEST_F(CommandsTest, GetShowsWhatTheActionAnswered) {
  v1::Job job = MakeJob(v1::JOB_STATE_FAILED);
  *job.mutable_error() = ToProto(FailedByAction());
  server_.jobs.get_job.Return(job);
  EXPECT_EQ(Run({"get", kJobId}), 0);
  EXPECT_THAT(out(), HasSubstr("Genesys Cloud answered HTTP 422 (application/json):\n"
                               "  {\"error\":\"no stock\"}\n"));
}

TEST_F(CommandsTest, AnUnknownJobGetsAHint) {
  server_.jobs.get_job.Fail(MakeError(errors::kJobNotFound, "job 0190 not found"));
  EXPECT_EQ(Run({"get", "0190"}), 5);
  EXPECT_EQ(err(),
            "error: job 0190 not found\n"
            "hint: The job was deleted, its retention has ended, or it belongs to another "
            "server. Check the id; the list of jobs shows those that there are.\n");
}

TEST_F(CommandsTest, ReadsAreTriedAFewTimes) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING));
  server_.jobs.get_job.FailOnce(absl::UnavailableError("reset"));
  server_.jobs.get_job.FailOnce(absl::UnavailableError("reset"));
  EXPECT_EQ(Run({"get", kJobId}), 0);
  EXPECT_THAT(sleeps_, SizeIs(2));
}

TEST_F(CommandsTest, AnAnswerThatSaysWhenToComeBackIsRetriedThen) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING));
  for (const ErrorReason& reason : {errors::kGenesysRateLimited, errors::kGenesysTimeout,
                                    errors::kGenesysUnavailable, errors::kServerBusy}) {
    server_.jobs.get_job.FailOnce(MakeRetryableError(reason, absl::Seconds(3), "not now"));
  }
  EXPECT_EQ(Run({"get", kJobId}), 0);
  EXPECT_THAT(sleeps_,
              ElementsAre(absl::Seconds(3), absl::Seconds(3), absl::Seconds(3), absl::Seconds(3)));
  EXPECT_EQ(Count(err(), "gcjobs: not now; trying again until --timeout expires\n"), 1) << err();
}

TEST_F(CommandsTest, WhatTakesLongerThanTheTimeoutIsNotWaitedFor) {
  server_.jobs.get_job.Fail(
      MakeRetryableError(errors::kGenesysRateLimited, absl::Seconds(20), "too many requests"));
  EXPECT_EQ(Run({"get", kJobId, "--timeout=30s"}), 1);
  EXPECT_THAT(sleeps_, ElementsAre(absl::Seconds(20)));
  EXPECT_THAT(err(), HasSubstr("try again in 20s"));
}

TEST_F(CommandsTest, AServerThatIsNotThereIsUnreachable) {
  server_.Stop();
  EXPECT_EQ(Run({"get", kJobId}), 3);
  EXPECT_THAT(sleeps_, SizeIs(2));
}

TEST_F(CommandsTest, AServerThatDoesNotAnswerIsUnreachable) {
  server_.jobs.get_job.Fail(absl::DeadlineExceededError(""));
  EXPECT_EQ(Run({"get", kJobId}), 3);
  EXPECT_THAT(err(), HasSubstr("did not answer in time (30s)"));
  EXPECT_THAT(err(), HasSubstr("hint: --timeout gives it more time"));
}

TEST_F(CommandsTest, TheTokenTravelsAsABearer) {
  environment_["GCJOBS_TOKEN"] = "s3cret";
  server_.jobs.get_job.Fail(absl::UnauthenticatedError("bad token"));
  EXPECT_EQ(Run({"get", kJobId}), 4);
  EXPECT_EQ(server_.jobs.authorization(), "Bearer s3cret");
  EXPECT_THAT(err(), Not(HasSubstr("s3cret")));
}

TEST_F(CommandsTest, VerboseShowsReasonAndMetadata) {
  server_.jobs.get_job.Fail(
      MakeError(errors::kJobNotFound, "job 0190 not found", {{"job_id", "0190"}}));
  EXPECT_EQ(Run({"get", "0190", "-v"}), 5);
  EXPECT_THAT(err(), HasSubstr("  reason: JOB_NOT_FOUND (gcjobs)\n  job_id: 0190\n"));
}

TEST_F(CommandsTest, JsonErrorsAreOneObjectOnStderr) {
  server_.jobs.get_job.Fail(
      MakeError(errors::kJobNotFound, "job 0190 not found", {{"job_id", "0190"}}));
  EXPECT_EQ(Run({"get", "0190", "-o", "json"}), 5);
  EXPECT_EQ(err(), R"({"error":{"code":"NOT_FOUND","message":"job 0190 not found",)"
                   R"("reason":"JOB_NOT_FOUND","domain":"gcjobs","metadata":{"job_id":"0190"},)"
                   R"("hint":"The job was deleted, its retention has ended, or it belongs to )"
                   R"(another server. Check the id; the list of jobs shows those that there are.",)"
                   R"("help":"https://github.com/gcjobs/gcjobs/blob/main/docs/errors.md)"
                   R"(#job_not_found","exit_code":5}})"
                   "\n");
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(CommandsTest, ListSendsFiltersAndOrder) {
  server_.jobs.list_jobs.Return({});
  EXPECT_EQ(Run({"list", "--state=failed", "--created-after=1h", "--order-by=update_time desc",
                 "--limit=7"}),
            0);
  const v1::ListJobsRequest request = server_.jobs.list_jobs.requests().at(0);
  EXPECT_THAT(request.filter().states(), ElementsAre(v1::JOB_STATE_FAILED));
  EXPECT_EQ(FromProto(request.filter().create_time_after()), clock_.Now() - absl::Hours(1));
  EXPECT_EQ(request.order_by(), "update_time desc");
  EXPECT_EQ(request.page_size(), 7);
  EXPECT_THAT(err(), HasSubstr("no jobs"));
}

TEST_F(CommandsTest, ListReadsAllPages) {
  server_.jobs.list_jobs.Handle(
      [this](const v1::ListJobsRequest& request, v1::ListJobsResponse* response) {
        *response->add_jobs() = MakeJob(v1::JOB_STATE_RUNNING);
        if (request.page_token() != "p3") {
          response->set_next_page_token(request.page_token().empty() ? "p2" : "p3");
        }
        return absl::OkStatus();
      });
  EXPECT_EQ(Run({"list", "--all"}), 0);
  EXPECT_EQ(Count(out(), kJobId), 3);
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(CommandsTest, ListStopsAtItsLimitAndSaysSo) {
  server_.jobs.list_jobs.Handle([this](const v1::ListJobsRequest&, v1::ListJobsResponse* response) {
    *response->add_jobs() = MakeJob(v1::JOB_STATE_RUNNING);
    response->set_next_page_token("more");
    return absl::OkStatus();
  });
  EXPECT_EQ(Run({"list", "--limit=2"}), 0);
  EXPECT_EQ(Count(out(), kJobId), 2);
  EXPECT_THAT(err(), HasSubstr("--page-token more"));
}

TEST_F(CommandsTest, CancelSaysWhetherGenesysConfirmed) {
  v1::Job job = MakeJob(v1::JOB_STATE_CANCELLED);
  job.set_cancel_requested(true);
  server_.jobs.cancel_job.Return(job);
  EXPECT_EQ(Run({"cancel", kJobId}), 0);
  EXPECT_THAT(err(), HasSubstr("the work may continue there"));
  EXPECT_EQ(server_.jobs.cancel_job.requests().at(0).job_id(), kJobId);
}

TEST_F(CommandsTest, CancelOfAnEndedJobSaysHowItEnded) {
  server_.jobs.cancel_job.Return(MakeJob(v1::JOB_STATE_SUCCEEDED));
  EXPECT_EQ(Run({"cancel", kJobId}), 0);
  EXPECT_THAT(err(), HasSubstr("had already ended as SUCCEEDED"));
}

TEST_F(CommandsTest, Delete) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_SUCCEEDED));
  server_.jobs.delete_job.Return({});
  EXPECT_EQ(Run({"delete", kJobId}), 0);
  EXPECT_EQ(server_.jobs.delete_job.requests().at(0).job_id(), kJobId);
}

TEST_F(CommandsTest, DeleteOfAJobThatIsNotThereSaysSo) {
  server_.jobs.get_job.Fail(JobNotFoundError("TYPO"));
  EXPECT_EQ(Run({"delete", "TYPO"}), 5);
  EXPECT_THAT(err(), HasSubstr("job TYPO does not exist"));
  EXPECT_THAT(server_.jobs.delete_job.requests(), IsEmpty());
}

TEST_F(CommandsTest, DeleteOfALiveJobSaysHowToWait) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING));
  server_.jobs.delete_job.Fail(
      MakeError(errors::kJobNotFinished, "job j is RUNNING", {{"job_id", "j"}}));
  EXPECT_EQ(Run({"delete", "j"}), 1);
  EXPECT_THAT(err(), HasSubstr("Watch the job until it ends"));
}

TEST_F(CommandsTest, ActionListShowsActions) {
  v1::ListActionsResponse response;
  v1::Action* action = response.add_actions();
  action->set_id("custom_-_1a2b");
  action->set_name("Get \x1b[31morder");
  action->set_version(7);
  action->mutable_timeout()->set_seconds(10);
  server_.actions.list_actions.Return(response);
  EXPECT_EQ(Run({"action", "list", "--name=order", "--flow=f", "--org=eu"}), 0);
  const v1::ListActionsRequest request = server_.actions.list_actions.requests().at(0);
  EXPECT_EQ(request.name(), "order");
  EXPECT_EQ(request.flow_id(), "f");
  EXPECT_EQ(request.org(), "eu");
  EXPECT_EQ(out(),
            "ID             NAME               CATEGORY  TYPE  TIMEOUT  VERSION\n"
            "custom_-_1a2b  Get \\x1b[31morder  -         -     10s      7\n");
}

TEST_F(CommandsTest, ActionTimeoutGet) {
  v1::ActionTimeout timeout;
  timeout.set_action_id("a");
  timeout.set_version(3);
  server_.actions.get_action_timeout.Return(timeout);
  EXPECT_EQ(Run({"action", "timeout", "get", "a", "--flow", "f"}), 0);
  EXPECT_EQ(server_.actions.get_action_timeout.requests().at(0).flow_id(), "f");
  EXPECT_EQ(out(), "Action   a\nTimeout  not set (Genesys Cloud's default)\nVersion  3\n");
}

TEST_F(CommandsTest, ActionTimeoutSetShowsBeforeAndAfter) {
  v1::ActionTimeout timeout;
  timeout.set_action_id("a");
  timeout.mutable_previous_timeout()->set_seconds(10);
  timeout.mutable_timeout()->set_seconds(30);
  timeout.set_version(8);
  timeout.set_verified(true);
  server_.actions.update_action_timeout.Return(timeout);
  EXPECT_EQ(Run({"action", "timeout", "set", "a", "30s", "--expected-version", "7"}), 0);
  const v1::UpdateActionTimeoutRequest request =
      server_.actions.update_action_timeout.requests().at(0);
  EXPECT_EQ(FromProto(request.timeout()), absl::Seconds(30));
  EXPECT_EQ(request.expected_version(), 7);
  EXPECT_EQ(out(), "Action    a\nTimeout   10s -> 30s\nVersion   8\nVerified  yes\n");
}

TEST_F(CommandsTest, ActionTimeoutSetWithoutAVersionSendsNone) {
  server_.actions.update_action_timeout.Return({});
  EXPECT_EQ(Run({"action", "timeout", "set", "a", "1500ms"}), 0);
  EXPECT_FALSE(server_.actions.update_action_timeout.requests().at(0).has_expected_version());
  EXPECT_THAT(err(), HasSubstr("did not show when read back"));
}

TEST_F(CommandsTest, ActionTimeoutSetRefusesABareNumber) {
  EXPECT_EQ(Run({"action", "timeout", "set", "a", "10"}), 2);
  EXPECT_THAT(err(), HasSubstr("hint: add a unit"));
  EXPECT_THAT(server_.actions.update_action_timeout.requests(), IsEmpty());
}

TEST_F(CommandsTest, ActionTimeoutSetIsNotRepeated) {
  server_.actions.update_action_timeout.Fail(absl::UnavailableError("reset"));
  EXPECT_EQ(Run({"action", "timeout", "set", "a", "10s"}), 3);
  EXPECT_THAT(server_.actions.update_action_timeout.requests(), SizeIs(1));
}

TEST_F(CommandsTest, ActionTimeoutSetIsRepeatedWhenTheServerSaysSo) {
  const absl::Status limited =
      MakeRetryableError(errors::kGenesysRateLimited, absl::Seconds(2), "too many requests");
  server_.actions.update_action_timeout.Return({});
  server_.actions.update_action_timeout.FailOnce(limited);
  EXPECT_EQ(Run({"action", "timeout", "set", "a", "10s"}), 0);
  EXPECT_THAT(sleeps_, ElementsAre(absl::Seconds(2)));
  // Its first try may have made another version of what was expected.
  server_.actions.update_action_timeout.FailOnce(limited);
  EXPECT_EQ(Run({"action", "timeout", "set", "a", "10s", "--expected-version", "7"}), 1);
}

TEST_F(CommandsTest, KindsShowsTheRegistry) {
  v1::ListJobKindsResponse response;
  v1::JobKind* kind = response.add_kinds();
  kind->set_kind("action.async");
  kind->set_results_mode(v1::RESULTS_MODE_INLINE);
  kind->set_description("A data action");
  *response.add_kinds() = RecordingKind();
  server_.jobs.list_job_kinds.Return(response);
  EXPECT_EQ(Run({"kinds"}), 0);
  EXPECT_EQ(out(),
            "KIND             RESULTS  CANCEL    PHASES  DESCRIPTION\n"
            "action.async     inline   here      1       A data action\n"
            "recording.of_id  pages    upstream  2       Recordings\n");
}

TEST_F(CommandsTest, KindsShowsOneInFull) {
  v1::ListJobKindsResponse response;
  *response.add_kinds() = RecordingKind();
  server_.jobs.list_job_kinds.Return(response);
  EXPECT_EQ(Run({"kinds", "recording.of_id"}), 0);
  EXPECT_EQ(out(),
            "Kind          recording.of_id\n"
            "Description   Recordings\n"
            "Submit        POST /api/v2/x/{recordingId}/jobs\n"
            "Status        GET /api/v2/x/{recordingId}/jobs/{upstream_id}\n"
            "Second phase  PUT /api/v2/x/{upstream_id}\n"
            "Results       pages: GET /api/v2/x/{upstream_id}/results\n"
            "Cancel        DELETE /api/v2/x/{upstream_id}\n"
            "Guarantee     at-most-once\n"
            "Command       gcjobs submit job recording.of_id --path recordingId=VALUE --body JSON\n"
            "\n"
            "STATUS     STATE\n"
            "FULFILLED  SUCCEEDED\n"
            "READY      RUNNING\n");
}

TEST_F(CommandsTest, KindsShowsOneAsJson) {
  v1::ListJobKindsResponse response;
  *response.add_kinds() = RecordingKind();
  server_.jobs.list_job_kinds.Return(response);
  EXPECT_EQ(Run({"kinds", "recording.of_id", "-o", "json"}), 0);
  EXPECT_THAT(out(), HasSubstr(R"("results_mode": "RESULTS_MODE_CURSOR")"));
}

TEST_F(CommandsTest, AnUnknownKindIsNotFound) {
  server_.jobs.list_job_kinds.Return({});
  EXPECT_EQ(Run({"kinds", "nope"}), 5);
  EXPECT_THAT(err(), HasSubstr("Choose one from the list of job kinds"));
}

TEST_F(CommandsTest, HealthFollowsTheServer) {
  EXPECT_EQ(Run({"health"}), 0);
  EXPECT_EQ(out(), "SERVING\n");
  server_.SetServing(false);
  EXPECT_EQ(Run({"health"}), 1);
  EXPECT_EQ(Run({"health", "--service", "nobody"}), 5);
  server_.Stop();
  EXPECT_EQ(Run({"health"}), 3);
}

TEST_F(CommandsTest, VersionNeedsNoServer) {
  server_.Stop();
  EXPECT_EQ(Run({"version"}), 0);
  EXPECT_THAT(out(), HasSubstr("gcjobs "));
  EXPECT_EQ(Run({"--version"}), 0);
}

TEST_F(CommandsTest, MistakesOnTheCommandLineAre2) {
  const std::vector<std::vector<std::string>> lines = {{},
                                                       {"frobnicate"},
                                                       {"get"},
                                                       {"get", "a", "b"},
                                                       {"get", "a", "--frob"},
                                                       {"action"},
                                                       {"action", "frob"},
                                                       {"submit"},
                                                       {"submit", "action"},
                                                       {"list", "--limit=0"},
                                                       {"query", "submit", "--page-size=5000"},
                                                       {"submit", "action", "a", "--mode=x"},
                                                       {"list", "--state=done"},
                                                       {"watch", "--after=-1"},
                                                       {"get", "a", "--timeout=5"},
                                                       {"get", "a", "-o", "yaml"}};
  for (const std::vector<std::string>& line : lines) {
    EXPECT_EQ(RunCli(line, io_), 2) << ::testing::PrintToString(line);
  }
  EXPECT_THAT(err(), HasSubstr("unknown command \"frobnicate\""));
  EXPECT_THAT(err(), HasSubstr("error: unknown command \"frob\"\nhint: gcjobs action --help"));
  EXPECT_THAT(err(), HasSubstr("error: gcjobs submit needs a command\n"));
  EXPECT_THAT(err(), HasSubstr("error: unexpected argument \"b\"\nhint: gcjobs get --help"));
  EXPECT_THAT(err(), HasSubstr("error: unknown option --frob\n"));
  EXPECT_THAT(err(), HasSubstr("error: --mode: \"x\" is not one of async, direct\n"));
  EXPECT_THAT(err(), HasSubstr("--page-size: \"5000\" is not a whole number from 1 to 1000\n"));
  EXPECT_THAT(err(), HasSubstr("error: --limit: \"0\" is not a whole number of at least 1\n"));
}

TEST_F(CommandsTest, ACommandsNameMayBeAnArgument) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING));
  EXPECT_EQ(Run({"get", "list"}), 0);
  EXPECT_EQ(server_.jobs.get_job.requests().at(0).job_id(), "list");
}

TEST_F(CommandsTest, ServerComesFromTheEnvironment) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING));
  environment_["GCJOBS_SERVER"] = server_.address();
  EXPECT_EQ(RunCli({"get", kJobId}, io_), 0);
}

TEST_F(CommandsTest, UsageErrorsAreJsonToo) {
  EXPECT_EQ(RunCli({"get", "-o", "json"}, io_), 2);
  EXPECT_THAT(err(), HasSubstr(R"({"error":{"code":"INVALID_ARGUMENT")"));
}

}  // namespace
}  // namespace gcjobs::testing
