#include "server/jobs/job_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "common/error_info.h"
#include "common/errors.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::PlainKind;
using ::gcjobs::testing::PlainTraits;
using ::gcjobs::testing::StatusIs;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);
constexpr size_t kCap = 10;

store::StoredJob Record() {
  store::StoredJob record = JobWorld::Plain().record;
  record.mutable_job()->set_id("j-1");
  return record;
}

// The job after it succeeded with a result of `result_bytes`.
v1::Job Succeeded(v1::ResultsMode mode, size_t result_bytes, bool holds_call = false) {
  const PlainKind kind("plain", PlainTraits{"", mode, holds_call});
  store::StoredJob record = Record();
  EnterOutcome({v1::JOB_STATE_SUCCEEDED, absl::OkStatus(), std::string(result_bytes, '1')}, kind,
               kCap, kNow, &record);
  return record.job();
}

TEST(JobRefTest, HasWhatTheKindNeeds) {
  store::StoredJob record = Record();
  (*record.mutable_path_parameters())["space"] = "s-1";
  const JobRef ref = RefOf(record);
  EXPECT_EQ(ref.action_id, "a-1");
  EXPECT_EQ(ref.upstream_id, "");
  EXPECT_EQ(ref.path_parameters->at("space"), "s-1");
}

TEST(EnterOutcomeTest, AResultUpToTheCapIsKept) {
  EXPECT_EQ(Succeeded(v1::RESULTS_MODE_INLINE, kCap).result_json(), "1111111111");
  const v1::Job larger = Succeeded(v1::RESULTS_MODE_INLINE, kCap + 1);
  EXPECT_EQ(larger.result_json(), "");
  EXPECT_EQ(larger.result_bytes(), 11);
}

TEST(EnterOutcomeTest, InlineResultsAreThereWhenKeptOrAskedForAgain) {
  EXPECT_TRUE(Succeeded(v1::RESULTS_MODE_INLINE, kCap).has_results());
  EXPECT_TRUE(Succeeded(v1::RESULTS_MODE_INLINE, kCap + 1).has_results());
  EXPECT_FALSE(Succeeded(v1::RESULTS_MODE_INLINE, 0).has_results());
  EXPECT_TRUE(Succeeded(v1::RESULTS_MODE_INLINE, kCap, /*holds_call=*/true).has_results());
  EXPECT_FALSE(Succeeded(v1::RESULTS_MODE_INLINE, kCap + 1, /*holds_call=*/true).has_results());
}

TEST(EnterOutcomeTest, ResultsElsewhereAreThereWithoutAResultHere) {
  for (const auto mode : {v1::RESULTS_MODE_CURSOR, v1::RESULTS_MODE_LINK, v1::RESULTS_MODE_URL}) {
    EXPECT_TRUE(Succeeded(mode, 0).has_results()) << mode;
  }
  EXPECT_FALSE(Succeeded(v1::RESULTS_MODE_NONE, 0).has_results());
}

TEST(EnterOutcomeTest, OnlyASuccessHasResults) {
  const PlainKind kind("paged", PlainTraits{"", v1::RESULTS_MODE_CURSOR});
  store::StoredJob failed = Record();
  EnterOutcome({v1::JOB_STATE_FAILED,
                MakeError(ErrorReason{"WHY", absl::StatusCode::kAborted, kDomainGcjobs}, "so"), ""},
               kind, kCap, kNow, &failed);
  EXPECT_FALSE(failed.job().has_results());
  EXPECT_THAT(FromProto(failed.job().error()), StatusIs(absl::StatusCode::kAborted, "WHY"));
  store::StoredJob running = Record();
  EnterOutcome({v1::JOB_STATE_RUNNING, absl::OkStatus(), ""}, kind, kCap, kNow, &running);
  EXPECT_FALSE(running.job().has_results());
}

