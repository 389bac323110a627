#include "server/watch/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "gcjobs/v1/job_service.pb.h"
#include "tests/unit/watch/watch_world.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Join;

v1::JobEvent MakeEvent(Revision revision, v1::JobState state = v1::JOB_STATE_RUNNING) {
  v1::JobEvent event;
  event.set_type(v1::EVENT_TYPE_TRANSITION);
  event.set_revision(revision);
  event.set_sequence(3);
  event.set_previous_state(v1::JOB_STATE_QUEUED);
  event.mutable_job()->set_id("a");
  event.mutable_job()->set_state(state);
  event.mutable_job()->set_result_json(std::string(1000, 'x'));
  (*event.mutable_job()->mutable_labels())["team"] = "blue";
  return event;
}

TEST(LoggedEventTest, MessageIsTheSerialisedEvent) {
  const v1::JobEvent event = MakeEvent(7);
  v1::JobEvent parsed;
  ASSERT_TRUE(parsed.ParseFromString(Join({LoggedEvent(event).message()})));
  EXPECT_EQ(parsed.SerializeAsString(), event.SerializeAsString());
}

TEST(LoggedEventTest, MessageAndResponseShareTheirBytes) {
  const LoggedEvent event(MakeEvent(7));
  EXPECT_GT(event.message().begin(), event.response().begin());
  EXPECT_LT(event.message().end(), event.response().end());
}

TEST(LoggedEventTest, ResponsesEndToEndAreOneResponse) {
  const LoggedEvent first(MakeEvent(7));
  const LoggedEvent second(MakeEvent(int64_t{1} << 40));
  v1::WatchJobsResponse parsed;
  ASSERT_TRUE(parsed.ParseFromString(Join({first.response(), second.response()})));
  ASSERT_EQ(parsed.events_size(), 2);
  EXPECT_EQ(parsed.events(0).revision(), 7);
  EXPECT_EQ(parsed.events(1).job().result_json().size(), 1000u);
  EXPECT_EQ(parsed.revision(), int64_t{1} << 40);
}

TEST(LoggedEventTest, KeyHoldsWhatFiltersNeedAndNoPayload) {
  const LoggedEvent event(MakeEvent(7));
  EXPECT_EQ(event.job_id(), "a");
  EXPECT_EQ(event.key().labels().at("team"), "blue");
  EXPECT_EQ(event.previous_state(), v1::JOB_STATE_QUEUED);
  EXPECT_TRUE(event.key().result_json().empty());
}

TEST(LoggedEventTest, BytesCoverThePayload) { EXPECT_GT(LoggedEvent(MakeEvent(7)).bytes(), 1000u); }

TEST(LoggedEventTest, OnlyTerminalTransitionsAndDeletionsEndAJob) {
  EXPECT_FALSE(LoggedEvent(MakeEvent(1, v1::JOB_STATE_QUEUED)).ends_job());
  EXPECT_FALSE(LoggedEvent(MakeEvent(1, v1::JOB_STATE_RUNNING)).ends_job());
  for (const v1::JobState state : {v1::JOB_STATE_SUCCEEDED, v1::JOB_STATE_FAILED,
                                   v1::JOB_STATE_CANCELLED, v1::JOB_STATE_OUTCOME_UNKNOWN}) {
    EXPECT_TRUE(LoggedEvent(MakeEvent(1, state)).ends_job());
  }
  v1::JobEvent snapshot = MakeEvent(1, v1::JOB_STATE_SUCCEEDED);
  snapshot.set_type(v1::EVENT_TYPE_SNAPSHOT);
  EXPECT_FALSE(LoggedEvent(snapshot).ends_job());
  v1::JobEvent updated = MakeEvent(1, v1::JOB_STATE_RUNNING);
  updated.set_type(v1::EVENT_TYPE_UPDATED);
  EXPECT_FALSE(LoggedEvent(updated).ends_job());
  v1::JobEvent deleted = MakeEvent(1, v1::JOB_STATE_SUCCEEDED);
  deleted.set_type(v1::EVENT_TYPE_DELETED);
  EXPECT_TRUE(LoggedEvent(deleted).ends_job());
}

