#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/time_conversion.h"
#include "tests/unit/jobs/job_world.h"

// Quotas: a Retry-After of hours, which holds for all jobs of the kind.

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::JobWorld;
using ::testing::ElementsAre;

ApiReply Refusal(absl::Duration retry_after) {
  ApiReply reply =
      FakeGenesysClient::Error(429, absl::StatusCode::kResourceExhausted, "GENESYS_RATE_LIMITED");
  reply.retry_after = retry_after;
  return reply;
}

std::vector<v1::EventType> Types(JobWorld* world, const std::string& job_id) {
  std::vector<v1::EventType> types;
  const auto events = world->store().reader().ReadJobEvents(job_id, 0, {});
  for (const EventPtr& event : *events) types.push_back(event->type());
  return types;
}

absl::Time ThrottledUntil(JobWorld* world, const std::string& job_id) {
  const v1::Job job = world->Stored(job_id);
  return job.has_throttled_until() ? FromProto(job.throttled_until()) : absl::InfinitePast();
}

// Waits for that poll and answers it alone.
void AnswerPollOf(JobWorld* world, const std::string& target, ApiReply reply) {
  for (int second = 0; second < 100; ++second) {
    const auto& sent = world->client().sent();
    for (size_t i = 0; i < sent.size(); ++i) {
      if (sent[i].request.target == target) return world->Answer(std::move(reply), i);
    }
    world->Advance(absl::Seconds(1));
  }
  FAIL() << target << " was not asked";
}

// Lets time pass, while Genesys Cloud answers whatever it is asked: `status`
// for polls. Returns what it was asked.
std::vector<std::string> AskedWithin(JobWorld* world, absl::Duration duration,
                                     const std::string& status) {
  std::vector<std::string> asked;
  for (absl::Duration past; past < duration; past += absl::Seconds(1)) {
    world->Advance(absl::Seconds(1));
    while (!world->Asked().empty()) {
      asked.push_back(world->Asked());
      world->Answer(FakeGenesysClient::Ok(status));
    }
  }
  return asked;
}

const auto kCreatedAcceptedUpdated =
    ElementsAre(v1::EVENT_TYPE_TRANSITION, v1::EVENT_TYPE_TRANSITION, v1::EVENT_TYPE_UPDATED);

TEST(OrchestratorThrottleTest, AQuotaOnPollsIsToldToEveryJobOfTheKindOnce) {
  JobWorld world;
  const std::string first = world.SubmitAccepted(JobWorld::Plain(), "u-1");
  const std::string second = world.SubmitAccepted(JobWorld::Plain(), "u-2");
  const std::string other = world.SubmitAccepted(JobWorld::Cancellable(), "c-1");
  AnswerPollOf(&world, "/things/u-1", Refusal(absl::Hours(2)));
  const absl::Time until = world.clock().Now() + absl::Hours(2);
  for (const std::string& job_id : {first, second}) {
    EXPECT_THAT(Types(&world, job_id), kCreatedAcceptedUpdated);
    EXPECT_EQ(ThrottledUntil(&world, job_id), until);
    EXPECT_EQ(FromProto(world.engine().FindLive(job_id)->throttled_until()), until);
  }
  EXPECT_EQ(ThrottledUntil(&world, other), absl::InfinitePast());
}

TEST(OrchestratorThrottleTest, TheUpdateHasSequenceRevisionAndTheSameState) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  const absl::Time update_time = FromProto(world.Stored(job_id).update_time());
  world.AwaitPoll();
  world.Answer(Refusal(absl::Hours(2)));
  const auto events = world.store().reader().ReadJobEvents(job_id, 0, {});
  const v1::JobEvent& updated = *events->back();
  EXPECT_EQ(updated.sequence(), 3);
  EXPECT_EQ(updated.job().revision(), updated.revision());
  EXPECT_EQ(updated.previous_state(), v1::JOB_STATE_PENDING);
  EXPECT_EQ(updated.job().state(), v1::JOB_STATE_PENDING);
  EXPECT_EQ(FromProto(updated.time()), world.clock().Now());
  EXPECT_EQ(FromProto(updated.job().update_time()), update_time);
}

TEST(OrchestratorThrottleTest, NoJobOfTheKindIsPolledBeforeAndAllAreAfter) {
  JobWorld world;
  world.SubmitAccepted(JobWorld::Plain(), "u-1");
  world.SubmitAccepted(JobWorld::Plain(), "u-2");
  world.AwaitPoll();
  world.Answer(Refusal(absl::Hours(2)));
  while (!world.Asked().empty()) world.Answer(Refusal(absl::Hours(2)));  // was under way
  EXPECT_THAT(AskedWithin(&world, absl::Hours(2) - absl::Minutes(1), "queued"), ElementsAre());
  EXPECT_THAT(AskedWithin(&world, absl::Minutes(3), "COMPLETED"),
              ::testing::UnorderedElementsAre("GET /things/u-1", "GET /things/u-2"));
}

TEST(OrchestratorThrottleTest, JobsOfOtherKindsGoOn) {
  JobWorld world;
  world.SubmitAccepted();
  world.AwaitPoll();
  world.Answer(Refusal(absl::Hours(2)));
  const std::string other = world.SubmitAccepted(JobWorld::Cancellable(), "c-1");
  world.Poll("COMPLETED");
  EXPECT_EQ(world.Stored(other).state(), v1::JOB_STATE_SUCCEEDED);
}

