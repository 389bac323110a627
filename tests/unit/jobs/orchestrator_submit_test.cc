#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/error_info.h"
#include "tests/fakes/faulty_vfs.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

// Submissions, from intake to verdict, through restarts.

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::FaultyVfs;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::StatusIs;
using ::testing::ElementsAre;

JobSubmission AtLeastOnce() {
  JobSubmission job = JobWorld::Plain();
  job.record.set_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  return job;
}

ApiReply Refusal() {
  return FakeGenesysClient::Error(404, absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND");
}

TEST(OrchestratorSubmitTest, TheJobIsDurableBeforeAnythingIsSent) {
  JobWorld world;
  world.engine().Submit(JobWorld::Plain(), [](absl::StatusOr<v1::Job>) {});
  world.loop().TestOnlyRunUntilIdle();
  EXPECT_EQ(world.client().sent_count(), 0);
  world.Settle();
  EXPECT_EQ(world.client().sent_count(), 1);
}

TEST(OrchestratorSubmitTest, TheIntentIsDurableBeforeTheRequestLeaves) {
  JobWorld world;
  world.client().hold_permits = true;
  world.Submit(JobWorld::Plain());
  world.client().GrantHeld();
  world.loop().TestOnlyRunUntilIdle();  // the intent is queued, not committed
  EXPECT_EQ(world.client().sent_count(), 0);
  world.Settle();
  EXPECT_EQ(world.client().sent_count(), 1);
}

TEST(OrchestratorSubmitTest, AnswersWithTheVerdict) {
  JobWorld world;
  const size_t call = world.Submit(JobWorld::Plain());
  EXPECT_FALSE(world.answers[call].has_value());
  world.Answer(FakeGenesysClient::Ok("u-9", 202));
  ASSERT_THAT(world.answers[call].value(), IsOk());
  const v1::Job& job = **world.answers[call];
  EXPECT_EQ(job.state(), v1::JOB_STATE_PENDING);
  EXPECT_EQ(job.upstream_id(), "u-9");
  EXPECT_EQ(job.upstream_status(), "queued");
  EXPECT_TRUE(job.has_accept_time());
}

TEST(OrchestratorSubmitTest, AnswersAfterTheWaitWithTheJobAsItIs) {
  JobWorld world;
  const size_t call = world.Submit(JobWorld::Plain(), absl::Seconds(2));
  world.Advance(absl::Seconds(2));
  ASSERT_TRUE(world.answers[call].has_value());
  EXPECT_EQ((*world.answers[call])->state(), v1::JOB_STATE_QUEUED);
  world.Answer(FakeGenesysClient::Ok("u-1", 202));
  EXPECT_EQ(world.Stored((*world.answers[call])->id()).state(), v1::JOB_STATE_PENDING);
}

TEST(OrchestratorSubmitTest, AWaitOfZeroAnswersAtOnce) {
  JobWorld world;
  const size_t call = world.Submit(JobWorld::Plain(), absl::ZeroDuration());
  ASSERT_THAT(world.answers[call].value(), IsOk());
  EXPECT_EQ((*world.answers[call])->state(), v1::JOB_STATE_QUEUED);
}

TEST(OrchestratorSubmitTest, ARefusalIsAnErrorThatNamesTheFailedJob) {
  JobWorld world;
  const size_t call = world.Submit(JobWorld::Plain());
  world.Answer(Refusal());
  const absl::Status error = world.answers[call]->status();
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND"));
  const std::string job_id = GetErrorInfo(error)->metadata().at("job_id");
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_FAILED);
}

