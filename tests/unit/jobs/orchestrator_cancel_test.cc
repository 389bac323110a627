#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

// Cancels and deletes.

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::StatusIs;

ApiReply ServerError() {
  return FakeGenesysClient::Error(500, absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE");
}

ApiReply Refusal(int status) {
  return FakeGenesysClient::Error(status, absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND");
}

TEST(OrchestratorCancelTest, AKindWithoutACancelIsCancelledHere) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  const size_t call = world.Cancel(job_id);
  ASSERT_THAT(world.answers[call].value(), IsOk());
  EXPECT_EQ((*world.answers[call])->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE((*world.answers[call])->cancel_requested());
  EXPECT_FALSE((*world.answers[call])->upstream_cancelled());
  world.Advance(absl::Hours(1));
  EXPECT_EQ(world.client().sent_count(), 1);  // no poll after the end
}

TEST(OrchestratorCancelTest, AKindWithACancelIsCancelledUpstream) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  const size_t call = world.Cancel(job_id);
  EXPECT_FALSE(world.answers[call].has_value());
  EXPECT_EQ(world.client().sent().front().request.method, "DELETE");
  world.Answer(FakeGenesysClient::Ok("", 204));
  EXPECT_EQ((*world.answers[call])->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE((*world.answers[call])->upstream_cancelled());
}

TEST(OrchestratorCancelTest, CancellingTwiceSendsOneCancel) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  world.Cancel(job_id);
  world.Cancel(job_id);
  EXPECT_EQ(world.client().sent_count(), 2);
  world.Answer(FakeGenesysClient::Ok("", 204));
  EXPECT_EQ((*world.answers[2])->state(), v1::JOB_STATE_CANCELLED);
}

// However many wait for the job while a commit of it is under way.
TEST(OrchestratorCancelTest, ThousandsOfCancelsOfOneJobAreAllAnswered) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  constexpr int kCancels = 10'000;
  int answered = 0;
  for (int i = 0; i < kCancels; ++i) {
    world.engine().Cancel(job_id, absl::InfiniteFuture(),
                          [&answered](const absl::StatusOr<v1::Job>& job) {
                            answered += job->state() == v1::JOB_STATE_CANCELLED ? 1 : 0;
                          });
  }
  world.Settle();
  EXPECT_EQ(answered, kCancels);
}

TEST(OrchestratorCancelTest, ATerminalJobComesBackUnchanged) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.Poll("COMPLETED");
  const size_t call = world.Cancel(job_id);
  EXPECT_EQ((*world.answers[call])->state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_FALSE((*world.answers[call])->cancel_requested());
}

TEST(OrchestratorCancelTest, AnUnknownJobIsNotFound) {
  JobWorld world;
  const size_t call = world.Cancel("nobody");
  EXPECT_THAT(world.answers[call]->status(),
              StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

TEST(OrchestratorCancelTest, AJobThatWasNotSentYetNeverIs) {
  JobWorld world;
  world.client().hold_permits = true;
  const size_t submit = world.Submit(JobWorld::Cancellable(), absl::ZeroDuration());
  world.Cancel((*world.answers[submit])->id());
  world.client().GrantHeld();
  world.Settle();
  EXPECT_EQ(world.client().sent_count(), 0);
  EXPECT_EQ(world.client().permits_out(), 0);
  EXPECT_EQ(world.Stored((*world.answers[submit])->id()).state(), v1::JOB_STATE_CANCELLED);
}

TEST(OrchestratorCancelTest, ACancelBeforeTheUpstreamIdIsRememberedAndSent) {
  JobWorld world;
  const size_t submit = world.Submit(JobWorld::Cancellable(), absl::ZeroDuration());
  const std::string job_id = (*world.answers[submit])->id();
  world.Cancel(job_id);
  EXPECT_TRUE(world.Stored(job_id).cancel_requested());
  world.Answer(FakeGenesysClient::Ok("u-5", 202));
  ASSERT_EQ(world.client().sent().size(), 1u);
  EXPECT_EQ(world.client().sent().front().request.target, "/things/u-5");
  world.Answer(FakeGenesysClient::Ok("", 204));
  EXPECT_TRUE(world.Stored(job_id).upstream_cancelled());
}

TEST(OrchestratorCancelTest, ARememberedCancelSurvivesARestart) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  world.Cancel(job_id);
  world.Restart();
  ASSERT_EQ(world.client().sent().size(), 1u);
  EXPECT_EQ(world.client().sent().front().request.method, "DELETE");
}

// In flight when the process died: nobody knows an id to cancel by.
TEST(OrchestratorCancelTest, ARememberedCancelOfALostSubmissionEndsTheJobAfterARestart) {
  JobWorld world;
  JobSubmission job = JobWorld::Cancellable();
  job.record.set_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  const size_t submit = world.Submit(job, absl::ZeroDuration());
  const std::string job_id = (*world.answers[submit])->id();
  world.Cancel(job_id);
  world.Restart();
  world.Advance(absl::Minutes(1));
  EXPECT_EQ(world.client().sent_count(), 0);
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_FALSE(world.Stored(job_id).upstream_cancelled());
}

TEST(OrchestratorCancelTest, ACancelledJobThatWasNotSentIsNotSentAfterARestart) {
  JobWorld world;
  const size_t submit = world.Submit(JobWorld::Cancellable(), absl::ZeroDuration());
  const std::string job_id = (*world.answers[submit])->id();
  world.Cancel(job_id);
  world.client().Answer(FakeGenesysClient::NotSent());
  world.loop().TestOnlyRunUntilIdle();  // the verdict is queued, and committed by
  world.Restart();                      // the time the process dies
  EXPECT_EQ(world.client().sent_count(), 0);
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_CANCELLED);
}

