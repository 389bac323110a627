#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/errors.h"
#include "common/failure_body.h"
#include "common/status_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

// Kinds whose call is held until the work is done.

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::StatusIs;
using ::testing::ElementsAre;

JobSubmission Direct() { return JobWorld::OfKind("direct"); }

ApiReply Refusal(std::string body) {
  ApiReply reply =
      FakeGenesysClient::Error(400, absl::StatusCode::kInvalidArgument, "GENESYS_BAD_REQUEST");
  reply.response.headers = {{"Content-Type", "application/json"}};
  reply.response.body = std::move(body);
  return reply;
}

ApiReply ServerError(std::string body) {
  ApiReply reply =
      FakeGenesysClient::Error(500, absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE");
  reply.response.body = std::move(body);
  return reply;
}

// Submits without waiting; returns the job's id.
std::string Queue(JobWorld* world, JobSubmission job) {
  const size_t call = world->Submit(std::move(job), absl::ZeroDuration());
  return (*world->answers[call])->id();
}

TEST(OrchestratorDirectTest, TheAnswerIsTheEnd) {
  JobWorld world;
  const size_t call = world.Submit(Direct(), absl::Seconds(60));
  world.Advance(absl::Seconds(50));
  world.Answer(FakeGenesysClient::Ok(R"({"n":1.10})"));
  ASSERT_THAT(world.answers[call].value(), IsOk());
  const v1::Job& job = **world.answers[call];
  EXPECT_THAT(world.History(job.id()), ElementsAre(v1::JOB_STATE_QUEUED, v1::JOB_STATE_SUCCEEDED));
  EXPECT_EQ(job.result_json(), R"({"n":1.10})");
  EXPECT_EQ(job.result_bytes(), 10);
  EXPECT_TRUE(job.has_results());
  EXPECT_TRUE(job.has_accept_time());
  EXPECT_TRUE(job.has_end_time());
  EXPECT_EQ(job.upstream_id(), "");
}

TEST(OrchestratorDirectTest, ThereIsNothingToPoll) {
  JobWorld world;
  const std::string job_id = Queue(&world, Direct());
  world.Advance(absl::Seconds(30));
  world.Answer(FakeGenesysClient::Ok("{}"));
  world.Restart();
  world.Advance(absl::Hours(1));
  EXPECT_EQ(world.client().sent_count(), 0);  // counted anew
  EXPECT_EQ(world.Stored(job_id).poll_count(), 0);
}

TEST(OrchestratorDirectTest, AResultBeyondTheCapIsGone) {
  JobWorld world;
  world.options.max_result_bytes = 9;
  world.Restart();
  const std::string job_id = Queue(&world, Direct());
  world.Answer(FakeGenesysClient::Ok(R"({"n":1.10})"));
  const v1::Job job = world.Stored(job_id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job.result_json(), "");
  EXPECT_EQ(job.result_bytes(), 10);
  EXPECT_FALSE(job.has_results());
}

TEST(OrchestratorDirectTest, ARefusalKeepsTheActionsOwnWords) {
  JobWorld world;
  const size_t call = world.Submit(Direct());
  world.Answer(Refusal(R"({"why":"no such customer"})"));
  const absl::Status error = world.answers[call]->status();
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kInvalidArgument, "GENESYS_BAD_REQUEST"));

  const std::string job_id = GetErrorInfo(error)->metadata().at("job_id");
  const v1::Job job = world.Stored(job_id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_FAILED);
  const auto failure = GetFailureBody(FromProto(job.error()));
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->http_status(), 400);
  EXPECT_EQ(failure->content_type(), "application/json");
  EXPECT_EQ(failure->body(), R"({"why":"no such customer"})");
}

TEST(OrchestratorDirectTest, AnActionIdThatIsCalledInvalidIsLookedUp) {
  JobWorld world;
  const size_t call = world.Submit(Direct());
  ApiReply refusal = Refusal("{}");
  refusal.status = MakeError(errors::kGenesysBadRequest, "HTTP 400: Invalid Action ID");
  world.Answer(std::move(refusal));
  EXPECT_EQ(world.Asked(), "GET /api/v2/integrations/actions/a-1");
  EXPECT_FALSE(world.answers[call].has_value());
  ApiReply missing = FakeGenesysClient::Error(404, absl::StatusCode::kNotFound, "");
  missing.status = MakeError(errors::kGenesysNotFound, "HTTP 404");
  world.Answer(std::move(missing));
  const absl::Status error = world.answers[call]->status();
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kInvalidArgument, "GENESYS_BAD_REQUEST"));
  EXPECT_EQ(GetErrorInfo(error)->metadata().at("action_found"), "no");
}

