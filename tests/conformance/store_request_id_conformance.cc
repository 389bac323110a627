// One job for each (org, request_id).

#include <gmock/gmock.h>

#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;

constexpr auto kAborted = absl::StatusCode::kAborted;
constexpr auto kAlreadyExists = absl::StatusCode::kAlreadyExists;

store::StoredJob Requested(const std::string& id, const std::string& request_id) {
  store::StoredJob job = NewJob(id);
  job.mutable_job()->set_request_id(request_id);
  return job;
}

TEST_P(StoreConformance, TakenRequestIdIsRefusedAndNamesItsJob) {
  MustCommit(InsertOf(Requested("a", "r")));

  const auto refused = Commit(InsertOf(Requested("b", "r")));

  EXPECT_THAT(refused, IsError(kAlreadyExists, "REQUEST_ID_EXISTS"));
  EXPECT_EQ(Metadata(refused.status(), "job_id"), "a");
  EXPECT_EQ(store().GetRevisionRange()->head, 1);
}

TEST_P(StoreConformance, RequestIdIsTakenWithinOneGroup) {
  const Answers answers = CommitAll({InsertOf(Requested("a", "r")), InsertOf(Requested("b", "r")),
                                     InsertOf(Requested("c", "other"))});

  EXPECT_THAT(answers, ElementsAre(IsOk(), IsError(kAlreadyExists, "REQUEST_ID_EXISTS"), IsOk()));
  EXPECT_EQ(Metadata(answers[1].status(), "job_id"), "a");
}

TEST_P(StoreConformance, RequestIdIsTakenWithinOneBatch) {
  EXPECT_THAT(Commit(Both(InsertOf(Requested("a", "r")), InsertOf(Requested("b", "r")))),
              IsError(kAlreadyExists, "REQUEST_ID_EXISTS"));
  EXPECT_FALSE(store().GetJob("a").ok());
}

TEST_P(StoreConformance, RefusedBatchLeavesItsRequestIdFree) {
  const auto job = MustCommit(InsertOf(NewJob("x")));
  auto stale = job;
  stale.mutable_job()->set_revision(99);

  const Answers answers = CommitAll(
      {Both(InsertOf(Requested("a", "r")), SilentUpdateOf(stale)), InsertOf(Requested("b", "r"))});

  EXPECT_THAT(answers, ElementsAre(IsError(kAborted, "STALE_REVISION"), IsOk()));
}

TEST_P(StoreConformance, RequestIdsOfOtherOrganisationsAreFree) {
  MustCommit(InsertOf(Requested("a", "r")));
  auto job = Requested("b", "r");
  job.mutable_job()->set_org("other");

  EXPECT_THAT(Commit(InsertOf(job)), IsOk());
}

TEST_P(StoreConformance, JobsWithoutRequestIdNeverConflict) {
  EXPECT_THAT(CommitAll({InsertOf(NewJob("a")), InsertOf(NewJob("b"))}),
              ElementsAre(IsOk(), IsOk()));
}

TEST_P(StoreConformance, RequestIdStaysTakenThroughTransitions) {
  const auto job = MustCommit(InsertOf(Requested("a", "r")));
  MustCommit(TransitionOf(job, v1::JOB_STATE_SUCCEEDED));

  EXPECT_THAT(Commit(InsertOf(Requested("b", "r"))), IsError(kAlreadyExists, "REQUEST_ID_EXISTS"));
}

TEST_P(StoreConformance, DeleteFreesTheRequestIdWithinTheSameGroup) {
  const auto job = MustCommit(InsertOf(Requested("a", "r")));

  EXPECT_THAT(CommitAll({DeleteOf(job), InsertOf(Requested("b", "r"))}),
              ElementsAre(IsOk(), IsOk()));
}

}  // namespace
}  // namespace gcjobs::testing