TEST(OrchestratorSubmitTest, ALostReplyIsNoErrorAndIsNeverRepeated) {
  JobWorld world;
  const size_t call = world.Submit(JobWorld::Plain());
  world.Answer(FakeGenesysClient::Broken());
  ASSERT_THAT(world.answers[call].value(), IsOk());
  EXPECT_EQ((*world.answers[call])->state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
  world.Advance(absl::Hours(1));
  EXPECT_EQ(world.client().sent_count(), 1);
}

TEST(OrchestratorSubmitTest, ALostReplyIsRepeatedWhenAtLeastOnceIsEnough) {
  JobWorld world;
  const size_t call = world.Submit(AtLeastOnce());
  world.Answer(FakeGenesysClient::Broken());
  EXPECT_FALSE(world.answers[call].has_value());
  world.Advance(absl::Seconds(1));
  ASSERT_EQ(world.client().sent_count(), 2);
  world.Answer(FakeGenesysClient::Ok("u-1", 202));
  EXPECT_EQ((*world.answers[call])->state(), v1::JOB_STATE_PENDING);
}

TEST(OrchestratorSubmitTest, WhatWasNotExecutedStaysQueuedAndShowsWhy) {
  JobWorld world;
  const size_t call = world.Submit(JobWorld::Plain());
  world.Answer(FakeGenesysClient::NotSent());
  world.Advance(absl::Seconds(2));
  const v1::Job job = **world.answers[call];
  EXPECT_EQ(job.state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(job.error().code(), static_cast<int>(absl::StatusCode::kUnavailable));
  EXPECT_EQ(world.client().sent_count(), 2);
}

TEST(OrchestratorSubmitTest, RetryAfterIsWaitedFor) {
  JobWorld world;
  world.Submit(JobWorld::Plain());
  ApiReply throttled =
      FakeGenesysClient::Error(429, absl::StatusCode::kResourceExhausted, "GENESYS_RATE_LIMITED");
  throttled.retry_after = absl::Seconds(40);
  world.Answer(throttled);
  world.Advance(absl::Seconds(39));
  EXPECT_EQ(world.client().sent_count(), 1);
  world.Advance(absl::Seconds(1));
  EXPECT_EQ(world.client().sent_count(), 2);
}

TEST(OrchestratorSubmitTest, RefusedCredentialsFailTheJob) {
  JobWorld world;
  world.client().permit_status = FakeGenesysClient::GenesysError(
      absl::StatusCode::kFailedPrecondition, "GENESYS_CREDENTIALS_REJECTED");
  const size_t call = world.Submit(JobWorld::Plain());
  EXPECT_THAT(world.answers[call]->status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, "GENESYS_CREDENTIALS_REJECTED"));
}

TEST(OrchestratorSubmitTest, OneRequestIdMakesOneJobHoweverManyAsk) {
  JobWorld world;
  for (int i = 0; i < 30; ++i) {
    world.answers.emplace_back();
    world.engine().Submit(JobWorld::Plain("r-1"),
                          [&world, i](absl::StatusOr<v1::Job> job) { world.answers[i] = job; });
  }
  world.Settle();
  world.Answer(FakeGenesysClient::Ok("u-1", 202));
  EXPECT_EQ(world.client().sent_count(), 1);
  for (const auto& answer : world.answers) {
    ASSERT_THAT(answer.value(), IsOk());
    EXPECT_EQ((*answer)->id(), (*world.answers[0])->id());
  }
}

TEST(OrchestratorSubmitTest, ARepeatAfterTheEndGivesTheSameJob) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Plain("r-1"));
  world.Poll("COMPLETED");
  world.Restart();
  const size_t again = world.Submit(JobWorld::Plain("r-1"));
  EXPECT_EQ((*world.answers[again])->id(), job_id);
  EXPECT_EQ((*world.answers[again])->state(), v1::JOB_STATE_SUCCEEDED);
}

TEST(OrchestratorSubmitTest, ARepeatOfARefusedSubmissionIsRefusedAlike) {
  JobWorld world;
  const size_t first = world.Submit(JobWorld::Plain("r-1"));
  world.Answer(Refusal());
  const size_t again = world.Submit(JobWorld::Plain("r-1"));
  EXPECT_EQ(world.client().sent_count(), 1);
  EXPECT_EQ(world.answers[again]->status(), world.answers[first]->status());
}