TEST(OrchestratorDirectTest, ALostCallIsUnknownAndKeepsWhatWasSaid) {
  JobWorld world;
  const std::string silent = Queue(&world, Direct());
  world.Answer(FakeGenesysClient::Broken());
  EXPECT_EQ(world.Stored(silent).state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
  EXPECT_FALSE(GetFailureBody(FromProto(world.Stored(silent).error())).has_value());

  const std::string talkative = Queue(&world, Direct());
  world.Answer(ServerError("upstream timed out"));
  const absl::Status error = FromProto(world.Stored(talkative).error());
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kUnknown, "SUBMIT_OUTCOME_UNKNOWN"));
  EXPECT_EQ(GetFailureBody(error)->body(), "upstream timed out");
  EXPECT_EQ(world.client().sent_count(), 2);  // neither was repeated
}

TEST(OrchestratorDirectTest, ACallInDoubtAfterARestartIsUnknownOrRepeated) {
  JobWorld world;
  const std::string once = Queue(&world, Direct());
  JobSubmission again = Direct();
  again.record.set_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  const std::string repeated = Queue(&world, again);
  ASSERT_EQ(world.client().sent_count(), 2);  // both calls are held
  world.Restart();
  EXPECT_EQ(world.Stored(once).state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
  world.Advance(absl::Seconds(1));
  ASSERT_EQ(world.client().sent_count(), 1);
  world.Answer(FakeGenesysClient::Ok("{}"));
  EXPECT_EQ(world.Stored(repeated).state(), v1::JOB_STATE_SUCCEEDED);
}

// A stop answers callers, sends nothing new, and commits what still comes.
TEST(OrchestratorDirectTest, AStopCommitsTheAnswersThatStillCome) {
  JobWorld world;
  world.options.max_direct_calls = 1;
  world.Restart();
  const size_t held = world.Submit(Direct(), absl::Seconds(60));
  const size_t waiting = world.Submit(Direct(), absl::Seconds(60));
  world.engine().BeginStop();
  ASSERT_TRUE(world.answers[held].has_value());
  world.Answer(FakeGenesysClient::Ok("{}"));
  EXPECT_EQ(world.Stored((*world.answers[held])->id()).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(world.client().sent_count(), 1);
  EXPECT_EQ(world.Stored((*world.answers[waiting])->id()).state(), v1::JOB_STATE_QUEUED);
}

TEST(OrchestratorDirectTest, ACancelEndsTheJobHereAndALateAnswerChangesNothing) {
  JobWorld world;
  const std::string job_id = Queue(&world, Direct());
  const size_t cancel = world.Cancel(job_id);
  EXPECT_EQ((*world.answers[cancel])->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_FALSE((*world.answers[cancel])->upstream_cancelled());
  world.Answer(FakeGenesysClient::Ok("{}"));
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_CANCELLED);
}

TEST(OrchestratorDirectTest, AHeldCallDelaysNothingElse) {
  JobWorld world;
  Queue(&world, Direct());
  const std::string plain = Queue(&world, JobWorld::Plain());
  world.Answer(FakeGenesysClient::Ok("u-1", 202), /*index=*/1);
  world.AwaitPoll();
  world.Answer(FakeGenesysClient::Ok("COMPLETED"), /*index=*/1);
  EXPECT_EQ(world.Stored(plain).state(), v1::JOB_STATE_SUCCEEDED);
}

// At most two calls are held.
class DirectCallsTest : public ::testing::Test {
 protected:
  DirectCallsTest() {
    world_.options.max_direct_calls = 2;
    world_.Restart();
  }
  std::string Queue(const std::string& body, absl::Duration timeout = absl::Hours(1)) {
    JobSubmission job = Direct();
    job.payload.set_body(body);
    *job.record.mutable_job()->mutable_execution_timeout() = ToProto(timeout);
    return gcjobs::Queue(&world_, std::move(job));
  }
  std::vector<std::string> Held() {
    std::vector<std::string> bodies;
    for (const auto& sent : world_.client().sent()) bodies.push_back(sent.request.body);
    return bodies;
  }
  JobWorld world_;
};

TEST_F(DirectCallsTest, LaterJobsWaitInOrderWithoutAPermit) {
  for (const char* body : {"a", "b", "c", "d"}) Queue(body);
  EXPECT_THAT(Held(), ElementsAre("a", "b"));
  EXPECT_EQ(world_.client().permits_out(), 0);
  world_.Answer(FakeGenesysClient::Ok("{}"), /*index=*/1);  // b
  EXPECT_THAT(Held(), ElementsAre("a", "c"));
  world_.Answer(Refusal("no"));  // a
  EXPECT_THAT(Held(), ElementsAre("c", "d"));
}

TEST_F(DirectCallsTest, EachOrganisationHasItsOwnCalls) {
  for (const char* body : {"a", "b", "c"}) Queue(body);
  gcjobs::Queue(&world_, JobWorld::InOtherOrg(Direct()));
  EXPECT_EQ(world_.client("globex").sent().size(), 1u);
}

TEST_F(DirectCallsTest, TheGaugeCountsThoseThatWait) {
  for (const char* body : {"a", "b", "c"}) Queue(body);
  const std::string cancelled = Queue("d");
  EXPECT_EQ(world_.metrics().CallQueue("acme").Value(), 2);
  world_.Cancel(cancelled);
  EXPECT_EQ(world_.metrics().CallQueue("acme").Value(), 1);
  world_.Answer(FakeGenesysClient::Ok("{}"));
  EXPECT_EQ(world_.metrics().CallQueue("acme").Value(), 0);
}

TEST_F(DirectCallsTest, CancelledAndTimedOutJobsLeaveTheQueue) {
  Queue("a");
  Queue("b");
  const std::string cancelled = Queue("c");
  const std::string late = Queue("d", absl::Seconds(5));
  Queue("e");
  world_.Cancel(cancelled);
  world_.Advance(absl::Seconds(5));
  EXPECT_EQ(world_.Stored(cancelled).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(world_.Stored(late).state(), v1::JOB_STATE_FAILED);
  world_.Answer(FakeGenesysClient::Ok("{}"));
  EXPECT_THAT(Held(), ElementsAre("b", "e"));
}

// The connection is still taken, and Genesys Cloud still busy.
TEST_F(DirectCallsTest, ACancelledJobsCallKeepsItsSlotUntilItIsOver) {
  const std::string cancelled = Queue("a");
  Queue("b");
  Queue("c");
  world_.Cancel(cancelled);
  EXPECT_THAT(Held(), ElementsAre("a", "b"));
  world_.Answer(FakeGenesysClient::Ok("{}"));
  EXPECT_THAT(Held(), ElementsAre("b", "c"));
}

TEST_F(DirectCallsTest, AJobThatWaitsToTryAgainLetsAnotherIn) {
  Queue("a");
  Queue("b");
  Queue("c");
  world_.Answer(FakeGenesysClient::NotSent());
  EXPECT_THAT(Held(), ElementsAre("b", "c"));
  world_.Advance(absl::Seconds(1));  // a would be sent again
  EXPECT_THAT(Held(), ElementsAre("b", "c"));
  world_.Answer(FakeGenesysClient::Ok("{}"));
  EXPECT_THAT(Held(), ElementsAre("c", "a"));
}

TEST_F(DirectCallsTest, ARefusedPermitLetsTheNextAsk) {
  Queue("a");
  Queue("b");
  world_.client().hold_permits = true;
  const std::string refused = Queue("c");
  Queue("d");
  world_.Answer(FakeGenesysClient::Ok("{}"));  // c asks for a permit now
  world_.client().permit_status = FakeGenesysClient::GenesysError(
      absl::StatusCode::kFailedPrecondition, "GENESYS_CREDENTIALS_REJECTED");
  world_.client().GrantHeld();
  world_.client().permit_status = absl::OkStatus();
  world_.client().hold_permits = false;
  world_.Settle();
  world_.client().GrantHeld();  // d's
  world_.Settle();
  EXPECT_EQ(world_.Stored(refused).state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(Held(), ElementsAre("b", "d"));
}

TEST_F(DirectCallsTest, AfterARestartTheQueueIsAsItWas) {
  for (const char* body : {"a", "b", "c", "d", "e"}) Queue(body);
  world_.Restart();  // a and b are in doubt, and never repeated
  EXPECT_THAT(Held(), ElementsAre("c", "d"));
  world_.Answer(FakeGenesysClient::Ok("{}"));
  EXPECT_THAT(Held(), ElementsAre("d", "e"));
}

}  // namespace
}  // namespace gcjobs