TEST(OrchestratorCancelTest, ACancelledSubmissionIsNotTriedAgain) {
  JobWorld world;
  const size_t submit = world.Submit(JobWorld::Cancellable(), absl::ZeroDuration());
  const std::string job_id = (*world.answers[submit])->id();
  world.Cancel(job_id);
  world.Answer(FakeGenesysClient::NotSent());
  world.Advance(absl::Minutes(1));
  EXPECT_EQ(world.client().sent_count(), 1);
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_CANCELLED);
}

TEST(OrchestratorCancelTest, TheEndThatComesFirstWins) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  world.AwaitPoll();                                 // the poll is under way ...
  world.Cancel(job_id);                              // ... and so is the cancel
  world.Answer(FakeGenesysClient::Ok("COMPLETED"));  // the poll's answer
  world.Answer(FakeGenesysClient::Ok("", 204));      // the cancel's, too late
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(world.History(job_id).size(), 3u);
}

TEST(OrchestratorCancelTest, AFailingCancelIsRepeatedAndThenGivenUp) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  const size_t call = world.Cancel(job_id);
  world.Answer(ServerError());
  world.Advance(absl::Seconds(10));
  ASSERT_TRUE(world.answers[call].has_value());  // the caller waits no longer
  EXPECT_TRUE((*world.answers[call])->cancel_requested());
  for (int i = 0; i < 1000 && world.engine().live_jobs() > 0; ++i) {
    if (!world.client().sent().empty()) world.Answer(ServerError());
    world.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_FALSE(world.Stored(job_id).upstream_cancelled());
}

// The job has ended there, so that there is nothing to cancel: what it came to
// counts.
TEST(OrchestratorCancelTest, ARefusedCancelTakesTheEndThatTheJobHasComeTo) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  const size_t call = world.Cancel(job_id);
  world.Answer(Refusal(404));
  EXPECT_EQ(world.Asked(), "GET /things/u-1");
  world.Answer(FakeGenesysClient::Ok("COMPLETED"));
  const v1::Job job = **world.answers[call];
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job.result_json(), "{\"n\":1.10}");
  EXPECT_EQ(job.upstream_status(), "COMPLETED");
  EXPECT_TRUE(job.cancel_requested());
  EXPECT_FALSE(job.upstream_cancelled());
}

TEST(OrchestratorCancelTest, ARefusedCancelOfACancelledJobIsConfirmedByThePoll) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  world.Cancel(job_id);
  world.Answer(Refusal(409));
  world.Answer(FakeGenesysClient::Ok("CANCELLED"));
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(world.Stored(job_id).upstream_cancelled());
}

TEST(OrchestratorCancelTest, ARefusedCancelOfAJobThatGoesOnClaimsNothing) {
  for (const ApiReply& poll : {FakeGenesysClient::Ok("RUNNING"), Refusal(404), Refusal(403)}) {
    JobWorld world;
    const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
    const size_t call = world.Cancel(job_id);
    world.Answer(Refusal(400));
    world.Answer(poll);
    EXPECT_EQ((*world.answers[call])->state(), v1::JOB_STATE_CANCELLED);
    EXPECT_FALSE((*world.answers[call])->upstream_cancelled());
  }
}

TEST(OrchestratorCancelTest, AFailedPollAfterARefusedCancelIsTriedAgain) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  world.Cancel(job_id);
  world.Answer(Refusal(409));
  world.Answer(ServerError());
  EXPECT_EQ(world.engine().live_jobs(), 1u);
  world.Advance(absl::Seconds(1));
  world.Poll("FAILED");
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_FAILED);
}

TEST(OrchestratorCancelTest, ACancelMayBeAnUpdate) {
  JobWorld world;
  JobSubmission job = JobWorld::OfKind("patchable");
  (*job.record.mutable_path_parameters())["space"] = "s-1";
  const std::string job_id = world.SubmitAccepted(job);
  world.Cancel(job_id);
  EXPECT_EQ(world.Asked(), "PATCH /s-1/u-1");
  world.Answer(FakeGenesysClient::Ok("{}"));
  EXPECT_TRUE(world.Stored(job_id).upstream_cancelled());
}

TEST(OrchestratorCancelTest, TheCancelThatComesFirstWins) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  world.AwaitPoll();
  world.Cancel(job_id);
  world.Answer(FakeGenesysClient::Ok("", 204), /*index=*/1);
  world.Answer(FakeGenesysClient::Ok("COMPLETED"));  // the poll's answer, too late
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(world.History(job_id).size(), 3u);
}

