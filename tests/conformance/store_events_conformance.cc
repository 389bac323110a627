// Events: what they hold, and how they are read.

#include <gmock/gmock.h>

#include "common/time_conversion.h"
#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(StoreConformance, NewStoreHasNoEvents) {
  EXPECT_EQ(reader().GetRevisionRange()->oldest, 1);
  EXPECT_EQ(reader().GetRevisionRange()->head, 0);
  EXPECT_THAT(*reader().ReadEvents(0, {}), IsEmpty());
}

TEST_P(StoreConformance, EventHoldsTheWholeJobAsOfTheEvent) {
  auto job = NewJob("a", 5);
  (*job.mutable_job()->mutable_labels())["team"] = "blue";
  const auto queued = MustCommit(InsertOf(job));
  const auto running = MustCommit(TransitionOf(queued, v1::JOB_STATE_RUNNING, 9));

  const auto events = reader().ReadEvents(0, {});

  ASSERT_THAT(events, IsOk());
  ASSERT_EQ(events->size(), 2u);
  const v1::JobEvent& created = *(*events)[0];
  EXPECT_EQ(created.type(), v1::EVENT_TYPE_TRANSITION);
  EXPECT_EQ(created.previous_state(), v1::JOB_STATE_UNSPECIFIED);
  EXPECT_EQ(FromProto(created.time()), At(5));
  EXPECT_EQ(created.job().SerializeAsString(), queued.job().SerializeAsString());
  const v1::JobEvent& started = *(*events)[1];
  EXPECT_EQ(started.previous_state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(FromProto(started.time()), At(9));
  EXPECT_EQ(started.job().SerializeAsString(), running.job().SerializeAsString());
}

TEST_P(StoreConformance, AnUpdateIsAnEventLikeAnyOther) {
  const auto job = MustCommit(InsertOf(NewJob("a")));
  const auto throttled = MustCommit(ThrottlingOf(job, 7200, 8));
  MustCommit(TransitionOf(throttled, v1::JOB_STATE_RUNNING, 9));

  const auto events = reader().ReadJobEvents("a", 1, {});

  ASSERT_EQ(events->size(), 2u);
  const v1::JobEvent& updated = *(*events)[0];
  EXPECT_EQ(updated.type(), v1::EVENT_TYPE_UPDATED);
  EXPECT_EQ(updated.revision(), 2);
  EXPECT_EQ(updated.sequence(), 2);
  EXPECT_EQ(updated.previous_state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(updated.job().state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(FromProto(updated.job().throttled_until()), At(7200));
  EXPECT_EQ(FromProto(updated.time()), At(8));
  EXPECT_EQ((*events)[1]->sequence(), 3);
}

TEST_P(StoreConformance, DeletedEventTellsTheLastOfTheJob) {
  const auto job = MustCommit(InsertOf(NewJob("a")));
  MustCommit(DeleteOf(job, 8));

  const EventPtr event = reader().ReadEvents(1, {})->front();

  EXPECT_EQ(event->type(), v1::EVENT_TYPE_DELETED);
  EXPECT_EQ(event->job().id(), "a");
  EXPECT_EQ(event->job().state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(event->revision(), 2);
  EXPECT_EQ(event->job().revision(), 2);
  EXPECT_EQ(event->sequence(), 2);
  EXPECT_EQ(FromProto(event->time()), At(8));
}

TEST_P(StoreConformance, ListenerHearsTheSameEventsAsReadersRead) {
  const auto job = MustCommit(InsertOf(NewJob("a")));
  MustCommit(TransitionOf(job, v1::JOB_STATE_RUNNING));

  const auto read = reader().ReadEvents(0, {});

  const auto heard = Heard();
  ASSERT_EQ(heard.size(), read->size());
  for (size_t i = 0; i < heard.size(); ++i) {
    EXPECT_EQ(heard[i]->SerializeAsString(), (*read)[i]->SerializeAsString());
  }
}

TEST_P(StoreConformance, EventsAreReadFromAnyRevisionOn) {
  InsertMany(5);

  EXPECT_EQ(Revisions(*reader().ReadEvents(0, {})), Range(1, 5));
  EXPECT_EQ(Revisions(*reader().ReadEvents(3, {})), Range(4, 5));
  EXPECT_THAT(*reader().ReadEvents(5, {}), IsEmpty());
  EXPECT_THAT(*reader().ReadEvents(99, {}), IsEmpty()) << "the future is empty, not an error";
}

TEST_P(StoreConformance, EventsAreReadInPages) {
  InsertMany(5);

  EXPECT_EQ(Revisions(*reader().ReadEvents(0, {2, 1 << 20})), Range(1, 2));
  EXPECT_EQ(Revisions(*reader().ReadEvents(2, {2, 1 << 20})), Range(3, 4));
  EXPECT_EQ(Revisions(*reader().ReadEvents(4, {2, 1 << 20})), Range(5, 5));
}

TEST_P(StoreConformance, PageOfEventsEndsAtItsBytesButHoldsOne) {
  const auto jobs = InsertMany(5);
  const size_t one = reader().ReadEvents(0, {1, 1 << 20})->front()->ByteSizeLong();

  EXPECT_EQ(Revisions(*reader().ReadEvents(0, {100, 1})), Range(1, 1));
  EXPECT_EQ(Revisions(*reader().ReadEvents(0, {100, 3 * one + one / 2})), Range(1, 3));
}

TEST_P(StoreConformance, EventsOfOneJobAreReadAlone) {
  const auto a = MustCommit(InsertOf(NewJob("a")));
  MustCommit(InsertOf(NewJob("b")));
  const auto running = MustCommit(TransitionOf(a, v1::JOB_STATE_RUNNING));
  MustCommit(TransitionOf(running, v1::JOB_STATE_SUCCEEDED));

  const auto events = reader().ReadJobEvents("a", 0, {});

  EXPECT_THAT(Revisions(*events), ElementsAre(1, 3, 4));
  EXPECT_THAT(Sequences(*events), ElementsAre(1, 2, 3));
  EXPECT_THAT(Revisions(*reader().ReadJobEvents("a", 1, {})), ElementsAre(3, 4));
  EXPECT_THAT(Revisions(*reader().ReadJobEvents("a", 0, {2, 1 << 20})), ElementsAre(1, 3));
  EXPECT_THAT(Revisions(*reader().ReadJobEvents("a", 0, {9, 1})), ElementsAre(1));
}

TEST_P(StoreConformance, UnknownJobHasNoEvents) {
  EXPECT_THAT(*reader().ReadJobEvents("no", 0, {}), IsEmpty());
}

TEST_P(StoreConformance, EventsOfADeletedJobStayReadable) {
  const auto job = MustCommit(InsertOf(NewJob("a")));
  MustCommit(DeleteOf(job));

  EXPECT_EQ(Revisions(*reader().ReadEvents(0, {})), Range(1, 2));
  EXPECT_EQ(Sequences(*reader().ReadJobEvents("a", 0, {})), Range(1, 2));
}

}  // namespace
}  // namespace gcjobs::testing
