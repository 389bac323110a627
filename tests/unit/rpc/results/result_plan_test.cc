#include "server/rpc/results/result_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "common/error_info.h"
#include "server/net/event_loop.h"
#include "tests/fakes/fake_clock.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/results/paged_kind.h"
#include "tests/unit/results/paged_upstream.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeClock;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::PagedKind;
using ::gcjobs::testing::PagedUpstream;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;

std::vector<std::unique_ptr<JobKind>> MakeKinds() {
  std::vector<std::unique_ptr<JobKind>> kinds;
  kinds.push_back(std::make_unique<PagedKind>(v1::RESULTS_MODE_CURSOR, "cursor"));
  kinds.push_back(std::make_unique<PagedKind>(v1::RESULTS_MODE_LINK, "link"));
  kinds.push_back(std::make_unique<PagedKind>(v1::RESULTS_MODE_URL, "url"));
  kinds.push_back(std::make_unique<PagedKind>(v1::RESULTS_MODE_INLINE, "inline"));
  kinds.push_back(std::make_unique<PagedKind>(v1::RESULTS_MODE_INLINE, "held", true));
  kinds.push_back(std::make_unique<PagedKind>(v1::RESULTS_MODE_NONE, "none"));
  return kinds;
}

class ResultPlanTest : public ::testing::Test {
 protected:
  ResultPlanTest() {
    v1::Job* const job = stored_.mutable_job();
    job->set_id("j1");
    job->set_org("main");
    job->set_kind("cursor");
    job->set_state(v1::JOB_STATE_SUCCEEDED);
    job->set_action_id("a1");
    job->set_upstream_id("u1");
    (*stored_.mutable_path_parameters())["area"] = "north";
    stored_.set_results_page_size(30);
    request_.set_job_id("j1");
  }

  v1::Job& job() { return *stored_.mutable_job(); }
  absl::StatusOr<ResultsPlan> Plan() const {
    return PlanResults(kinds_, {{"main", &client_}}, cursors_, request_, stored_, submission_);
  }

  FakeClock clock_;
  EventLoop loop_{&clock_, nullptr};
  mutable PagedUpstream client_{&loop_};
  const JobKindRegistry kinds_{MakeKinds()};
  const ResultCursorCodec cursors_{"", "j1"};
  v1::ReadResultsRequest request_;
  store::StoredJob stored_;
  store::Submission submission_;
};

auto HasNoResults() { return StatusIs(absl::StatusCode::kFailedPrecondition, "NO_RESULTS"); }

TEST_F(ResultPlanTest, PagesAreReadFromTheJobsOwnOrganisation) {
  for (const char* kind : {"cursor", "link", "url"}) {
    job().set_kind(kind);
    const auto plan = Plan();
    ASSERT_THAT(plan, IsOk());
    EXPECT_FALSE(plan->stored.has_value());
    EXPECT_EQ(plan->source.client, &client_);
    EXPECT_EQ(plan->source.pages, kinds_.Find(kind));
    EXPECT_EQ(plan->source.job_id, "j1");
    EXPECT_EQ(plan->source.action_id, "a1");
    EXPECT_EQ(plan->source.upstream_id, "u1");
    EXPECT_EQ(plan->source.path_parameters.at("area"), "north");
  }
}

TEST_F(ResultPlanTest, ThePageSizeIsTheRequestsElseTheSubmissions) {
  EXPECT_EQ(Plan()->source.page_size, 30);
  request_.set_page_size(7);
  EXPECT_EQ(Plan()->source.page_size, 7);
}

TEST_F(ResultPlanTest, ACursorKeepsThePageSizeThatItBeganWith) {
  ResultPosition position;
  position.next = "c2";
  position.pages = 3;
  request_.set_cursor(cursors_.Encode(position, 11));
  request_.set_page_size(7);
  const auto plan = Plan();
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->source.page_size, 11);
  EXPECT_EQ(plan->start.position.next, "c2");
  EXPECT_EQ(plan->start.position.pages, 3);
}