TEST(OrchestratorCancelTest, ATimeoutDoesNotAskWhatTheJobHasComeTo) {
  JobWorld world;
  JobSubmission job = JobWorld::Cancellable();
  *job.record.mutable_job()->mutable_execution_timeout() = ToProto(absl::Milliseconds(500));
  const std::string job_id = world.SubmitAccepted(job);
  world.Advance(absl::Milliseconds(500));
  world.Answer(Refusal(404));
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_FAILED);
  EXPECT_FALSE(world.Stored(job_id).upstream_cancelled());
  EXPECT_EQ(world.Asked(), "");
}

TEST(OrchestratorCancelTest, ATimeoutCancelsUpstreamAndThenFails) {
  JobWorld world;
  JobSubmission job = JobWorld::Cancellable();
  *job.record.mutable_job()->mutable_execution_timeout() = ToProto(absl::Milliseconds(500));
  const std::string job_id = world.SubmitAccepted(job);
  world.Advance(absl::Milliseconds(500));
  ASSERT_EQ(world.client().sent().size(), 1u);
  EXPECT_EQ(world.client().sent().front().request.method, "DELETE");
  world.Answer(FakeGenesysClient::Ok("", 204));
  const v1::Job ended = world.Stored(job_id);
  EXPECT_EQ(ended.state(), v1::JOB_STATE_FAILED);
  EXPECT_TRUE(ended.upstream_cancelled());
  EXPECT_THAT(FromProto(ended.error()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, "JOB_TIMED_OUT"));
}

// The timeout has the last word; that a caller asked is not forgotten.
TEST(OrchestratorCancelTest, ACancelThatComesWhileATimeoutIsUnderWayIsRecorded) {
  JobWorld world;
  JobSubmission job = JobWorld::Cancellable();
  *job.record.mutable_job()->mutable_execution_timeout() = ToProto(absl::Milliseconds(500));
  const std::string job_id = world.SubmitAccepted(job);
  world.Advance(absl::Milliseconds(500));
  world.Cancel(job_id);
  ASSERT_EQ(world.client().sent().size(), 1u);
  world.Answer(FakeGenesysClient::Ok("", 204));
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_FAILED);
  EXPECT_TRUE(world.Stored(job_id).cancel_requested());
}

TEST(OrchestratorCancelTest, ATimeoutWhileACancelIsUnderWayFailsTheJob) {
  JobWorld world;
  JobSubmission job = JobWorld::Cancellable();
  *job.record.mutable_job()->mutable_execution_timeout() = ToProto(absl::Milliseconds(500));
  const std::string job_id = world.SubmitAccepted(job);
  world.Cancel(job_id);
  world.Advance(absl::Milliseconds(500));
  ASSERT_EQ(world.client().sent().size(), 1u);
  world.Answer(FakeGenesysClient::Ok("", 204));
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_FAILED);
  EXPECT_TRUE(world.Stored(job_id).cancel_requested());
  EXPECT_TRUE(world.Stored(job_id).upstream_cancelled());
}

TEST(OrchestratorCancelTest, ATimeoutWhileTheSubmissionIsUnderWayWaitsForNoAnswer) {
  JobWorld world;
  JobSubmission job = JobWorld::Cancellable();
  *job.record.mutable_job()->mutable_execution_timeout() = ToProto(absl::Seconds(1));
  const size_t submit = world.Submit(job, absl::ZeroDuration());
  const std::string job_id = (*world.answers[submit])->id();
  world.Cancel(job_id);  // is remembered
  world.Advance(absl::Seconds(1));
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_FAILED);
  world.Answer(FakeGenesysClient::Ok("u-1", 202));  // too late
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(world.client().sent_count(), 1);
}

TEST(OrchestratorDeleteTest, OnlyATerminalJobCanBeDeleted) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  EXPECT_THAT(world.Delete(job_id),
              StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED"));
  world.Poll("COMPLETED");
  EXPECT_THAT(world.Delete(job_id), IsOk());
  EXPECT_THAT(world.store().reader().GetJob(job_id).status(),
              StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

// Watchers are told by the store's writer, which is ahead of the loop: one who
// deletes the job at once was refused, as if it had not ended.
TEST(OrchestratorDeleteTest, AJobCanBeDeletedAsSoonAsItsEndIsDurable) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.AwaitPoll();
  world.client().Answer(FakeGenesysClient::Ok("COMPLETED"));
  while (world.loop().Turn(absl::ZeroDuration())) {
  }
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_PENDING);  // its end is queued
  absl::Status deleted = absl::UnknownError("no answer");
  world.engine().Delete(job_id, [&deleted](absl::Status answer) { deleted = std::move(answer); });
  world.Settle();
  EXPECT_THAT(deleted, IsOk());
}

TEST(OrchestratorDeleteTest, DeletingAJobThatIsGoneIsFine) {
  JobWorld world;
  EXPECT_THAT(world.Delete("nobody"), IsOk());
}

}  // namespace
}  // namespace gcjobs
