// Reads of single jobs, of live ones and of expired ones.

#include <gmock/gmock.h>

#include "common/time_conversion.h"
#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> LiveIds(StoreReader& store) {
  std::vector<std::string> ids;
  EXPECT_THAT(store.ForEachLiveJob([&ids](const store::StoredJob& job) {
    ids.push_back(job.job().id());
    return true;
  }),
              IsOk());
  return ids;
}

std::vector<std::string> ExpiredIds(StoreReader& store, int at, size_t limit = 100) {
  std::vector<std::string> ids;
  const auto expired = store.ListExpired(At(at), limit);
  EXPECT_THAT(expired, IsOk());
  for (const auto& job : *expired) ids.push_back(job.job_id);
  return ids;
}

// A job in `state` that is kept until At(expires).
store::StoredJob Expiring(const std::string& id, v1::JobState state, int expires) {
  store::StoredJob job = NewJob(id);
  job.mutable_job()->set_state(state);
  *job.mutable_job()->mutable_expire_time() = ToProto(At(expires));
  return job;
}

TEST_P(StoreConformance, UnknownJobIsNotFound) {
  EXPECT_THAT(reader().GetJob("no"), IsError(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
  EXPECT_THAT(reader().GetSubmission("no"), IsError(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
  EXPECT_EQ(Metadata(reader().GetJob("no").status(), "job_id"), "no");
}

TEST_P(StoreConformance, LiveJobsAreVisitedInOrderOfCreation) {
  MustCommit(InsertOf(NewJob("a", 3)));
  MustCommit(InsertOf(NewJob("c", 1)));
  MustCommit(InsertOf(NewJob("b", 1)));

  EXPECT_THAT(LiveIds(reader()), ElementsAre("b", "c", "a"));
}

TEST_P(StoreConformance, JobsInTerminalStatesAreNotLive) {
  for (const auto state :
       {v1::JOB_STATE_QUEUED, v1::JOB_STATE_PENDING, v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED,
        v1::JOB_STATE_FAILED, v1::JOB_STATE_CANCELLED, v1::JOB_STATE_OUTCOME_UNKNOWN}) {
    const auto job = MustCommit(InsertOf(NewJob(v1::JobState_Name(state))));
    if (state != v1::JOB_STATE_QUEUED) MustCommit(TransitionOf(job, state));
  }

  EXPECT_THAT(LiveIds(reader()),
              ElementsAre("JOB_STATE_PENDING", "JOB_STATE_QUEUED", "JOB_STATE_RUNNING"));
}

TEST_P(StoreConformance, VisitOfLiveJobsGivesTheirWholeRecord) {
  auto job = NewJob("a");
  job.set_submit_in_doubt(true);
  job = MustCommit(InsertOf(job));

  store::StoredJob visited;
  ASSERT_THAT(reader().ForEachLiveJob([&visited](store::StoredJob live) {
    visited = std::move(live);
    return true;
  }),
              IsOk());

  EXPECT_EQ(visited.SerializeAsString(), job.SerializeAsString());
}

TEST_P(StoreConformance, VisitOfLiveJobsStopsWhenTold) {
  InsertMany(3);

  int visited = 0;
  ASSERT_THAT(
      reader().ForEachLiveJob([&visited](const store::StoredJob&) { return ++visited < 2; }),
      IsOk());

  EXPECT_EQ(visited, 2);
}

TEST_P(StoreConformance, VisitorOfManyLiveJobsMayReadTheStore) {
  InsertMany(600);

  int found = 0;
  ASSERT_THAT(reader().ForEachLiveJob([this, &found](const store::StoredJob& job) {
    found += reader().GetSubmission(job.job().id()).ok();
    return true;
  }),
              IsOk());

  EXPECT_EQ(found, 600);
}

TEST_P(StoreConformance, ExpiredJobsAreListedSoonestFirst) {
  MustCommit(InsertOf(Expiring("late", v1::JOB_STATE_SUCCEEDED, 30)));
  MustCommit(InsertOf(Expiring("soon", v1::JOB_STATE_FAILED, 10)));
  MustCommit(InsertOf(Expiring("next", v1::JOB_STATE_CANCELLED, 20)));

  EXPECT_THAT(ExpiredIds(reader(), 9), IsEmpty());
  EXPECT_THAT(ExpiredIds(reader(), 10), ElementsAre("soon")) << "at its time, not after it";
  EXPECT_THAT(ExpiredIds(reader(), 99), ElementsAre("soon", "next", "late"));
  EXPECT_THAT(ExpiredIds(reader(), 99, 2), ElementsAre("soon", "next"));
}

TEST_P(StoreConformance, LiveJobsAndThoseWithoutExpiryNeverExpire) {
  MustCommit(InsertOf(Expiring("live", v1::JOB_STATE_RUNNING, 10)));
  const auto job = MustCommit(InsertOf(NewJob("kept")));
  MustCommit(TransitionOf(job, v1::JOB_STATE_SUCCEEDED));

  EXPECT_THAT(ExpiredIds(reader(), 1000000), IsEmpty());
}

TEST_P(StoreConformance, ExpiredJobComesWithTheRevisionThatDeletesIt) {
  const auto job = MustCommit(InsertOf(NewJob("a")));
  auto ended = Expiring("a", v1::JOB_STATE_RUNNING, 10);
  ended.mutable_job()->set_revision(job.job().revision());
  MustCommit(TransitionOf(ended, v1::JOB_STATE_SUCCEEDED));

  const auto expired = reader().ListExpired(At(10), 10);

  ASSERT_EQ(expired->size(), 1u);
  EXPECT_EQ(expired->front().revision, 2);
  EXPECT_THAT(Commit(DeleteJob{"a", expired->front().revision, At(11)}), IsCommitted());
  EXPECT_THAT(ExpiredIds(reader(), 99), IsEmpty());
}

}  // namespace
}  // namespace gcjobs::testing