TEST_F(ResultPlanTest, AForeignCursorIsRefused) {
  for (const std::string& cursor :
       {std::string("junk"), ResultCursorCodec("", "j2").Encode({}, 0)}) {
    request_.set_cursor(cursor);
    EXPECT_THAT(Plan(), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_CURSOR"));
  }
}

TEST_F(ResultPlanTest, AJobThatGoesOnIsNotFinished) {
  for (const v1::JobState state :
       {v1::JOB_STATE_QUEUED, v1::JOB_STATE_PENDING, v1::JOB_STATE_RUNNING}) {
    job().set_state(state);
    EXPECT_THAT(Plan(), StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED"));
  }
}

TEST_F(ResultPlanTest, AJobThatDidNotSucceedHasNoResults) {
  for (const v1::JobState state :
       {v1::JOB_STATE_FAILED, v1::JOB_STATE_CANCELLED, v1::JOB_STATE_OUTCOME_UNKNOWN}) {
    job().set_state(state);
    EXPECT_THAT(Plan(), HasNoResults());
  }
  EXPECT_EQ(GetErrorInfo(Plan().status())->metadata().at("state"), "OUTCOME_UNKNOWN");
}

TEST_F(ResultPlanTest, AKindWithoutResultsHasNone) {
  job().set_kind("none");
  EXPECT_THAT(Plan(), HasNoResults());
}

TEST_F(ResultPlanTest, WhatIsNotConfiguredAnyMoreIsNamed) {
  job().set_org("gone");
  EXPECT_THAT(Plan(), StatusIs(absl::StatusCode::kFailedPrecondition, "ORG_NOT_CONFIGURED"));
  job().set_kind("gone");
  EXPECT_THAT(Plan(), StatusIs(absl::StatusCode::kFailedPrecondition, "KIND_NOT_CONFIGURED"));
}

TEST_F(ResultPlanTest, AResultThatWasKeptComesFromTheStore) {
  job().set_kind("gone");
  job().set_org("gone");
  job().set_result_json("[1, 2]");
  const auto plan = Plan();
  ASSERT_THAT(plan, IsOk());
  ASSERT_TRUE(plan->stored.has_value());
  EXPECT_EQ(plan->stored->parts[0].slice.items, "[1, 2]");
}

TEST_F(ResultPlanTest, AResultThatWasNotKeptIsAskedForAgain) {
  job().set_kind("inline");
  job().set_result_bytes(5'000'000);
  const auto plan = Plan();
  ASSERT_THAT(plan, IsOk());
  EXPECT_FALSE(plan->stored.has_value());
}

TEST_F(ResultPlanTest, AnEndWithoutAResultHasNone) {
  job().set_kind("inline");
  EXPECT_THAT(Plan(), HasNoResults());
}

TEST_F(ResultPlanTest, AHeldCallCannotBeAskedAgain) {
  job().set_kind("held");
  job().set_result_bytes(5'000'000);
  const auto plan = Plan();
  EXPECT_THAT(plan, HasNoResults());
  EXPECT_THAT(std::string(plan.status().message()), HasSubstr("5000000 bytes"));
}

TEST_F(ResultPlanTest, AKeptResultThatIsNotJsonIsNoPage) {
  job().set_kind("held");
  job().set_result_json("<html>");
  const auto plan = Plan();
  EXPECT_THAT(plan, HasNoResults());
  EXPECT_THAT(std::string(plan.status().message()), HasSubstr("Job.result_json"));
}

TEST(ValidateReadResultsTest, ChecksJobIdAndPageSize) {
  v1::ReadResultsRequest request;
  const auto field = [&] {
    return GetErrorInfo(ValidateReadResults(request))->metadata().at("field");
  };
  EXPECT_EQ(field(), "job_id");
  request.set_job_id(std::string(65, 'x'));
  EXPECT_EQ(field(), "job_id");
  request.set_job_id("j1");
  for (const int size : {0, 1, 100'000}) {
    request.set_page_size(size);
    EXPECT_THAT(ValidateReadResults(request), IsOk()) << size;
  }
  for (const int size : {-1, 100'001}) {
    request.set_page_size(size);
    EXPECT_THAT(ValidateReadResults(request),
                StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
    EXPECT_EQ(field(), "page_size");
  }
}

}  // namespace
}  // namespace gcjobs
