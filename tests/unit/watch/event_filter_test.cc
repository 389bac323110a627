#include "server/watch/event_filter.h"

#include <gtest/gtest.h>

namespace gcjobs {
namespace {

LoggedEvent Transition(v1::JobState from, v1::JobState to, const std::string& kind = "k") {
  v1::JobEvent event;
  event.set_type(v1::EVENT_TYPE_TRANSITION);
  event.set_previous_state(from);
  event.mutable_job()->set_id("a");
  event.mutable_job()->set_kind(kind);
  event.mutable_job()->set_state(to);
  return LoggedEvent(event);
}

TEST(EventFilterTest, AnEmptyFilterMatchesAll) {
  EXPECT_TRUE(EventFilter({}).Matches(Transition(v1::JOB_STATE_QUEUED, v1::JOB_STATE_FAILED)));
}

TEST(EventFilterTest, LooksAtTheJob) {
  v1::JobFilter filter;
  filter.add_kinds("wanted");
  const v1::JobState state = v1::JOB_STATE_RUNNING;
  EXPECT_TRUE(EventFilter(filter).Matches(Transition(state, state, "wanted")));
  EXPECT_FALSE(EventFilter(filter).Matches(Transition(state, state, "other")));
}

TEST(EventFilterTest, SeesJobsEnterAndLeaveItsStates) {
  v1::JobFilter filter;
  filter.add_states(v1::JOB_STATE_RUNNING);
  const EventFilter running(filter);
  EXPECT_TRUE(running.Matches(Transition(v1::JOB_STATE_PENDING, v1::JOB_STATE_RUNNING)));
  EXPECT_TRUE(running.Matches(Transition(v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED)));
  EXPECT_FALSE(running.Matches(Transition(v1::JOB_STATE_QUEUED, v1::JOB_STATE_PENDING)));
}

TEST(EventFilterTest, LeavingAStateIsNotEnoughWhereOtherFieldsDiffer) {
  v1::JobFilter filter;
  filter.add_states(v1::JOB_STATE_RUNNING);
  filter.add_kinds("wanted");
  const LoggedEvent other = Transition(v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED, "other");
  EXPECT_FALSE(EventFilter(filter).Matches(other));
}

TEST(EventFilterTest, AnUpdateBelongsToTheStateThatTheJobStaysIn) {
  v1::JobEvent updated;
  updated.set_type(v1::EVENT_TYPE_UPDATED);
  updated.set_previous_state(v1::JOB_STATE_RUNNING);
  updated.mutable_job()->set_state(v1::JOB_STATE_RUNNING);
  v1::JobFilter filter;
  filter.add_states(v1::JOB_STATE_RUNNING);
  EXPECT_TRUE(EventFilter(filter).Matches(LoggedEvent(updated)));
  filter.set_states(0, v1::JOB_STATE_PENDING);
  EXPECT_FALSE(EventFilter(filter).Matches(LoggedEvent(updated)));
}

TEST(EventFilterTest, ADeletionIsNoTransitionFromAState) {
  v1::JobFilter filter;
  filter.add_states(v1::JOB_STATE_RUNNING);
  v1::JobEvent deleted;
  deleted.set_type(v1::EVENT_TYPE_DELETED);
  deleted.set_previous_state(v1::JOB_STATE_RUNNING);
  deleted.mutable_job()->set_state(v1::JOB_STATE_FAILED);
  EXPECT_FALSE(EventFilter(filter).Matches(LoggedEvent(deleted)));
}

}  // namespace
}  // namespace gcjobs