TEST(LoggedEventTest, BookmarkHasARevisionAndNoJob) {
  v1::WatchJobsResponse parsed;
  ASSERT_TRUE(parsed.ParseFromString(Join({MakeBookmark(12).response()})));
  ASSERT_EQ(parsed.events_size(), 1);
  EXPECT_EQ(parsed.events(0).type(), v1::EVENT_TYPE_BOOKMARK);
  EXPECT_EQ(parsed.events(0).revision(), 12);
  EXPECT_FALSE(parsed.events(0).has_job());
  EXPECT_EQ(parsed.revision(), 12);
}

constexpr ReadLimit kAll{1000, 1 << 20};

class EventLogTest : public ::testing::Test {
 protected:
  EventLog Make(Revision base, size_t max_events = 100, size_t max_bytes = 1 << 20) {
    return EventLog({max_events, max_bytes}, base);
  }

  // The job's next event, at `revision`.
  EventPtr Event(const std::string& job_id, Revision revision, size_t payload_bytes = 0) {
    v1::JobEvent event;
    event.set_type(v1::EVENT_TYPE_TRANSITION);
    event.set_revision(revision);
    event.set_sequence(++sequences_[job_id]);
    event.mutable_job()->set_id(job_id);
    event.mutable_job()->set_result_json(std::string(payload_bytes, 'x'));
    return std::make_shared<const v1::JobEvent>(event);
  }

  static std::vector<Revision> Revisions(const EventLog::Batch& batch) {
    std::vector<Revision> revisions;
    for (const LoggedEventPtr& event : batch.events) revisions.push_back(event->revision());
    return revisions;
  }

  std::map<std::string, int64_t> sequences_;
};

TEST_F(EventLogTest, StartsEmptyAtTheStoresHead) {
  const EventLog log = Make(40);
  EXPECT_EQ(log.head(), 40);
  const auto batch = log.Read(40, kAll);
  ASSERT_TRUE(batch.has_value());
  EXPECT_THAT(batch->events, IsEmpty());
  EXPECT_EQ(batch->through, 40);
}

TEST_F(EventLogTest, WhatIsOlderIsInTheStoreAlone) {
  EventLog log = Make(40);
  log.Append({Event("a", 41)});
  EXPECT_FALSE(log.Read(39, kAll).has_value());
}

TEST_F(EventLogTest, ReadsWhatComesAfter) {
  EventLog log = Make(0);
  log.Append({Event("a", 1), Event("b", 2)});
  log.Append({Event("a", 3)});
  EXPECT_THAT(Revisions(*log.Read(1, kAll)), ElementsAre(2, 3));
  EXPECT_EQ(log.Read(1, kAll)->through, 3);
}

TEST_F(EventLogTest, FindsItsPlaceAmongRevisionsWithGaps) {
  EventLog log = Make(10);
  log.Append({Event("a", 13), Event("b", 20), Event("a", 31)});
  EXPECT_THAT(Revisions(*log.Read(10, kAll)), ElementsAre(13, 20, 31));
  EXPECT_THAT(Revisions(*log.Read(13, kAll)), ElementsAre(20, 31));
  EXPECT_THAT(Revisions(*log.Read(19, kAll)), ElementsAre(20, 31));
}

TEST_F(EventLogTest, AReadPastTheHeadStaysThere) {
  EventLog log = Make(0);
  log.Append({Event("a", 1)});
  EXPECT_EQ(log.Read(9, kAll)->through, 9);
}

TEST_F(EventLogTest, ABatchEndsAtItsNumberOfEvents) {
  EventLog log = Make(0);
  log.Append({Event("a", 1), Event("a", 2), Event("a", 3)});
  const auto batch = log.Read(0, {2, 1 << 20});
  EXPECT_THAT(Revisions(*batch), ElementsAre(1, 2));
  EXPECT_EQ(batch->through, 2);
  EXPECT_FALSE(batch->is_last);
  EXPECT_TRUE(log.Read(1, {2, 1 << 20})->is_last);
}

