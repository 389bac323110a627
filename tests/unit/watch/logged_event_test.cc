#include "server/watch/logged_event.h"

#include <gtest/gtest.h>

#include "gcjobs/v1/job_service.pb.h"
#include "tests/unit/watch/watch_world.h"

namespace gcjobs {
namespace {

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

}  // namespace
}  // namespace gcjobs
