// One job for each (org, request_id).

#include <gmock/gmock.h>

#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;

store::StoredJob Requested(const std::string& id, const std::string& request_id) {
  store::StoredJob job = NewJob(id);
  job.mutable_job()->set_request_id(request_id);
  return job;
}

TEST_P(StoreConformance, TakenRequestIdIsRefusedAndNamesItsJob) {
  MustCommit(InsertOf(Requested("a", "r")));

  EXPECT_THAT(Commit(InsertOf(Requested("b", "r"))), IsRefused(RequestIdTaken{"a"}));
  EXPECT_EQ(reader().GetRevisionRange()->head, 1);
}

TEST_P(StoreConformance, RequestIdIsTakenWithinOneGroup) {
  const Answers answers = CommitAll({InsertOf(Requested("a", "r")), InsertOf(Requested("b", "r")),
                                     InsertOf(Requested("c", "other"))});

  EXPECT_THAT(answers, ElementsAre(IsCommitted(), IsRefused(RequestIdTaken{"a"}), IsCommitted()));
}

TEST_P(StoreConformance, RequestIdsOfOtherOrganisationsAreFree) {
  MustCommit(InsertOf(Requested("a", "r")));
  auto job = Requested("b", "r");
  job.mutable_job()->set_org("other");

  EXPECT_THAT(Commit(InsertOf(job)), IsCommitted());
}

TEST_P(StoreConformance, JobsWithoutRequestIdNeverConflict) {
  EXPECT_THAT(CommitAll({InsertOf(NewJob("a")), InsertOf(NewJob("b"))}),
              ElementsAre(IsCommitted(), IsCommitted()));
}

TEST_P(StoreConformance, RequestIdStaysTakenThroughTransitions) {
  const auto job = MustCommit(InsertOf(Requested("a", "r")));
  MustCommit(TransitionOf(job, v1::JOB_STATE_SUCCEEDED));

  EXPECT_THAT(Commit(InsertOf(Requested("b", "r"))), IsRefused(RequestIdTaken{"a"}));
}

TEST_P(StoreConformance, DeleteFreesTheRequestIdWithinTheSameGroup) {
  const auto job = MustCommit(InsertOf(Requested("a", "r")));

  EXPECT_THAT(CommitAll({DeleteOf(job), InsertOf(Requested("b", "r"))}),
              ElementsAre(IsCommitted(), IsCommitted()));
}

}  // namespace
}  // namespace gcjobs::testing