TEST_F(EventLogTest, ABatchEndsAtItsBytesButHasOneEvent) {
  EventLog log = Make(0);
  log.Append({Event("a", 1, 5000), Event("a", 2, 5000)});
  EXPECT_THAT(Revisions(*log.Read(0, {10, 100})), ElementsAre(1));
}

TEST_F(EventLogTest, DropsTheOldestBeyondItsNumberOfEvents) {
  EventLog log = Make(0, 2);
  log.Append({Event("a", 1), Event("b", 2), Event("c", 3)});
  EXPECT_FALSE(log.Read(0, kAll).has_value());
  EXPECT_THAT(Revisions(*log.Read(1, kAll)), ElementsAre(2, 3));
}

TEST_F(EventLogTest, DropsTheOldestBeyondItsBytes) {
  EventLog log = Make(0, 100, 12000);
  log.Append({Event("a", 1, 5000), Event("a", 2, 5000), Event("a", 3, 5000)});
  EXPECT_FALSE(log.Read(0, kAll).has_value());
  EXPECT_THAT(Revisions(*log.Read(1, kAll)), ElementsAre(2, 3));
}

TEST_F(EventLogTest, AnEventLargerThanTheLogIsInTheStoreAlone) {
  EventLog log = Make(0, 100, 1000);
  log.Append({Event("a", 1, 5000)});
  EXPECT_EQ(log.head(), 1);
  EXPECT_FALSE(log.Read(0, kAll).has_value());
  EXPECT_THAT(log.Read(1, kAll)->events, IsEmpty());
}

TEST_F(EventLogTest, ReadJobSeesOneJobAlone) {
  EventLog log = Make(0);
  log.Append({Event("a", 1), Event("b", 2), Event("a", 3)});
  const EventLog::JobRead read = log.ReadJob("a", 1);
  ASSERT_NE(read.next, nullptr);
  EXPECT_EQ(read.next->revision(), 3);
  EXPECT_EQ(read.last->revision(), 3);
  EXPECT_TRUE(read.complete);
  EXPECT_EQ(read.head, 3);
}

TEST_F(EventLogTest, ReadJobOfAnUnknownJobIsEmpty) {
  EventLog log = Make(5);
  log.Append({Event("a", 6)});
  EXPECT_EQ(log.ReadJob("b", 5).last, nullptr);
  EXPECT_TRUE(log.ReadJob("b", 5).complete);
  EXPECT_FALSE(log.ReadJob("b", 4).complete);
}

TEST_F(EventLogTest, AJobsHistoryIsCompleteWithItsFirstEvent) {
  EventLog log = Make(5);
  log.Append({Event("a", 6)});
  EXPECT_TRUE(log.ReadJob("a", 0).complete);
}

TEST_F(EventLogTest, AJobsHistoryIsIncompleteWithoutItsFirstEvent) {
  EventLog log = Make(5);
  sequences_["a"] = 2;
  log.Append({Event("a", 6)});
  EXPECT_FALSE(log.ReadJob("a", 0).complete);
}

TEST_F(EventLogTest, AJobsHistoryIsCompleteAfterAnEventThatIsStillHere) {
  EventLog log = Make(0, 2);
  log.Append({Event("a", 1), Event("a", 2), Event("b", 3), Event("a", 4)});
  log.Append({Event("b", 5)});  // a's event 4 is the log's oldest
  EXPECT_TRUE(log.ReadJob("a", 4).complete);
  EXPECT_FALSE(log.ReadJob("a", 2).complete);
}

TEST_F(EventLogTest, DroppedEventsLeaveTheJobsIndex) {
  EventLog log = Make(0, 1);
  log.Append({Event("a", 1), Event("b", 2)});
  EXPECT_EQ(log.ReadJob("a", 0).last, nullptr);
  EXPECT_EQ(log.ReadJob("b", 0).last->revision(), 2);
}

}  // namespace
}  // namespace gcjobs
