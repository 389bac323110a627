#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/error_info.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

// Polls of accepted jobs, until their end.

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::StatusIs;
using ::testing::ElementsAre;

TEST(OrchestratorPollTest, TransitionsComeInOrderAndTheResultIsVerbatim) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.Poll("queued");
  world.Poll("RUNNING");
  world.Poll("Completed");
  EXPECT_THAT(world.History(job_id), ElementsAre(v1::JOB_STATE_QUEUED, v1::JOB_STATE_PENDING,
                                                 v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED));
  const v1::Job job = world.Stored(job_id);
  EXPECT_EQ(job.result_json(), "{\"n\":1.10}");
  EXPECT_EQ(job.result_bytes(), 10);
  EXPECT_EQ(job.poll_count(), 3);
  EXPECT_EQ(job.upstream_status(), "Completed");
  EXPECT_TRUE(job.has_expire_time());
}

TEST(OrchestratorPollTest, APollThatChangesNothingWritesNothing) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  const int64_t before = world.Stored(job_id).revision();
  world.Poll("queued");
  EXPECT_EQ(world.Stored(job_id).revision(), before);
  EXPECT_EQ(world.Stored(job_id).poll_count(), 0);
  EXPECT_EQ(world.engine().FindLive(job_id)->poll_count(), 1);
}

// A slow disk: the next poll waits until the transition of this one is durable.
TEST(OrchestratorPollTest, AJobIsNotPolledWhileItsTransitionIsBeingCommitted) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.AwaitPoll();
  const int sent = world.client().sent_count();
  world.client().Answer(FakeGenesysClient::Ok("RUNNING"));
  for (int second = 0; second < 120; ++second) {
    world.loop().TestOnlyRunUntilIdle();
    world.clock().Advance(absl::Seconds(1));
  }
  EXPECT_EQ(world.client().sent_count(), sent);
  world.Settle();
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_RUNNING);
  world.Poll("COMPLETED");
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_SUCCEEDED);
}

TEST(OrchestratorPollTest, TheLiveViewTellsWhenTheNextPollIs) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  const auto job = world.engine().FindLive(job_id);
  ASSERT_TRUE(job.has_value());
  EXPECT_GT(FromProto(job->next_poll_time()), world.clock().Now());
  EXPECT_LT(FromProto(job->next_poll_time()), world.clock().Now() + absl::Seconds(2));
}

TEST(OrchestratorPollTest, TheLiveViewTellsThatTheUpstreamThrottles) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  const absl::Time until = world.clock().Now() + absl::Hours(2);
  world.client().throttled_until = until;
  EXPECT_EQ(FromProto(world.engine().FindLive(job_id)->throttled_until()), until);
}

TEST(OrchestratorPollTest, AFailedPollIsRetriedAndShownButEndsNothing) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.AwaitPoll();
  world.Answer(
      FakeGenesysClient::Error(500, absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE"));
  const absl::Status shown = FromProto(world.engine().FindLive(job_id)->error());
  EXPECT_THAT(shown, StatusIs(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE"));
  world.Poll("RUNNING");
  EXPECT_FALSE(world.engine().FindLive(job_id)->has_error());
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_RUNNING);
}

TEST(OrchestratorPollTest, RetryAfterOnAPollIsWaitedFor) {
  JobWorld world;
  world.SubmitAccepted();
  world.AwaitPoll();
  ApiReply throttled =
      FakeGenesysClient::Error(429, absl::StatusCode::kResourceExhausted, "GENESYS_RATE_LIMITED");
  throttled.retry_after = absl::Minutes(5);
  world.Answer(throttled);
  const int sent = world.client().sent_count();
  world.Advance(absl::Minutes(5) - absl::Seconds(1));
  EXPECT_EQ(world.client().sent_count(), sent);
  world.Advance(absl::Seconds(1));
  EXPECT_EQ(world.client().sent_count(), sent + 1);
}

TEST(OrchestratorPollTest, ARefusedPermitIsRetriedWithBackoffAndKeepsTheJob) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.client().permit_status = FakeGenesysClient::GenesysError(
      absl::StatusCode::kFailedPrecondition, "GENESYS_CREDENTIALS_REJECTED");
  world.Advance(absl::Minutes(10));
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_PENDING);
  world.client().permit_status = absl::OkStatus();
  world.Poll("COMPLETED");
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_SUCCEEDED);
}

