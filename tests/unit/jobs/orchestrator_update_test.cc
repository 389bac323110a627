#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/error_info.h"
#include "common/errors.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

// UpdateJob: changes of jobs that have not ended.

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::StatusIs;
using ::testing::Contains;
using ::testing::Pair;
using ::testing::SizeIs;

JobEngine::JobChange ToTimeout(absl::Duration timeout) {
  return [timeout](v1::Job* job) {
    *job->mutable_execution_timeout() = ToProto(timeout);
    return absl::OkStatus();
  };
}

JobEngine::JobChange ToLabel(std::string key, std::string value) {
  return [key, value](v1::Job* job) {
    (*job->mutable_labels())[key] = value;
    return absl::OkStatus();
  };
}

class OrchestratorUpdateTest : public ::testing::Test {
 protected:
  std::vector<EventPtr> Events(const std::string& job_id) {
    return *world_.store().reader().ReadJobEvents(job_id, 0, {});
  }
  JobWorld world_;
};

TEST_F(OrchestratorUpdateTest, AChangeIsDurableAndToldToWatchers) {
  const std::string job_id = world_.SubmitAccepted();
  const absl::StatusOr<v1::Job> updated = world_.Update(job_id, ToLabel("team", "night"));
  ASSERT_THAT(updated, IsOk());
  EXPECT_THAT(updated->labels(), Contains(Pair("team", "night")));
  EXPECT_THAT(world_.Stored(job_id).labels(), Contains(Pair("team", "night")));
  const EventPtr last = Events(job_id).back();
  EXPECT_EQ(last->type(), v1::EVENT_TYPE_UPDATED);
  EXPECT_EQ(last->revision(), updated->revision());
  EXPECT_EQ(last->sequence(), 3);
}

TEST_F(OrchestratorUpdateTest, WatchersLearnWhichLabelsAJobHadBefore) {
  JobSubmission job = JobWorld::Plain();
  (*job.record.mutable_job()->mutable_labels())["team"] = "day";
  const std::string job_id = world_.SubmitAccepted(job);
  ASSERT_THAT(world_.Update(job_id, ToLabel("team", "night")), IsOk());
  EXPECT_THAT(Events(job_id).back()->previous_labels(), Contains(Pair("team", "day")));
  ASSERT_THAT(world_.Update(job_id, ToTimeout(absl::Hours(2))), IsOk());
  EXPECT_THAT(Events(job_id).back()->previous_labels(), SizeIs(0));
}

TEST_F(OrchestratorUpdateTest, WhatChangesNothingWritesNothing) {
  const std::string job_id = world_.SubmitAccepted();
  const int64_t before = world_.Stored(job_id).revision();
  ASSERT_THAT(world_.Update(job_id, ToTimeout(absl::Hours(24))), IsOk());
  EXPECT_EQ(world_.Stored(job_id).revision(), before);
}