TEST(OrchestratorSubmitTest, ARequestIdWithAnotherPayloadIsRefusedLiveAndAfterTheEnd) {
  JobWorld world;
  world.SubmitAccepted(JobWorld::Plain("r-1"));
  JobSubmission other = JobWorld::Plain("r-1");
  other.record.set_fingerprint("f-2");
  const size_t live = world.Submit(other);
  EXPECT_THAT(world.answers[live]->status(),
              StatusIs(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
  world.Poll("COMPLETED");
  const size_t ended = world.Submit(other);
  EXPECT_THAT(world.answers[ended]->status(),
              StatusIs(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
}

TEST(OrchestratorSubmitTest, AFullIntakeRefusesAndAnAcceptedJobMakesRoom) {
  JobWorld world;
  world.options.admission.max_queued_jobs = 1;
  world.Restart();
  world.Submit(JobWorld::Plain());
  const size_t refused = world.Submit(JobWorld::Plain());
  EXPECT_THAT(world.answers[refused]->status(),
              StatusIs(absl::StatusCode::kResourceExhausted, "INTAKE_FULL"));
  EXPECT_TRUE(GetRetryDelay(world.answers[refused]->status()).has_value());
  world.Answer(FakeGenesysClient::Ok("u-1", 202));
  world.Submit(JobWorld::Plain());
  EXPECT_EQ(world.client().sent_count(), 2);
}

TEST(OrchestratorSubmitTest, AnIntakeIsFullByItsBytesToo) {
  JobWorld world;
  world.options.admission.max_queued_bytes = 100;
  world.Restart();
  const auto of_size = [](size_t bytes) {
    JobSubmission job = JobWorld::Plain();
    job.payload.set_body(std::string(bytes, ' '));
    return job;
  };
  world.Submit(of_size(60));
  const size_t refused = world.Submit(of_size(41));
  EXPECT_THAT(world.answers[refused]->status(),
              StatusIs(absl::StatusCode::kResourceExhausted, "INTAKE_FULL"));
  EXPECT_EQ(world.metrics().IntakeRefused().Value(), 1);
  world.Submit(of_size(40));
  EXPECT_EQ(world.client().sent_count(), 2);
}

TEST(OrchestratorSubmitTest, OneOrganisationNeverFillsAnothersIntake) {
  JobWorld world;
  world.options.admission.max_queued_jobs = 1;
  world.Restart();
  world.Submit(JobWorld::Plain());
  world.Submit(JobWorld::InOtherOrg(JobWorld::Plain()));
  EXPECT_EQ(world.client().sent_count(), 1);
  EXPECT_EQ(world.client("globex").sent_count(), 1);
}

TEST(OrchestratorSubmitTest, AStoreThatFailsAnswersTheCallerAndReportsItself) {
  FaultyVfs disk;
  JobWorld world;
  const size_t call = world.Submit(JobWorld::Plain());
  disk.FailWrites(true);
  world.Answer(FakeGenesysClient::Ok("u-1", 202));
  EXPECT_THAT(world.answers[call]->status(),
              StatusIs(absl::StatusCode::kUnavailable, "STORE_FAILED"));
  EXPECT_THAT(world.store_failure(), StatusIs(absl::StatusCode::kUnavailable, "STORE_FAILED"));
}

TEST(OrchestratorRestartTest, AJobThatWasNotSentYetIsSent) {
  JobWorld world;
  world.client().hold_permits = true;
  world.Submit(JobWorld::Plain());
  EXPECT_EQ(world.Restart().restored, 1u);
  EXPECT_EQ(world.client().sent_count(), 1);
  EXPECT_EQ(world.client().sent().front().request.body, "{}");
}

TEST(OrchestratorRestartTest, AnUnansweredAtMostOnceSubmissionIsUnknownAndNotRepeated) {
  JobWorld world;
  world.Submit(JobWorld::Plain("r-1"));
  ASSERT_EQ(world.client().sent_count(), 1);
  world.Restart();
  EXPECT_EQ(world.client().sent_count(), 0);  // counted anew
  const size_t again = world.Submit(JobWorld::Plain("r-1"));
  EXPECT_EQ((*world.answers[again])->state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
}

TEST(OrchestratorRestartTest, AnUnansweredAtLeastOnceSubmissionIsRepeated) {
  JobWorld world;
  world.Submit(AtLeastOnce());
  world.Restart();
  world.Advance(absl::Seconds(1));
  EXPECT_EQ(world.client().sent_count(), 1);
}

TEST(OrchestratorRestartTest, AJobThatWaitsToRetryIsNotInDoubt) {
  JobWorld world;
  world.Submit(JobWorld::Plain());
  world.Answer(FakeGenesysClient::NotSent());
  world.Restart();
  EXPECT_EQ(world.client().sent_count(), 1);
}

TEST(OrchestratorRestartTest, WhatIsQueuedKeepsItsPlaceInTheIntake) {
  JobWorld world;
  world.client().hold_permits = true;
  world.Submit(JobWorld::Plain());
  world.options.admission.max_queued_jobs = 1;
  world.Restart();
  const size_t refused = world.Submit(JobWorld::Plain());
  EXPECT_THAT(world.answers[refused]->status(),
              StatusIs(absl::StatusCode::kResourceExhausted, "INTAKE_FULL"));
}

// A stop that comes while everything waits: nothing of it may run on.
TEST(OrchestratorStopTest, WhatIsUnderWayEndsAndGivesBackWhatItHas) {
  JobWorld world;
  world.SubmitAccepted();
  world.AwaitPoll();
  world.SubmitUnsettled(JobWorld::Plain());  // not committed yet
  world.client().hold_permits = true;
  world.Submit(JobWorld::Plain(), absl::ZeroDuration());
  world.client().GrantHeld();  // a permit is on its way
  world.engine().Stop();
  EXPECT_EQ(world.engine().live_jobs(), 0u);
  world.client().Answer(FakeGenesysClient::Ok("COMPLETED"));
  world.Settle();
  EXPECT_EQ(world.client().permits_out(), 0);
}

TEST(OrchestratorRestartTest, PathParametersAndPageSizeAreKept) {
  JobWorld world;
  JobSubmission job = JobWorld::Plain();
  (*job.record.mutable_path_parameters())["space"] = "s-1";
  job.record.set_results_page_size(250);
  const std::string job_id = world.SubmitAccepted(job);
  world.Restart();
  EXPECT_EQ(world.StoredRecord(job_id).results_page_size(), 250);
  world.AwaitPoll();
  EXPECT_EQ(world.Asked(), "GET /s-1/u-1");
}

TEST(OrchestratorRestartTest, TheHistoryHasNoGap) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.Poll("RUNNING");
  world.Restart();
  world.Poll("COMPLETED");
  EXPECT_THAT(world.History(job_id), ElementsAre(v1::JOB_STATE_QUEUED, v1::JOB_STATE_PENDING,
                                                 v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED));
}

TEST(OrchestratorRestartTest, AJobOfAnUnknownOrganisationIsLeftAlone) {
  JobWorld world;
  store::StoredJob stray;
  stray.mutable_job()->set_id("j-stray");
  stray.mutable_job()->set_org("gone");
  stray.mutable_job()->set_kind("plain");
  stray.mutable_job()->set_state(v1::JOB_STATE_PENDING);
  world.store().Commit(InsertJob{stray, {}, {}}, [](const auto&) {});
  world.Settle();
  EXPECT_EQ(world.Restart().left_alone, 1u);
  EXPECT_EQ(world.Stored("j-stray").state(), v1::JOB_STATE_PENDING);
  const size_t cancel = world.Cancel("j-stray");
  EXPECT_THAT(world.answers[cancel]->status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, "ORG_NOT_CONFIGURED"));
  EXPECT_THAT(world.Delete("j-stray"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED"));
}

}  // namespace
}  // namespace gcjobs
