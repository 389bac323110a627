#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

// Why the next poll is when it is, by the scheduler's own reasons.

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;

absl::StatusOr<v1::JobExplanation> Explain(JobWorld* world, const std::string& job_id) {
  absl::StatusOr<v1::JobExplanation> answer = absl::UnknownError("no answer");
  world->engine().Explain(
      job_id, [&answer](absl::StatusOr<v1::JobExplanation> told) { answer = std::move(told); });
  world->Settle();
  return answer;
}

auto IsNotPolled() { return StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_NOT_POLLED"); }

// What the error of a job that is not polled says.
std::string Words(JobWorld* world, const std::string& job_id) {
  const absl::Status status = Explain(world, job_id).status();
  EXPECT_THAT(status, IsNotPolled());
  return std::string(status.message());
}

TEST(OrchestratorExplainTest, AnAcceptedJobHasItsReasons) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.Poll("RUNNING");
  const absl::StatusOr<v1::JobExplanation> why = Explain(&world, job_id);
  ASSERT_THAT(why, IsOk());
  EXPECT_EQ(why->job_id(), job_id);
  EXPECT_EQ(why->poll_class(), "plain/a-1");
  EXPECT_EQ(why->poll_count(), 1);
  EXPECT_EQ(why->samples(), 0);
  EXPECT_FALSE(why->proven());
  EXPECT_EQ(FromProto(why->last_seen_time()), world.clock().Now());
  EXPECT_EQ(why->survival(), 1);
  EXPECT_GT(FromProto(why->price()), absl::ZeroDuration());
  EXPECT_EQ(why->budget_limit(), 300);
  EXPECT_GT(why->polls_per_second(), 4);
  EXPECT_EQ(FromProto(why->next_poll_time()),
            FromProto(world.engine().FindLive(job_id)->next_poll_time()));
}

TEST(OrchestratorExplainTest, TheWasteGrowsUntilThePollIsUnderWay) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  EXPECT_EQ(Explain(&world, job_id)->limit(), v1::POLL_LIMIT_WASTE);
  EXPECT_EQ(FromProto(Explain(&world, job_id)->waste()), absl::ZeroDuration());
  world.AwaitPoll();
  const absl::StatusOr<v1::JobExplanation> why = Explain(&world, job_id);
  EXPECT_EQ(why->limit(), v1::POLL_LIMIT_POLL_UNDER_WAY);
  EXPECT_FALSE(why->has_next_poll_time());
  EXPECT_GT(FromProto(why->waste()), absl::ZeroDuration());
  EXPECT_LT(why->survival(), 1);
}

TEST(OrchestratorExplainTest, EndsThatWereSeenAreSamples) {
  JobWorld world;
  world.SubmitAccepted();
  world.Poll("COMPLETED");
  EXPECT_NEAR(Explain(&world, world.SubmitAccepted())->samples(), 1, 0.1);
}

TEST(OrchestratorExplainTest, AFailedPollIsTheReasonWithItsError) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.AwaitPoll();
  ApiReply failed =
      FakeGenesysClient::Error(503, absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE");
  failed.retry_after = absl::Seconds(20);
  world.Answer(failed);
  const absl::StatusOr<v1::JobExplanation> why = Explain(&world, job_id);
  EXPECT_EQ(why->limit(), v1::POLL_LIMIT_BACKOFF);
  EXPECT_THAT(FromProto(why->error()),
              StatusIs(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE"));
}

TEST(OrchestratorExplainTest, AThrottledJobWaitsForTheThrottle) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  const absl::Time until = world.clock().Now() + absl::Hours(2);
  world.client().throttled_until = until;
  const absl::StatusOr<v1::JobExplanation> why = Explain(&world, job_id);
  EXPECT_EQ(why->limit(), v1::POLL_LIMIT_THROTTLED);
  EXPECT_EQ(FromProto(why->throttled_until()), until);
  EXPECT_EQ(FromProto(why->next_poll_time()), until);
}

TEST(OrchestratorExplainTest, ThePolicyOfTheCallerIsNamed) {
  JobWorld world;
  JobSubmission job = JobWorld::Plain();
  *job.record.mutable_job()->mutable_poll()->mutable_initial_interval() = ToProto(absl::Minutes(3));
  const std::string job_id = world.SubmitAccepted(job);
  EXPECT_EQ(Explain(&world, job_id)->limit(), v1::POLL_LIMIT_POLICY);
  EXPECT_EQ(FromProto(Explain(&world, job_id)->next_poll_time()),
            world.clock().Now() + absl::Minutes(3));
}

TEST(OrchestratorExplainTest, WhoWatchesGivesWeight) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  const double before = Explain(&world, job_id)->weight();
  world.engine().SetWatched(job_id, true);
  EXPECT_GT(Explain(&world, job_id)->weight(), before);
}

