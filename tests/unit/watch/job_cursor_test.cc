#include "server/watch/job_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matchers/status_matchers.h"
#include "tests/unit/watch/watch_world.h"

namespace gcjobs {
namespace {

using testing::CursorRun;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Revisions;
using testing::RunJob;
using testing::StatusIs;
using testing::WatchWorld;
using Action = WatchCursor::Action;

class JobCursorTest : public ::testing::Test {
 protected:
  JobCursor Watch(const std::string& id, Revision after) {
    return JobCursor(&world_.log(), id, after);
  }
  CursorRun RunOnce(const std::string& id, Revision after) {
    JobCursor cursor = Watch(id, after);
    return RunJob(&cursor, world_.reader());
  }

  WatchWorld world_;
};

TEST_F(JobCursorTest, ReplaysAWholeHistoryFromMemoryAndEnds) {
  world_.Complete("a");
  world_.Create("other");
  const CursorRun run = RunOnce("a", 0);
  EXPECT_THAT(Revisions(run.events), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(run.reads, 0);
  EXPECT_EQ(run.last.action, Action::kEnd);
  EXPECT_THAT(run.last.status, IsOk());
}

TEST_F(JobCursorTest, ReplaysAWholeHistoryFromTheStoreAfterARestart) {
  world_.Complete("a");
  world_.Restart();
  const CursorRun run = RunOnce("a", 0);
  EXPECT_THAT(Revisions(run.events), ElementsAre(1, 2, 3, 4));
  EXPECT_GT(run.reads, 0);
  EXPECT_THAT(run.last.status, IsOk());
}

TEST_F(JobCursorTest, JoinsStoreAndLogWithoutGapOrRepeat) {
  world_.Create("a");
  world_.Move("a", v1::JOB_STATE_PENDING);
  world_.Restart();
  world_.Create("other");
  world_.Move("a", v1::JOB_STATE_RUNNING);
  JobCursor cursor = Watch("a", 0);
  const CursorRun run = RunJob(&cursor, world_.reader());
  EXPECT_THAT(Revisions(run.events), ElementsAre(1, 2, 4));
  EXPECT_EQ(run.last.action, Action::kWait);
  world_.Move("a", v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(Revisions(RunJob(&cursor, world_.reader()).events), ElementsAre(5));
}

TEST_F(JobCursorTest, AnUpdateComesInItsPlaceFromMemoryAndFromTheStore) {
  world_.Create("a");
  world_.Move("a", v1::JOB_STATE_RUNNING);
  world_.Throttle("a");
  world_.Move("a", v1::JOB_STATE_SUCCEEDED);
  for (int life = 0; life < 2; ++life) {
    const CursorRun run = RunOnce("a", 0);
    ASSERT_THAT(Revisions(run.events), ElementsAre(1, 2, 3, 4));
    const v1::JobEvent& updated = run.events[2];
    EXPECT_EQ(updated.type(), v1::EVENT_TYPE_UPDATED);
    EXPECT_EQ(updated.sequence(), 3);
    EXPECT_EQ(updated.previous_state(), updated.job().state());
    EXPECT_TRUE(updated.job().has_throttled_until());
    EXPECT_THAT(run.last.status, IsOk());
    world_.Restart();
  }
}

TEST_F(JobCursorTest, WaitsForALiveJobAtTheHead) {
  world_.Create("a");
  world_.Create("b");
  JobCursor cursor = Watch("a", 0);
  EXPECT_EQ(RunJob(&cursor, world_.reader()).last.action, Action::kWait);
  EXPECT_EQ(cursor.position(), 2);
  EXPECT_TRUE(cursor.CanBookmark());
}

TEST_F(JobCursorTest, WaitsForALiveJobThatOnlyTheStoreKnows) {
  world_.Create("a");
  world_.Restart();
  JobCursor cursor = Watch("a", 1);
  EXPECT_EQ(RunJob(&cursor, world_.reader()).last.action, Action::kWait);
  world_.Move("a", v1::JOB_STATE_FAILED);
  EXPECT_THAT(Revisions(RunJob(&cursor, world_.reader()).events), ElementsAre(2));
}

TEST_F(JobCursorTest, ResumesAfterAnyEvent) {
  world_.Complete("a");
  for (const bool restarted : {false, true}) {
    if (restarted) world_.Restart();
    EXPECT_THAT(Revisions(RunOnce("a", 1).events), ElementsAre(2, 3, 4));
    EXPECT_THAT(Revisions(RunOnce("a", 3).events), ElementsAre(4));
  }
}

TEST_F(JobCursorTest, EndsAtOnceWhenResumedAtTheEnd) {
  world_.Complete("a");
  world_.Create("other");
  for (const bool restarted : {false, true}) {
    if (restarted) world_.Restart();
    for (const Revision after : {4, 5}) {
      const CursorRun run = RunOnce("a", after);
      EXPECT_THAT(run.events, IsEmpty());
      EXPECT_EQ(run.last.action, Action::kEnd);
      EXPECT_THAT(run.last.status, IsOk());
    }
  }
}

TEST_F(JobCursorTest, EndsAtTheTerminalEventThoughADeletionFollows) {
  world_.Complete("a");
  world_.Delete("a");
  for (const bool restarted : {false, true}) {
    if (restarted) world_.Restart();
    EXPECT_THAT(Revisions(RunOnce("a", 0).events), ElementsAre(1, 2, 3, 4));
  }
}

TEST_F(JobCursorTest, AResumeAfterTheTerminalEventTellsOfTheDeletion) {
  world_.Complete("a");
  world_.Delete("a");
  for (const bool restarted : {false, true}) {
    if (restarted) world_.Restart();
    const CursorRun run = RunOnce("a", 4);
    ASSERT_EQ(run.events.size(), 1u);
    EXPECT_EQ(run.events[0].type(), v1::EVENT_TYPE_DELETED);
    EXPECT_THAT(run.last.status, IsOk());
    EXPECT_THAT(RunOnce("a", 5).events, IsEmpty());
    EXPECT_THAT(RunOnce("a", 5).last.status, IsOk());
  }
}

TEST_F(JobCursorTest, AnUnknownJobIsNotFound) {
  world_.Create("a");
  for (const Revision after : {0, 1}) {
    const CursorRun run = RunOnce("nobody", after);
    EXPECT_THAT(run.last.status, StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
    EXPECT_EQ(GetErrorInfo(run.last.status)->metadata().at("job_id"), "nobody");
  }
}

TEST_F(JobCursorTest, ADeletedJobIsNotFoundOnceItsEventsAreTrimmed) {
  world_.Complete("a");
  world_.Delete("a");
  world_.TrimDeleted();
  world_.Restart();
  EXPECT_THAT(RunOnce("a", 0).last.status, StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

TEST_F(JobCursorTest, ARevisionInTheFutureIsRefused) {
  world_.Create("a");
  const CursorRun run = RunOnce("a", 2);
  EXPECT_THAT(run.last.status, StatusIs(absl::StatusCode::kInvalidArgument, "REVISION_IN_FUTURE"));
  EXPECT_EQ(GetErrorInfo(run.last.status)->metadata().at("after_revision"), "2");
  EXPECT_EQ(GetErrorInfo(run.last.status)->metadata().at("head_revision"), "1");
}

TEST_F(JobCursorTest, ARevisionThatTheLogDoesNotYetKnowIsNotTheFuture) {
  world_.Create("a");
  world_.Hold();
  const Revision ahead = world_.Move("a", v1::JOB_STATE_RUNNING);
  JobCursor cursor = Watch("a", ahead);
  EXPECT_EQ(RunJob(&cursor, world_.reader()).last.action, Action::kWait);
  world_.Release();
  EXPECT_THAT(RunJob(&cursor, world_.reader()).events, IsEmpty());
  world_.Move("a", v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(Revisions(RunJob(&cursor, world_.reader()).events), ElementsAre(3));
}

TEST_F(JobCursorTest, ALiveJobsTransitionBetweenTwoReadsIsNotMissed) {
  world_.Create("a");
  world_.Restart();
  JobCursor cursor = Watch("a", 1);
  ASSERT_EQ(cursor.Next().action, Action::kRead);
  auto page = cursor.NextRead()(world_.reader());
  world_.Move("a", v1::JOB_STATE_SUCCEEDED);  // read, but not yet accepted
  cursor.Accept(std::move(page));
  EXPECT_THAT(Revisions(RunJob(&cursor, world_.reader()).events), ElementsAre(2));
}

TEST_F(JobCursorTest, AnEndInTheMiddleOfAReadIsNotMissed) {
  world_.Create("a");
  world_.Restart();
  JobCursor cursor = Watch("a", 1);
  world_.InterruptNextGetJob([this] { world_.Move("a", v1::JOB_STATE_SUCCEEDED); });
  const CursorRun run = RunJob(&cursor, world_.reader());
  EXPECT_THAT(Revisions(run.events), ElementsAre(2));
  EXPECT_THAT(run.last.status, IsOk());
}

TEST_F(JobCursorTest, ADeletionInTheMiddleOfAReadIsNotMissed) {
  world_.Complete("a");
  world_.Restart();
  JobCursor cursor = Watch("a", 4);
  world_.InterruptNextGetJob([this] { world_.Delete("a"); });
  EXPECT_THAT(Revisions(RunJob(&cursor, world_.reader()).events), ElementsAre(5));
}

TEST_F(JobCursorTest, CannotBookmarkBeforeTheJobIsKnownOrAfterItsEnd) {
  world_.Create("a");
  world_.Restart();
  JobCursor cursor = Watch("a", 0);
  EXPECT_EQ(cursor.Next().action, Action::kRead);
  EXPECT_FALSE(cursor.CanBookmark());
  EXPECT_FALSE(cursor.at_end());
  RunJob(&cursor, world_.reader());
  EXPECT_TRUE(cursor.CanBookmark());
  world_.Move("a", v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(cursor.Next().action, Action::kSend);
  EXPECT_FALSE(cursor.CanBookmark());
  EXPECT_TRUE(cursor.at_end());
}

TEST_F(JobCursorTest, SkippingMovesTheBookmarkForward) {
  world_.Create("a");
  JobCursor cursor = Watch("a", 0);
  RunJob(&cursor, world_.reader());
  cursor.Skip(70);
  cursor.Skip(60);
  v1::JobEvent bookmark;
  ASSERT_TRUE(bookmark.ParseFromString(testing::Join(cursor.Bookmark())));
  EXPECT_EQ(bookmark.type(), v1::EVENT_TYPE_BOOKMARK);
  EXPECT_EQ(bookmark.revision(), 70);
}

}  // namespace
}  // namespace gcjobs
