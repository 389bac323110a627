#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/status_conversion.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// ACTION_MODE_DIRECT: the server holds the call and makes a job of it.

namespace gcjobs {
namespace {

using ::gcjobs::testing::InParallel;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::System;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::SubmitActionRequest Direct(const std::string& sim) {
  v1::SubmitActionRequest request = Steered(sim);
  request.set_mode(v1::ACTION_MODE_DIRECT);
  return request;
}

v1::SubmitActionRequest DirectWithoutWaiting(const std::string& sim) {
  v1::SubmitActionRequest request = Direct(sim);
  request.mutable_options()->mutable_wait()->set_seconds(0);
  return request;
}

// The action's own answer in the details of an error.
v1::FailureBody FailureOf(const google::rpc::Status& error) {
  v1::FailureBody failure;
  for (const google::protobuf::Any& detail : error.details()) detail.UnpackTo(&failure);
  return failure;
}

void AwaitSubmission(System* system, const std::string& job_id) {
  while (system->simulator().Get("/__sim/jobs").find("\"id\"") == std::string::npos) {
    ASSERT_THAT(system->GetJob(job_id), IsOk());
  }
}

TEST(DirectTest, TheAnswerIsTheResultByteForByte) {
  System system;
  const auto job =
      system.Submit(Direct(R"({"duration":"1s","result":{"n":12345678901234567890}})"));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_SUCCEEDED) << "within the usual wait";
  EXPECT_EQ(job->kind(), "action.direct");
  EXPECT_EQ(job->result_json(), R"({"n":12345678901234567890})");
  const System::Watched watched = system.Watch(job->id());
  ASSERT_EQ(watched.events.size(), 2u);
  EXPECT_EQ(watched.events[1].previous_state(), v1::JOB_STATE_QUEUED);
  EXPECT_THAT(system.simulator().Polls(), IsEmpty());
}

TEST(DirectTest, ALongCallGoesOnAfterTheAnswer) {
  System system;
  const auto job = system.Submit(DirectWithoutWaiting(R"({"duration":"2s","result":1.10})"));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(system.AwaitEnd(job->id()).result_json(), "1.10");
}

TEST(DirectTest, TheActionsOwnFailureIsKept) {
  System system;
  const auto refused = system.Submit(
      Direct(R"({"duration":"0s","outcome":"failed","message":"card declined","httpStatus":400})"));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, "GENESYS_BAD_REQUEST"));
  EXPECT_THAT(std::string(FailureOf(ToProto(refused.status())).body()), HasSubstr("card declined"));

  const auto job = system.GetJob(GetErrorInfo(refused.status())->metadata().at("job_id"));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_FAILED);
  const v1::FailureBody failure = FailureOf(job->error());
  EXPECT_EQ(failure.http_status(), 400);
  EXPECT_THAT(std::string(failure.body()), HasSubstr("card declined"));
}

TEST(DirectTest, AnActionThatRunsIntoItsTimeoutHasAnUnknownOutcome) {
  System system;
  const auto job = system.Submit(Direct(R"({"duration":"30s"})"));  // the action's limit is 3 s
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
}

TEST(DirectTest, ALostAnswerIsAnUnknownOutcomeAndIsNotRepeated) {
  System system;
  system.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","when":"after","reset":true})");
  const auto job = system.Submit(Direct(R"({"duration":"0s"})"));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
  EXPECT_EQ(system.simulator().Submissions().size(), 1u);
}

TEST(DirectTest, Kill9WhileTheCallIsHeldIsAnUnknownOutcome) {
  System system;
  const auto job = system.Submit(DirectWithoutWaiting(R"({"duration":"2s"})"));
  ASSERT_THAT(job, IsOk());
  AwaitSubmission(&system, job->id());
  system.RestartServer();
  EXPECT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
  // The simulator logs a held call when it is over.
  while (system.simulator().Submissions().empty()) ASSERT_THAT(system.GetJob(job->id()), IsOk());
  EXPECT_EQ(system.simulator().Submissions().size(), 1u);
}

TEST(DirectTest, APlannedStopLetsAHeldCallEnd) {
  System system;
  const auto job = system.Submit(DirectWithoutWaiting(R"({"duration":"2s","result":7})"));
  ASSERT_THAT(job, IsOk());
  AwaitSubmission(&system, job->id());
  system.server().Kill(SIGTERM);
  EXPECT_EQ(system.server().Wait(), 0);
  system.StartServer();
  EXPECT_EQ(system.GetJob(job->id())->result_json(), "7");
}

TEST(DirectTest, ACancelEndsTheJobHereAlone) {
  System system;
  const auto job = system.Submit(DirectWithoutWaiting(R"({"duration":"2s"})"));
  ASSERT_THAT(job, IsOk());
  AwaitSubmission(&system, job->id());
  const auto cancelled = system.CancelJob(job->id());
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_FALSE(cancelled->upstream_cancelled());
}

TEST(DirectTest, HeldCallsAreBoundedAndOthersWaitTheirTurn) {
  System::Options options;
  options.server = {"--max-direct-calls", "2"};
  System system(options);
  InParallel(6, [&](int i) {
    const auto job =
        system.Submit(Direct(absl::StrCat(R"({"duration":"500ms","result":)", i, "}")));
    ASSERT_THAT(job, IsOk());
    EXPECT_EQ(system.AwaitEnd(job->id()).result_json(), absl::StrCat(i));
  });
  // By the simulator's clock no three overlapped: each held its call for half
  // a second, two at a time.
  const auto calls = system.simulator().Submissions();
  ASSERT_EQ(calls.size(), 6u);
  for (size_t i = 2; i < calls.size(); ++i) EXPECT_GE(calls[i].time - calls[i - 2].time, 0.45);
}

}  // namespace
}  // namespace gcjobs