TEST_F(OrchestratorUpdateTest, ALaterExecutionTimeoutIsCountedFromTheCreation) {
  JobSubmission job = JobWorld::Plain();
  *job.record.mutable_job()->mutable_execution_timeout() = ToProto(absl::Seconds(90));
  const std::string job_id = world_.SubmitAccepted(job);
  world_.Advance(absl::Seconds(60));
  ASSERT_THAT(world_.Update(job_id, ToTimeout(absl::Minutes(3))), IsOk());
  world_.Advance(absl::Seconds(119));
  EXPECT_EQ(world_.Stored(job_id).state(), v1::JOB_STATE_PENDING);
  world_.Advance(absl::Seconds(1));
  const v1::Job ended = world_.Stored(job_id);
  EXPECT_EQ(ended.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(GetErrorInfo(FromProto(ended.error()))->metadata().at("execution_timeout"), "3m");
}

TEST_F(OrchestratorUpdateTest, AnEarlierExecutionTimeoutComesIntoForceAtOnce) {
  const std::string job_id = world_.SubmitAccepted();
  ASSERT_THAT(world_.Update(job_id, ToTimeout(absl::Seconds(10))), IsOk());
  world_.Advance(absl::Seconds(10));
  EXPECT_EQ(world_.Stored(job_id).state(), v1::JOB_STATE_FAILED);
}

TEST_F(OrchestratorUpdateTest, AChangedTimeoutHoldsThroughARestart) {
  const std::string job_id = world_.SubmitAccepted();
  ASSERT_THAT(world_.Update(job_id, ToTimeout(absl::Seconds(10))), IsOk());
  world_.Restart();
  world_.Advance(absl::Seconds(10));
  EXPECT_EQ(world_.Stored(job_id).state(), v1::JOB_STATE_FAILED);
}

TEST_F(OrchestratorUpdateTest, ATimeoutThatIsOverAlreadyIsRefused) {
  const std::string job_id = world_.SubmitAccepted();
  world_.Advance(absl::Minutes(5));
  EXPECT_THAT(world_.Update(job_id, ToTimeout(absl::Minutes(5))).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_EQ(FromProto(world_.Stored(job_id).execution_timeout()), absl::Hours(24));
}

TEST_F(OrchestratorUpdateTest, ARefusedChangeChangesNothing) {
  const std::string job_id = world_.SubmitAccepted();
  const auto refuse = [](v1::Job* job) {
    job->clear_labels();
    return InvalidField("labels", "no");
  };
  EXPECT_THAT(world_.Update(job_id, refuse).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Events(job_id), SizeIs(2));
}

TEST_F(OrchestratorUpdateTest, AChangedPolicyMovesTheNextPoll) {
  JobSubmission job = JobWorld::Plain();
  *job.record.mutable_job()->mutable_poll()->mutable_initial_interval() = ToProto(absl::Hours(1));
  const std::string job_id = world_.SubmitAccepted(job);
  world_.Advance(absl::Minutes(1));
  EXPECT_EQ(world_.client().sent_count(), 1);  // the submission alone
  const auto soon = [](v1::Job* changed) {
    changed->clear_poll();
    return absl::OkStatus();
  };
  ASSERT_THAT(world_.Update(job_id, soon), IsOk());
  world_.Advance(absl::Seconds(1));
  EXPECT_EQ(world_.client().sent_count(), 2);
}

TEST_F(OrchestratorUpdateTest, MoreAttemptsLetAJobGoOn) {
  JobSubmission job = JobWorld::Plain();
  job.record.mutable_job()->mutable_poll()->set_max_attempts(2);
  const std::string job_id = world_.SubmitAccepted(job);
  world_.Poll("RUNNING");
  const auto more = [](v1::Job* changed) {
    changed->mutable_poll()->set_max_attempts(3);
    return absl::OkStatus();
  };
  ASSERT_THAT(world_.Update(job_id, more), IsOk());
  world_.Poll("RUNNING");
  EXPECT_EQ(world_.Stored(job_id).state(), v1::JOB_STATE_RUNNING);
  world_.Poll("RUNNING");
  EXPECT_THAT(FromProto(world_.Stored(job_id).error()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, "POLL_ATTEMPTS_EXHAUSTED"));
}

TEST_F(OrchestratorUpdateTest, AQueuedJobCanBeChanged) {
  world_.client().hold_permits = true;
  const size_t call = world_.Submit(JobWorld::Plain(), absl::ZeroDuration());
  const std::string job_id = (*world_.answers[call])->id();
  ASSERT_THAT(world_.Update(job_id, ToLabel("team", "night")), IsOk());
  world_.client().GrantHeld();
  world_.Settle();
  world_.Answer(FakeGenesysClient::Ok("u-1", 202));
  EXPECT_EQ(world_.Stored(job_id).state(), v1::JOB_STATE_PENDING);
  EXPECT_THAT(world_.Stored(job_id).labels(), Contains(Pair("team", "night")));
}

TEST_F(OrchestratorUpdateTest, WhatHasEndedOrIsUnknownCannotBeChanged) {
  const std::string job_id = world_.SubmitAccepted();
  world_.Poll("COMPLETED");
  EXPECT_THAT(world_.Update(job_id, ToLabel("team", "night")).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_FINISHED"));
  EXPECT_THAT(world_.Update("nobody", ToLabel("team", "night")).status(),
              StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

}  // namespace
}  // namespace gcjobs
