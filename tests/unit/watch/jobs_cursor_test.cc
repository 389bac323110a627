#include "server/watch/jobs_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gcjobs/v1/job_service.pb.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/watch/watch_world.h"

namespace gcjobs {
namespace {

using testing::CursorRun;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Revisions;
using testing::RunJobs;
using testing::StatusIs;
using testing::WatchWorld;
using Action = WatchCursor::Action;

class JobsCursorTest : public ::testing::Test {
 protected:
  JobsCursor Watch(Revision after, const v1::JobFilter& filter = {},
                   ReadLimit limit = {256, 1 << 20}) {
    return JobsCursor(&world_.log(), filter, after, limit);
  }
  static v1::JobFilter Running() {
    v1::JobFilter filter;
    filter.add_states(v1::JOB_STATE_RUNNING);
    return filter;
  }
  static std::vector<v1::EventType> Types(const CursorRun& run) {
    std::vector<v1::EventType> types;
    for (const v1::JobEvent& event : run.events) types.push_back(event.type());
    return types;
  }

  WatchWorld world_;
};

TEST_F(JobsCursorTest, BeginsWithSnapshotsAndABookmark) {
  world_.Create("a");
  world_.Create("b");
  world_.Move("a", v1::JOB_STATE_RUNNING);
  world_.Touch("a", 7);
  JobsCursor cursor = Watch(0);
  const CursorRun run = RunJobs(&cursor, world_.reader());
  EXPECT_THAT(Types(run), ElementsAre(v1::EVENT_TYPE_SNAPSHOT, v1::EVENT_TYPE_SNAPSHOT,
                                      v1::EVENT_TYPE_BOOKMARK));
  EXPECT_THAT(Revisions(run.events), ElementsAre(2, 3, 3));
  EXPECT_EQ(run.events[1].sequence(), 2);
  EXPECT_EQ(run.events[1].job().poll_count(), 7);  // the job as it is now
  EXPECT_TRUE(run.events[1].has_time());
  EXPECT_EQ(run.last.action, Action::kWait);
}

TEST_F(JobsCursorTest, ASnapshotAfterAnUpdateHasItsSequence) {
  world_.Create("a");
  world_.Throttle("a");
  JobsCursor cursor = Watch(0);
  const CursorRun run = RunJobs(&cursor, world_.reader());
  ASSERT_EQ(run.events.size(), 2u);
  EXPECT_EQ(run.events[0].sequence(), 2);
  EXPECT_TRUE(run.events[0].job().has_throttled_until());
}

TEST_F(JobsCursorTest, AnUpdateIsSentToThoseWhoWatchItsState) {
  world_.Create("a");
  world_.Move("a", v1::JOB_STATE_RUNNING);
  world_.Create("queued");
  JobsCursor cursor = Watch(world_.head(), Running());
  world_.Throttle("queued");
  world_.Throttle("a");
  EXPECT_THAT(Revisions(RunJobs(&cursor, world_.reader()).events), ElementsAre(world_.head()));
}

TEST_F(JobsCursorTest, AJobThatLosesALabelIsSeenToGo) {
  world_.Create("a", [](v1::Job* job) { (*job->mutable_labels())["team"] = "day"; });
  v1::JobFilter day, night;
  (*day.mutable_labels())["team"] = "day";
  (*night.mutable_labels())["team"] = "night";
  JobsCursor before = Watch(world_.head(), day);
  JobsCursor after = Watch(world_.head(), night);
  const Revision relabelled = world_.Relabel("a", "night");
  const Revision moved = world_.Move("a", v1::JOB_STATE_RUNNING);
  EXPECT_THAT(Revisions(RunJobs(&before, world_.reader()).events), ElementsAre(relabelled));
  EXPECT_THAT(Revisions(RunJobs(&after, world_.reader()).events), ElementsAre(relabelled, moved));
}

TEST_F(JobsCursorTest, AnEmptySnapshotIsABookmark) {
  JobsCursor cursor = Watch(0);
  EXPECT_THAT(Types(RunJobs(&cursor, world_.reader())), ElementsAre(v1::EVENT_TYPE_BOOKMARK));
}

TEST_F(JobsCursorTest, ASnapshotHasOnlyWhatMatchesNow) {
  world_.Complete("done");
  world_.Create("running");
  world_.Move("running", v1::JOB_STATE_RUNNING);
  JobsCursor cursor = Watch(0, Running());
  const CursorRun run = RunJobs(&cursor, world_.reader());
  ASSERT_EQ(run.events.size(), 2u);
  EXPECT_EQ(run.events[0].job().id(), "running");
  EXPECT_EQ(run.events[1].revision(), world_.head());
}

TEST_F(JobsCursorTest, AJobThatChangesDuringTheSnapshotComesOnceAndLater) {
  for (int i = 0; i < 4; ++i) world_.Create(absl::StrCat("j", i));
  JobsCursor cursor = Watch(0, {}, {/*events=*/2, /*bytes=*/1 << 20});
  ASSERT_EQ(cursor.Next().action, Action::kRead);
  cursor.Accept(cursor.NextRead()(world_.reader()));  // j0, j1
  world_.Move("j0", v1::JOB_STATE_RUNNING);           // already shown
  world_.Move("j3", v1::JOB_STATE_RUNNING);           // not yet shown
  const CursorRun run = RunJobs(&cursor, world_.reader());
  EXPECT_THAT(Revisions(run.events), ElementsAre(1, 2, 3, /*bookmark*/ 4, 5, 6));
  EXPECT_EQ(run.events[3].type(), v1::EVENT_TYPE_BOOKMARK);
  EXPECT_EQ(run.events[5].job().id(), "j3");
}

TEST_F(JobsCursorTest, AJobThatIsDeletedDuringTheSnapshotIsToldAsDeleted) {
  world_.Create("a");
  world_.Complete("b");
  JobsCursor cursor = Watch(0, {}, {/*events=*/1, /*bytes=*/1 << 20});
  ASSERT_EQ(cursor.Next().action, Action::kRead);
  cursor.Accept(cursor.NextRead()(world_.reader()));
  world_.Delete("b");
  EXPECT_THAT(
      Types(RunJobs(&cursor, world_.reader())),
      ElementsAre(v1::EVENT_TYPE_SNAPSHOT, v1::EVENT_TYPE_BOOKMARK, v1::EVENT_TYPE_DELETED));
}

TEST_F(JobsCursorTest, ASnapshotsEventIsAResumePoint) {
  world_.Create("a");
  world_.Create("b");
  world_.Move("a", v1::JOB_STATE_RUNNING);
  JobsCursor cursor = Watch(2);  // after b's snapshot: a's is still missing
  EXPECT_THAT(Revisions(RunJobs(&cursor, world_.reader()).events), ElementsAre(3));
}

TEST_F(JobsCursorTest, ResumesFromMemory) {
  world_.Complete("a");
  JobsCursor cursor = Watch(2);
  const CursorRun run = RunJobs(&cursor, world_.reader());
  EXPECT_THAT(Revisions(run.events), ElementsAre(3, 4));
  EXPECT_THAT(run.messages, ElementsAre(2));
  EXPECT_EQ(run.reads, 0);
}

TEST_F(JobsCursorTest, ResumesFromTheStoreAndJoinsTheLog) {
  world_.Complete("a");
  world_.Restart();
  world_.Complete("b");
  JobsCursor cursor = Watch(2);
  const CursorRun run = RunJobs(&cursor, world_.reader());
  EXPECT_THAT(Revisions(run.events), ElementsAre(3, 4, 5, 6, 7, 8));
  EXPECT_GT(run.reads, 0);
}

TEST_F(JobsCursorTest, AStreamThatTheLogHasLeftBehindGoesOnInTheStore) {
  WatchWorld::Options options;
  options.log.max_events = 2;
  WatchWorld world(options);
  world.Create("a");
  JobsCursor cursor(&world.log(), {}, 1, {256, 1 << 20});
  EXPECT_EQ(RunJobs(&cursor, world.reader()).last.action, Action::kWait);
  world.Complete("b");
  world.Complete("c");
  EXPECT_THAT(Revisions(RunJobs(&cursor, world.reader()).events),
              ElementsAre(2, 3, 4, 5, 6, 7, 8, 9));
}

TEST_F(JobsCursorTest, FiltersInTheStoreAndInTheLogAlike) {
  world_.Complete("a");
  world_.Restart();
  world_.Complete("b");
  JobsCursor cursor = Watch(1, Running());  // entering and leaving RUNNING
  EXPECT_THAT(Revisions(RunJobs(&cursor, world_.reader()).events), ElementsAre(3, 4, 7, 8));
  EXPECT_EQ(cursor.position(), 8);
}

TEST_F(JobsCursorTest, EveryFieldOfTheFilterMustMatch) {
  world_.Create("wanted", [](v1::Job* job) { job->set_kind("wanted"); });
  world_.Create("other");
  v1::JobFilter filter;
  filter.add_kinds("wanted");
  JobsCursor of_kind = Watch(1, filter);
  world_.Move("wanted", v1::JOB_STATE_RUNNING);
  world_.Move("other", v1::JOB_STATE_RUNNING);
  EXPECT_THAT(Revisions(RunJobs(&of_kind, world_.reader()).events), ElementsAre(3));

  filter.add_states(v1::JOB_STATE_RUNNING);
  JobsCursor of_kind_and_state = Watch(3, filter);
  world_.Move("wanted", v1::JOB_STATE_SUCCEEDED);  // leaves RUNNING
  world_.Move("other", v1::JOB_STATE_SUCCEEDED);   // as well, but is of another kind
  EXPECT_THAT(Revisions(RunJobs(&of_kind_and_state, world_.reader()).events), ElementsAre(5));
}

TEST_F(JobsCursorTest, ADeletionDoesNotLeaveAState) {
  v1::JobFilter succeeded;
  succeeded.add_states(v1::JOB_STATE_SUCCEEDED);
  world_.Complete("a");
  JobsCursor of_running = Watch(world_.head(), Running());
  JobsCursor of_succeeded = Watch(world_.head(), succeeded);
  world_.Delete("a");
  EXPECT_THAT(RunJobs(&of_running, world_.reader()).events, IsEmpty());
  EXPECT_THAT(Revisions(RunJobs(&of_succeeded, world_.reader()).events),
              ElementsAre(world_.head()));
}

TEST_F(JobsCursorTest, EventsThatDoNotMatchMoveThePosition) {
  world_.Create("a");
  world_.Create("b");
  JobsCursor cursor = Watch(1, Running());
  EXPECT_THAT(RunJobs(&cursor, world_.reader()).events, IsEmpty());
  EXPECT_EQ(cursor.position(), 2);
}

TEST_F(JobsCursorTest, EventsThatDoNotMatchMayFillManyBatches) {
  for (int i = 0; i < 5; ++i) world_.Create(absl::StrCat("j", i));
  world_.Move("j0", v1::JOB_STATE_RUNNING);
  JobsCursor cursor = Watch(1, Running(), {/*events=*/1, /*bytes=*/1 << 20});
  EXPECT_THAT(Revisions(RunJobs(&cursor, world_.reader()).events), ElementsAre(6));
}

TEST_F(JobsCursorTest, AMessageEndsAtItsNumberOfEvents) {
  world_.Complete("a");
  world_.Restart();
  world_.Complete("b");
  JobsCursor cursor = Watch(1, {}, {/*events=*/2, /*bytes=*/1 << 20});
  const CursorRun run = RunJobs(&cursor, world_.reader());
  EXPECT_THAT(run.messages, ElementsAre(2, 2, 2, 1));
  EXPECT_THAT(Revisions(run.events), ElementsAre(2, 3, 4, 5, 6, 7, 8));
}

TEST_F(JobsCursorTest, AMessageEndsAtItsBytesButHasOneEvent) {
  const auto large = [](v1::Job* job) { job->set_result_json(std::string(5000, 'x')); };
  world_.Create("a", large);
  world_.Create("b", large);
  world_.Create("c", large);
  JobsCursor cursor = Watch(1, {}, {/*events=*/100, /*bytes=*/2000});
  EXPECT_THAT(RunJobs(&cursor, world_.reader()).messages, ElementsAre(1, 1));
}

TEST_F(JobsCursorTest, ATrimmedResumePointIsCompacted) {
  world_.Complete("a");
  world_.Delete("a");
  world_.Create("b");
  world_.TrimDeleted();
  world_.Restart();
  JobsCursor cursor = Watch(1);
  const absl::Status status = RunJobs(&cursor, world_.reader()).last.status;
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange, "REVISION_COMPACTED"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("oldest_revision"), "6");
}

TEST_F(JobsCursorTest, ARevisionInTheFutureIsRefused) {
  world_.Create("a");
  JobsCursor cursor = Watch(9);
  EXPECT_FALSE(cursor.CanBookmark());
  EXPECT_THAT(RunJobs(&cursor, world_.reader()).last.status,
              StatusIs(absl::StatusCode::kInvalidArgument, "REVISION_IN_FUTURE"));
}

TEST_F(JobsCursorTest, ARevisionThatTheLogDoesNotYetKnowIsNotTheFuture) {
  world_.Create("a");
  world_.Hold();
  const Revision ahead = world_.Create("b");
  JobsCursor cursor = Watch(ahead);
  EXPECT_EQ(RunJobs(&cursor, world_.reader()).last.action, Action::kWait);
  world_.Release();
  world_.Create("c");
  EXPECT_THAT(Revisions(RunJobs(&cursor, world_.reader()).events), ElementsAre(3));
}

TEST_F(JobsCursorTest, CannotBookmarkWithinASnapshot) {
  world_.Create("a");
  JobsCursor cursor = Watch(0);
  EXPECT_FALSE(cursor.CanBookmark());
  RunJobs(&cursor, world_.reader());
  EXPECT_TRUE(cursor.CanBookmark());
}

}  // namespace
}  // namespace gcjobs
