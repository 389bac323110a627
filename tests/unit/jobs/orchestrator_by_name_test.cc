#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/error_info.h"
#include "common/status_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

// Actions that are submitted by name, which is looked up once the job is durable.

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kFound[] = R"({"entities":[{"id":"a-7","name":"Get Order"}]})";
constexpr char kNothing[] = R"({"entities":[]})";

JobSubmission ByName(const std::string& request_id = "") {
  JobSubmission job = JobWorld::Plain(request_id);
  job.record.mutable_job()->clear_action_id();
  job.record.mutable_job()->set_action_name("Get Order");
  job.record.set_poll_class("plain");
  return job;
}

TEST(OrchestratorByNameTest, TheNameIsLookedUpAndThenTheActionIsSent) {
  JobWorld world;
  const size_t call = world.Submit(ByName());
  EXPECT_THAT(world.Asked(), StartsWith("GET /api/v2/integrations/actions?"));
  world.Answer(FakeGenesysClient::Ok(kFound));
  EXPECT_EQ(world.Asked(), "POST /things");
  world.Answer(FakeGenesysClient::Ok("u-1", 202));
  ASSERT_THAT(world.answers[call].value(), IsOk());
  const v1::Job& job = **world.answers[call];
  EXPECT_EQ(job.action_id(), "a-7");
  EXPECT_EQ(job.action_name(), "Get Order");
  EXPECT_EQ(world.StoredRecord(job.id()).poll_class(), "plain/a-7");
}

TEST(OrchestratorByNameTest, TheJobIsFoundByTheActionThatTheNameStoodFor) {
  JobWorld world;
  const std::string job_id = [&] {
    const size_t call = world.Submit(ByName());
    world.Answer(FakeGenesysClient::Ok(kFound));
    world.Answer(FakeGenesysClient::Ok("u-1", 202));
    return (*world.answers[call])->id();
  }();
  JobQuery query;
  query.filter.set_action_id("a-7");
  const auto jobs = world.store().reader().ListJobs(query);
  ASSERT_EQ(jobs->size(), 1u);
  EXPECT_EQ(jobs->front().id(), job_id);
}

TEST(OrchestratorByNameTest, ANameThatIsNotFoundIsARefusal) {
  JobWorld world;
  const size_t call = world.Submit(ByName("r-1"));
  world.Answer(FakeGenesysClient::Ok(kNothing));
  world.Answer(FakeGenesysClient::Ok(R"({"entities":[{"id":"1","name":"Get Orders"}]})"));
  const absl::Status status = world.answers[call]->status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "ACTION_NAME_NOT_FOUND"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("near_names"), "Get Orders");
  const std::string job_id = GetErrorInfo(status)->metadata().at("job_id");
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_FAILED);
  // The same request is refused again, whatever there is by now.
  const size_t again = world.Submit(ByName("r-1"));
  EXPECT_THAT(world.answers[again]->status(),
              StatusIs(absl::StatusCode::kNotFound, "ACTION_NAME_NOT_FOUND"));
}

TEST(OrchestratorByNameTest, ANameOfSeveralIsARefusal) {
  JobWorld world;
  const size_t call = world.Submit(ByName());
  world.Answer(FakeGenesysClient::Ok(
      R"({"entities":[{"id":"1","name":"Get Order"},{"id":"2","name":"Get Order"}]})"));
  EXPECT_THAT(world.answers[call]->status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, "ACTION_NAME_AMBIGUOUS"));
}

TEST(OrchestratorByNameTest, ALookUpThatFailedIsTriedAgain) {
  JobWorld world;
  const size_t call = world.Submit(ByName(), absl::ZeroDuration());
  const std::string job_id = (*world.answers[call])->id();
  world.Answer(
      FakeGenesysClient::Error(503, absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE"));
  EXPECT_EQ(GetReason(FromProto(world.engine().FindLive(job_id)->error())), "GENESYS_UNAVAILABLE");
  world.AwaitPoll();
  EXPECT_THAT(world.Asked(), HasSubstr("actions?"));
  world.Answer(FakeGenesysClient::Ok(kFound));
  world.Answer(FakeGenesysClient::Ok("u-1", 202));
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_PENDING);
}

TEST(OrchestratorByNameTest, ARefusedLookUpIsTheCallersError) {
  JobWorld world;
  const size_t call = world.Submit(ByName());
  world.Answer(
      FakeGenesysClient::Error(403, absl::StatusCode::kPermissionDenied, "GENESYS_FORBIDDEN"));
  EXPECT_THAT(world.answers[call]->status(),
              StatusIs(absl::StatusCode::kPermissionDenied, "GENESYS_FORBIDDEN"));
}

// What the name stood for is durable before the request leaves: a retry, or a restart,
// never sends the job to another action.
TEST(OrchestratorByNameTest, WhatWasFoundHoldsThroughRetriesAndRestarts) {
  JobWorld world;
  const size_t call = world.Submit(ByName(), absl::ZeroDuration());
  const std::string job_id = (*world.answers[call])->id();
  world.Answer(FakeGenesysClient::Ok(kFound));
  world.Answer(FakeGenesysClient::NotSent());
  EXPECT_EQ(world.Stored(job_id).action_id(), "a-7");
  world.Restart();
  EXPECT_EQ(world.Asked(), "POST /things");
}

TEST(OrchestratorByNameTest, ARestartLooksUpWhatWasNotFoundYet) {
  JobWorld world;
  world.Submit(ByName(), absl::ZeroDuration());
  world.Restart();
  EXPECT_THAT(world.Asked(), StartsWith("GET /api/v2/integrations/actions?"));
}

TEST(OrchestratorByNameTest, ACancelWhileTheNameIsLookedUpSendsNothing) {
  JobWorld world;
  const size_t call = world.Submit(ByName(), absl::ZeroDuration());
  const std::string job_id = (*world.answers[call])->id();
  world.Cancel(job_id);
  EXPECT_EQ(world.Stored(job_id).state(), v1::JOB_STATE_CANCELLED);
  world.Answer(FakeGenesysClient::Ok(kFound));
  EXPECT_EQ(world.Asked(), "");
}

}  // namespace
}  // namespace gcjobs
