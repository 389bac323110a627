#include "server/jobs/job_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::PlainKind;
using ::gcjobs::testing::PlainTraits;
using ::gcjobs::testing::StatusIs;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);
constexpr size_t kCap = 10;

store::StoredJob Record() { return MakeRecord("j-1", kNow, JobWorld::Plain()); }

// The job after it succeeded with a result of `result_bytes`.
v1::Job Succeeded(v1::ResultsMode mode, size_t result_bytes, bool holds_call = false) {
  const PlainKind kind("plain", PlainTraits{"", mode, holds_call});
  store::StoredJob record = Record();
  EnterOutcome({v1::JOB_STATE_SUCCEEDED, absl::OkStatus(), std::string(result_bytes, '1')}, kind,
               kCap, kNow, &record);
  return record.job();
}

TEST(MakeRecordTest, KeepsWhatTheKindNeeds) {
  JobSubmission job = JobWorld::Plain();
  (*job.record.mutable_path_parameters())["space"] = "s-1";
  job.record.set_results_page_size(250);
  const store::StoredJob record = MakeRecord("j-1", kNow, job);
  EXPECT_EQ(record.results_page_size(), 250);
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
  EnterOutcome({v1::JOB_STATE_FAILED, MakeError(absl::StatusCode::kAborted, "WHY", "so"), ""}, kind,
               kCap, kNow, &failed);
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

}  // namespace
}  // namespace gcjobs