TEST(EnterOutcomeTest, WhatGenesysCloudCancelledIsCancelledThere) {
  store::StoredJob record = Record();
  EnterOutcome({v1::JOB_STATE_CANCELLED, absl::OkStatus(), ""}, PlainKind("plain"), kCap, kNow,
               &record);
  EXPECT_EQ(record.job().state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(record.job().upstream_cancelled());
}

store::StoredJob JobIn(v1::JobState state) {
  store::StoredJob job;
  job.mutable_job()->set_id("j-1");
  job.mutable_job()->set_state(state);
  *job.mutable_retention() = ToProto(absl::Hours(1));
  return job;
}

TEST(JobTransitionTest, EveryPairIsLegalExactlyAsTheDiagramSays) {
  const std::set<std::pair<int, int>> legal = {
      {1, 2}, {1, 3}, {1, 4}, {1, 5}, {1, 6}, {1, 7},  // QUEUED -> all others
      {2, 3}, {2, 4}, {2, 5}, {2, 6}, {2, 7},          // PENDING
      {3, 4}, {3, 5}, {3, 6}, {3, 7},                  // RUNNING
  };
  for (int from = 0; from <= 7; ++from) {
    for (int to = 0; to <= 7; ++to) {
      EXPECT_EQ(IsLegalTransition(static_cast<v1::JobState>(from), static_cast<v1::JobState>(to)),
                legal.count({from, to}) == 1)
          << from << " -> " << to;
    }
  }
}

TEST(JobTransitionTest, EnteringRunningMovesOnlyUpdateTime) {
  store::StoredJob job = JobIn(v1::JOB_STATE_PENDING);
  EnterState(v1::JOB_STATE_RUNNING, kNow, &job);
  EXPECT_EQ(job.job().state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(FromProto(job.job().update_time()), kNow);
  EXPECT_FALSE(job.job().has_end_time());
  EXPECT_FALSE(job.job().has_expire_time());
}

TEST(JobTransitionTest, EnteringATerminalStateStartsTheRetention) {
  store::StoredJob job = JobIn(v1::JOB_STATE_RUNNING);
  EnterState(v1::JOB_STATE_SUCCEEDED, kNow, &job);
  EXPECT_EQ(FromProto(job.job().end_time()), kNow);
  EXPECT_EQ(FromProto(job.job().expire_time()), kNow + absl::Hours(1));
}

TEST(JobTransitionTest, AnErrorNamesItsJob) {
  store::StoredJob job = JobIn(v1::JOB_STATE_RUNNING);
  EnterState(v1::JOB_STATE_FAILED, kNow,
             MakeError(ErrorReason{"X", absl::StatusCode::kAborted, kDomainGcjobs}, "x"), &job);
  const auto info = GetErrorInfo(FromProto(job.job().error()));
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->metadata().at("job_id"), "j-1");
}

TEST(JobTransitionDeathTest, AnIllegalTransitionEndsTheProcess) {
  store::StoredJob job = JobIn(v1::JOB_STATE_SUCCEEDED);
  EXPECT_DEATH(EnterState(v1::JOB_STATE_RUNNING, kNow, &job), "SUCCEEDED to RUNNING");
}

TEST(RejectionOfTest, OnlyARefusedSubmissionIsARejection) {
  store::StoredJob job = JobIn(v1::JOB_STATE_QUEUED);
  EXPECT_THAT(RejectionOf(job.job()), IsOk());
  absl::Status refused =
      MakeError(ErrorReason{"GENESYS_NOT_FOUND", absl::StatusCode::kNotFound, kDomainGcjobs}, "no");
  google::rpc::ErrorInfo info = *GetErrorInfo(refused);
  info.set_domain("genesys.cloud");
  SetErrorInfo(&refused, info);
  EnterState(v1::JOB_STATE_FAILED, kNow, refused, &job);
  EXPECT_THAT(RejectionOf(job.job()), StatusIs(absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND"));

  store::StoredJob accepted = job;  // it ran, and failed there
  *accepted.mutable_job()->mutable_accept_time() = ToProto(kNow);
  EXPECT_THAT(RejectionOf(accepted.job()), IsOk());

  store::StoredJob timed_out = JobIn(v1::JOB_STATE_QUEUED);  // our own word, not Genesys Cloud's
  EnterState(
      v1::JOB_STATE_FAILED, kNow,
      MakeError(ErrorReason{"JOB_TIMED_OUT", absl::StatusCode::kDeadlineExceeded, kDomainGcjobs},
                "late"),
      &timed_out);
  EXPECT_THAT(RejectionOf(timed_out.job()), IsOk());
}

}  // namespace
}  // namespace gcjobs