TEST(OrchestratorPollTest, APermitWithoutAJobToPollIsGivenBack) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.client().hold_permits = true;
  world.Advance(absl::Seconds(5));  // due, and waiting for a permit
  world.Cancel(job_id);
  world.client().GrantHeld();
  world.Settle();
  EXPECT_EQ(world.client().permits_out(), 0);
}

TEST(OrchestratorPollTest, TheExecutionTimeoutFailsTheJob) {
  JobWorld world;
  JobSubmission job = JobWorld::Plain();
  *job.record.mutable_job()->mutable_execution_timeout() = ToProto(absl::Seconds(90));
  const std::string job_id = world.SubmitAccepted(job);
  world.Advance(absl::Seconds(90));
  const v1::Job ended = world.Stored(job_id);
  EXPECT_EQ(ended.state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(FromProto(ended.error()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, "JOB_TIMED_OUT"));
}

TEST(OrchestratorPollTest, TheExecutionTimeoutCountsThroughARestart) {
  JobWorld world;
  JobSubmission job = JobWorld::Plain();
  *job.record.mutable_job()->mutable_execution_timeout() = ToProto(absl::Seconds(90));
  const std::string job_id = world.SubmitAccepted(job);
  world.clock().Advance(absl::Hours(2));
  world.Restart();
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_FAILED);
}

TEST(OrchestratorPollTest, ATimeoutWhileQueuedIsNoRefusalAndNothingIsSentLater) {
  JobWorld world;
  world.client().hold_permits = true;
  JobSubmission job = JobWorld::Plain();
  *job.record.mutable_job()->mutable_execution_timeout() = ToProto(absl::Seconds(1));
  const size_t call = world.Submit(job, absl::Seconds(5));
  world.Advance(absl::Seconds(1));
  ASSERT_TRUE(world.answers[call].has_value());
  EXPECT_EQ((*world.answers[call])->state(), v1::JOB_STATE_FAILED);
  world.client().GrantHeld();
  world.Settle();
  EXPECT_EQ(world.client().sent_count(), 0);
  EXPECT_EQ(world.client().permits_out(), 0);
}

TEST(OrchestratorPollTest, AResultBeyondTheCapIsMeasuredButNotKept) {
  JobWorld world;
  world.options.max_result_bytes = 9;
  world.Restart();
  const std::string job_id = world.SubmitAccepted();
  world.Poll("COMPLETED");
  EXPECT_EQ(world.Stored(job_id).result_json(), "");
  EXPECT_EQ(world.Stored(job_id).result_bytes(), 10);
}

TEST(OrchestratorPollTest, ResultsAreAnnouncedWithTheEnd) {
  for (const auto& [kind, has_results] :
       {std::pair("plain", true), std::pair("paged", true), std::pair("silent", false)}) {
    JobWorld world;
    const std::string job_id = world.SubmitAccepted(JobWorld::OfKind(kind));
    world.Poll("RUNNING");
    EXPECT_FALSE(world.Stored(job_id).has_results()) << kind;
    world.Poll("COMPLETED");
    EXPECT_EQ(world.Stored(job_id).has_results(), has_results) << kind;
  }
}

TEST(OrchestratorPollTest, TheCallersPolicyIsHonoured) {
  JobWorld world;
  JobSubmission job = JobWorld::Plain();
  *job.record.mutable_job()->mutable_poll()->mutable_initial_interval() =
      ToProto(absl::Seconds(60));
  *job.record.mutable_job()->mutable_poll()->mutable_max_interval() = ToProto(absl::Seconds(60));
  job.record.mutable_job()->mutable_poll()->set_max_attempts(2);
  const std::string job_id = world.SubmitAccepted(job);
  world.Advance(absl::Seconds(50));
  EXPECT_EQ(world.client().sent_count(), 1);  // the submission alone
  world.Poll("RUNNING");
  world.Poll("RUNNING");
  EXPECT_THAT(FromProto(world.Stored(job_id).error()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, "POLL_ATTEMPTS_EXHAUSTED"));
}

}  // namespace
}  // namespace gcjobs