TEST(OrchestratorThrottleTest, AShortThrottleIsNoEvent) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.AwaitPoll();
  world.Answer(Refusal(absl::Minutes(2)));
  EXPECT_THAT(Types(&world, job_id),
              ElementsAre(v1::EVENT_TYPE_TRANSITION, v1::EVENT_TYPE_TRANSITION));
}

TEST(OrchestratorThrottleTest, AMoveOfLessThanHalfAMinuteIsNoEventAndAGreaterOneIs) {
  JobWorld world;
  const std::string first = world.SubmitAccepted(JobWorld::Plain(), "u-1");
  world.SubmitAccepted(JobWorld::Plain(), "u-2");
  world.SubmitAccepted(JobWorld::Plain(), "u-3");
  while (world.client().sent().size() < 3) world.Advance(absl::Milliseconds(200));
  world.Answer(Refusal(absl::Hours(2)));
  world.Answer(Refusal(absl::Hours(2) + absl::Seconds(29)));
  EXPECT_THAT(Types(&world, first), kCreatedAcceptedUpdated);
  world.Answer(Refusal(absl::Hours(3)));
  EXPECT_EQ(Types(&world, first).size(), 4u);
  EXPECT_EQ(ThrottledUntil(&world, first), world.clock().Now() + absl::Hours(3));
}

TEST(OrchestratorThrottleTest, AJobAcceptedMeanwhileIsToldAndNotPolled) {
  JobWorld world;
  world.SubmitAccepted();
  world.AwaitPoll();
  world.Answer(Refusal(absl::Hours(2)));
  world.Advance(absl::Hours(1));
  const std::string late = world.SubmitAccepted(JobWorld::Plain(), "u-2");
  EXPECT_THAT(Types(&world, late), kCreatedAcceptedUpdated);
  EXPECT_THAT(AskedWithin(&world, absl::Minutes(59), "queued"), ElementsAre());
}

TEST(OrchestratorThrottleTest, ARestartRemembersAndTellsNobodyTwice) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.AwaitPoll();
  world.Answer(Refusal(absl::Hours(2)));
  world.Restart();
  const std::string late = world.SubmitAccepted(JobWorld::Plain(), "u-2");
  EXPECT_THAT(AskedWithin(&world, absl::Hours(1), "queued"), ElementsAre());
  EXPECT_THAT(Types(&world, job_id), kCreatedAcceptedUpdated);
  EXPECT_THAT(Types(&world, late), kCreatedAcceptedUpdated);
}

TEST(OrchestratorThrottleTest, TheNextTransitionEndsIt) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted();
  world.AwaitPoll();
  world.Answer(Refusal(absl::Hours(2)));
  world.Advance(absl::Hours(2));
  EXPECT_FALSE(world.engine().FindLive(job_id)->has_throttled_until());
  world.Poll("RUNNING");
  EXPECT_FALSE(world.Stored(job_id).has_throttled_until());
}

TEST(OrchestratorThrottleTest, AQuotaOnSubmissionsHoldsBackTheQueuedJobsOfTheKind) {
  JobWorld world;
  world.client().hold_permits = true;
  world.Submit(JobWorld::Plain(), absl::ZeroDuration());
  world.Submit(JobWorld::Plain(), absl::ZeroDuration());
  world.client().GrantHeld();
  world.Settle();
  world.client().hold_permits = false;
  ASSERT_EQ(world.client().sent().size(), 2u);
  world.Answer(Refusal(absl::Hours(2)));
  world.Answer(Refusal(absl::Hours(2)));
  world.Submit(JobWorld::Plain(), absl::ZeroDuration());  // comes later
  world.Advance(absl::Hours(2) - absl::Seconds(1));
  EXPECT_EQ(world.Asked(), "");
  EXPECT_EQ(world.client().permits_out(), 0);
  for (const auto& answer : world.answers) {
    EXPECT_THAT(Types(&world, (*answer)->id()),
                ElementsAre(v1::EVENT_TYPE_TRANSITION, v1::EVENT_TYPE_UPDATED));
  }
  world.Advance(absl::Minutes(1));
  EXPECT_EQ(world.client().sent().size(), 3u);
}

TEST(OrchestratorThrottleTest, WhoWaitsForAPermitIsHeldBackToo) {
  JobWorld world;
  world.Submit(JobWorld::Plain(), absl::ZeroDuration());
  world.client().hold_permits = true;
  world.Submit(JobWorld::Plain(), absl::ZeroDuration());
  world.Answer(Refusal(absl::Hours(2)));
  world.client().hold_permits = false;
  world.client().GrantHeld();
  world.Settle();
  EXPECT_EQ(world.Asked(), "");
  EXPECT_EQ(world.client().permits_out(), 0);
}

TEST(OrchestratorThrottleTest, ThousandsOfJobsAreToldOnceEach) {
  JobWorld world;
  std::vector<std::string> ids;
  for (int i = 0; i < 1200; ++i) ids.push_back(world.SubmitAccepted());
  while (world.Asked().empty()) world.Advance(absl::Milliseconds(200));
  world.Answer(Refusal(absl::Hours(2)));
  for (const std::string& job_id : ids) {
    ASSERT_THAT(Types(&world, job_id), kCreatedAcceptedUpdated);
  }
}

TEST(OrchestratorThrottleTest, ACancelNeedNotWaitForTheQuota) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  world.AwaitPoll();
  world.Answer(Refusal(absl::Hours(2)));
  world.Cancel(job_id);
  world.Answer(FakeGenesysClient::Ok(""));
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_FALSE(world.Stored(job_id).has_throttled_until());
}

}  // namespace
}  // namespace gcjobs
