#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

// Kinds whose work goes on only when it is told to.

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::StatusIs;

ApiReply ServerError() {
  return FakeGenesysClient::Error(500, absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE");
}

// A job that a poll has just seen READY.
class FollowUpTest : public ::testing::Test {
 protected:
  FollowUpTest() { Poll("READY"); }

  // Polls and answers the poll, which is the youngest request.
  void Poll(const std::string& status) {
    world_.AwaitPoll();
    world_.Answer(FakeGenesysClient::Ok(status), world_.client().sent().size() - 1);
  }
  int FollowUpsSent() {
    int count = 0;
    for (const auto& sent : world_.client().sent()) count += sent.request.method == "PUT" ? 1 : 0;
    return count;
  }

  JobWorld world_;
  const std::string job_id_ = world_.SubmitAccepted();
};

TEST_F(FollowUpTest, ItIsSentAsASubmissionAndTheJobGoesOn) {
  EXPECT_EQ(world_.Asked(), "PUT /things/u-1/go");
  EXPECT_EQ(world_.client().sent().front().request.request_class, RequestClass::kSubmit);
  world_.Answer(FakeGenesysClient::Ok("{}"));
  Poll("RUNNING");
  Poll("COMPLETED");
  EXPECT_EQ(world_.Stored(job_id_).state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(FollowUpTest, OneUnderWayIsNotDoubled) {
  Poll("READY");
  EXPECT_EQ(FollowUpsSent(), 1);
  world_.Answer(FakeGenesysClient::Ok("{}"));
  Poll("READY");  // Genesys Cloud has not moved on
  EXPECT_EQ(FollowUpsSent(), 1);
}

TEST_F(FollowUpTest, AFailureIsShownAndTheNextPollTriesAgain) {
  world_.Answer(ServerError());
  EXPECT_THAT(FromProto(world_.engine().FindLive(job_id_)->error()),
              StatusIs(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE"));
  EXPECT_EQ(FollowUpsSent(), 0);
  Poll("READY");
  EXPECT_EQ(FollowUpsSent(), 1);
  EXPECT_FALSE(world_.engine().FindLive(job_id_)->has_error());
}

TEST_F(FollowUpTest, ARefusedPermitIsAFailureToo) {
  world_.Answer(FakeGenesysClient::Ok("{}"));
  world_.AwaitPoll();
  world_.client().permit_status =
      FakeGenesysClient::GenesysError(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE");
  world_.Answer(FakeGenesysClient::Ok("READY"));
  EXPECT_EQ(FollowUpsSent(), 0);
  EXPECT_TRUE(world_.engine().FindLive(job_id_)->has_error());
  world_.client().permit_status = absl::OkStatus();
  world_.Advance(absl::Minutes(1));
  Poll("READY");
  EXPECT_EQ(FollowUpsSent(), 1);
}

TEST_F(FollowUpTest, ARestartSeesTheStatusAgain) {
  world_.Restart();
  EXPECT_EQ(FollowUpsSent(), 0);
  Poll("READY");
  EXPECT_EQ(FollowUpsSent(), 1);
}

TEST_F(FollowUpTest, APermitThatComesAfterTheEndIsGivenBack) {
  world_.Answer(FakeGenesysClient::Ok("{}"));
  world_.AwaitPoll();
  world_.client().hold_permits = true;
  world_.Answer(FakeGenesysClient::Ok("READY"));
  world_.Cancel(job_id_);
  world_.client().GrantHeld();
  world_.Settle();
  EXPECT_EQ(world_.client().permits_out(), 0);
  EXPECT_EQ(FollowUpsSent(), 0);
}

TEST_F(FollowUpTest, AStoppedEngineSendsNone) {
  world_.Answer(FakeGenesysClient::Ok("{}"));
  world_.AwaitPoll();
  world_.engine().BeginStop();
  world_.Answer(FakeGenesysClient::Ok("READY"));
  EXPECT_EQ(FollowUpsSent(), 0);
}

// A cancel is under way: telling the work to go on would be odd.
TEST(FollowUpOfACancelledJobTest, NoneIsSent) {
  JobWorld world;
  const std::string job_id = world.SubmitAccepted(JobWorld::Cancellable());
  world.AwaitPoll();
  world.Cancel(job_id);
  world.Answer(FakeGenesysClient::Ok("READY"));  // the poll's answer
  ASSERT_EQ(world.client().sent().size(), 1u);
  EXPECT_EQ(world.Asked(), "DELETE /things/u-1");
}

}  // namespace
}  // namespace gcjobs