TEST(OrchestratorExplainTest, AJobThatIsNotAcceptedYetIsNotPolled) {
  JobWorld world;
  const size_t call = world.Submit(JobWorld::Plain(), absl::ZeroDuration());
  EXPECT_THAT(Words(&world, (*world.answers[call])->id()),
              HasSubstr("has not been accepted by Genesys Cloud yet"));
}

TEST(OrchestratorExplainTest, ASubmissionThatWaitsForTheBudgetSaysSo) {
  JobWorld world;
  world.client().hold_permits = true;
  const size_t call = world.Submit(JobWorld::Plain(), absl::ZeroDuration());
  const std::string job_id = (*world.answers[call])->id();
  EXPECT_THAT(Explain(&world, job_id).status(), IsNotPolled());  // it is about to be sent
  while (world.budget().Earliest(RequestClass::kSubmit) <= world.clock().MonotonicNow()) {
    world.budget().Take(RequestClass::kSubmit);
  }
  const auto why = Explain(&world, job_id);
  ASSERT_THAT(why, IsOk());
  EXPECT_EQ(why->limit(), v1::POLL_LIMIT_BUDGET);
  EXPECT_EQ(why->budget_left(), 0);
  EXPECT_EQ(why->budget_limit(), 300);
  EXPECT_FALSE(why->has_accept_time());
}

TEST(OrchestratorExplainTest, ACallThatIsHeldIsNotPolled) {
  JobWorld world;
  const size_t call = world.Submit(JobWorld::OfKind("direct"), absl::ZeroDuration());
  EXPECT_THAT(Words(&world, (*world.answers[call])->id()),
              HasSubstr("is a call that the server holds"));
}

TEST(OrchestratorExplainTest, AnEndedJobIsNotPolled) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.Poll("COMPLETED");
  EXPECT_EQ(Words(&world, job_id), "job " + job_id + " has ended as SUCCEEDED");
}

TEST(OrchestratorExplainTest, AnEndThatIsBeingRecordedLeavesNoPollToExplain) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.AwaitPoll();
  world.client().Answer(FakeGenesysClient::Ok("COMPLETED"));
  while (world.loop().Turn(absl::ZeroDuration())) {
  }
  absl::Status status;
  world.engine().Explain(job_id, [&status](const absl::StatusOr<v1::JobExplanation>& told) {
    status = told.status();
  });
  EXPECT_THAT(status, IsNotPolled());
  EXPECT_THAT(std::string(status.message()), HasSubstr("its end is being recorded"));
}

TEST(OrchestratorExplainTest, AJobThatIsLeftAloneSaysSo) {
  JobWorld world;
  InsertJob insert;
  insert.job = JobWorld::Plain().record;
  insert.job.mutable_job()->set_id("gone");
  insert.job.mutable_job()->set_org("a former one");
  world.store().Commit(std::move(insert), [](const auto&) {});
  world.Settle();
  EXPECT_THAT(Words(&world, "gone"), HasSubstr("is not configured"));
}

TEST(OrchestratorExplainTest, AnUnknownJobIsNotFound) {
  JobWorld world;
  EXPECT_THAT(Explain(&world, "nobody"), StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

}  // namespace
}  // namespace gcjobs
