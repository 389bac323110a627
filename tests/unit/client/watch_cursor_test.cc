#include "client/watch_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOkAndHolds;
using ::gcjobs::testing::StatusIs;
using Scope = WatchCursor::Scope;
using Verdict = WatchCursor::Verdict;

v1::JobEvent Event(v1::EventType type, const std::string& job_id, int64_t revision,
                   int64_t sequence, v1::JobState state = v1::JOB_STATE_RUNNING) {
  v1::JobEvent event;
  event.set_type(type);
  event.set_revision(revision);
  event.set_sequence(sequence);
  event.mutable_job()->set_id(job_id);
  event.mutable_job()->set_revision(revision);
  event.mutable_job()->set_state(state);
  return event;
}

v1::JobEvent Change(const std::string& job_id, int64_t revision, int64_t sequence,
                    v1::JobState state = v1::JOB_STATE_RUNNING) {
  return Event(v1::EVENT_TYPE_TRANSITION, job_id, revision, sequence, state);
}
v1::JobEvent Snapshot(const std::string& job_id, int64_t revision, int64_t sequence) {
  return Event(v1::EVENT_TYPE_SNAPSHOT, job_id, revision, sequence);
}
v1::JobEvent Bookmark(int64_t revision) {
  v1::JobEvent event;
  event.set_type(v1::EVENT_TYPE_BOOKMARK);
  event.set_revision(revision);
  return event;
}

TEST(WatchCursorTest, EachEventMovesTheResumePoint) {
  WatchCursor cursor(Scope::kOneJob, 0);
  EXPECT_EQ(cursor.resume_revision(), 0);
  EXPECT_THAT(cursor.Accept(Change("a", 10, 1)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Change("a", 20, 2)), IsOkAndHolds(Verdict::kNew));
  EXPECT_EQ(cursor.resume_revision(), 20);
}

TEST(WatchCursorTest, AnEventIsNewOnce) {
  WatchCursor cursor(Scope::kOneJob, 0);
  EXPECT_THAT(cursor.Accept(Change("a", 10, 1)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Change("a", 10, 1)), IsOkAndHolds(Verdict::kSeen));
  EXPECT_EQ(cursor.resume_revision(), 10);
}

TEST(WatchCursorTest, EventsBeforeTheStartingPointAreSeen) {
  WatchCursor cursor(Scope::kOneJob, 15);
  EXPECT_THAT(cursor.Accept(Change("a", 10, 1)), IsOkAndHolds(Verdict::kSeen));
  EXPECT_THAT(cursor.Accept(Change("a", 20, 2)), IsOkAndHolds(Verdict::kNew));
}

TEST(WatchCursorTest, AGapInTheSequenceIsDataLoss) {
  WatchCursor cursor(Scope::kOneJob, 0);
  EXPECT_THAT(cursor.Accept(Change("a", 10, 1)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Change("a", 30, 3)), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(WatchCursorTest, AHistoryThatDoesNotBeginWithTheFirstEventIsDataLoss) {
  WatchCursor cursor(Scope::kOneJob, 0);
  EXPECT_THAT(cursor.Accept(Change("a", 20, 2)), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(WatchCursorTest, GapsAreFoundPerJob) {
  WatchCursor cursor(Scope::kAllEvents, 5);
  EXPECT_THAT(cursor.Accept(Change("a", 10, 4)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Change("b", 11, 1)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Change("a", 12, 5)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Change("b", 13, 3)), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(WatchCursorTest, AFilterByStateHidesEventsWithoutLosingThem) {
  WatchCursor cursor(Scope::kSomeEvents, 5);
  EXPECT_THAT(cursor.Accept(Change("a", 10, 1)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Change("a", 30, 3)), IsOkAndHolds(Verdict::kNew));
}

TEST(WatchCursorTest, SnapshotsAreAskedForAgainUntilTheirBookmark) {
  WatchCursor cursor(Scope::kAllEvents, 0);
  EXPECT_THAT(cursor.Accept(Snapshot("a", 7, 2)), IsOkAndHolds(Verdict::kNew));
  EXPECT_EQ(cursor.resume_revision(), 0);  // the stream breaks here
  EXPECT_THAT(cursor.Accept(Snapshot("b", 5, 1)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Snapshot("a", 7, 2)), IsOkAndHolds(Verdict::kSeen));
  EXPECT_THAT(cursor.Accept(Bookmark(7)), IsOkAndHolds(Verdict::kNew));
  EXPECT_EQ(cursor.resume_revision(), 7);
}

TEST(WatchCursorTest, ASnapshotGivesTheSequenceToGoOnFrom) {
  WatchCursor cursor(Scope::kAllEvents, 0);
  EXPECT_THAT(cursor.Accept(Snapshot("a", 7, 2)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Bookmark(7)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Change("a", 9, 4)), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(WatchCursorTest, IdleBookmarksMoveTheResumePointAndRepeatsAreSeen) {
  WatchCursor cursor(Scope::kAllEvents, 5);
  EXPECT_THAT(cursor.Accept(Bookmark(8)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Bookmark(8)), IsOkAndHolds(Verdict::kSeen));
  EXPECT_EQ(cursor.resume_revision(), 8);
}

TEST(WatchCursorTest, StartingOverShowsOnlyWhatChangedMeanwhile) {
  WatchCursor cursor(Scope::kAllEvents, 5);
  EXPECT_THAT(cursor.Accept(Change("a", 10, 2)), IsOkAndHolds(Verdict::kNew));
  cursor.StartOver();
  EXPECT_EQ(cursor.resume_revision(), 0);
  EXPECT_THAT(cursor.Accept(Snapshot("a", 10, 2)), IsOkAndHolds(Verdict::kSeen));
  EXPECT_THAT(cursor.Accept(Snapshot("b", 40, 9)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Bookmark(40)), IsOkAndHolds(Verdict::kNew));
  EXPECT_THAT(cursor.Accept(Change("a", 41, 3)), IsOkAndHolds(Verdict::kNew));
}

}  // namespace
}  // namespace gcjobs
