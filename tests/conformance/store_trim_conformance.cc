// TrimEvents, and what reads say of events that are gone.

#include <gmock/gmock.h>

#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"
#include "tests/fakes/notification.h"

namespace gcjobs::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kOutOfRange = absl::StatusCode::kOutOfRange;

TEST_P(StoreConformance, TrimDropsTheEventsOfJobsThatWereDeletedBefore) {
  const auto a = MustCommit(InsertOf(NewJob("a")));  // revision 1
  MustCommit(InsertOf(NewJob("b")));                 // 2
  MustCommit(DeleteOf(a, 10));                       // 3
  MustCommit(InsertOf(NewJob("c")));                 // 4

  EXPECT_EQ(*Trim(At(11)), 2);

  EXPECT_EQ(reader().GetRevisionRange()->oldest, 4);
  EXPECT_EQ(reader().GetRevisionRange()->head, 4);
  EXPECT_EQ(Revisions(*reader().ReadEvents(3, {})), Range(4, 4));
  EXPECT_THAT(*reader().ReadJobEvents("a", 0, {}), IsEmpty());
}

TEST_P(StoreConformance, ReadFromBeforeATrimmedEventIsRefused) {
  const auto a = MustCommit(InsertOf(NewJob("a")));
  MustCommit(DeleteOf(a, 10));
  MustCommit(InsertOf(NewJob("b")));
  ASSERT_THAT(Trim(At(11)), IsOk());

  for (const Revision after : {0, 1}) {
    const auto refused = reader().ReadEvents(after, {});
    EXPECT_THAT(refused, IsError(kOutOfRange, "REVISION_COMPACTED"));
    EXPECT_EQ(Metadata(refused.status(), "oldest_revision"), "3");
  }
  EXPECT_EQ(Revisions(*reader().ReadEvents(2, {})), Range(3, 3));
}

TEST_P(StoreConformance, TrimKeepsEveryEventOfJobsThatExist) {
  const auto old = MustCommit(InsertOf(NewJob("old")));
  const auto gone = MustCommit(InsertOf(NewJob("gone")));
  MustCommit(TransitionOf(old, v1::JOB_STATE_RUNNING));
  MustCommit(DeleteOf(gone, 10));
  ASSERT_EQ(*Trim(At(100)), 2);

  EXPECT_THAT(Revisions(*reader().ReadJobEvents("old", 0, {})), ElementsAre(1, 3));
}

TEST_P(StoreConformance, TrimLeavesWhatWasDeletedAtItsTimeOrLater) {
  const auto a = MustCommit(InsertOf(NewJob("a")));
  MustCommit(DeleteOf(a, 10));

  EXPECT_EQ(*Trim(At(10)), 0);

  EXPECT_EQ(reader().GetRevisionRange()->oldest, 1);
  EXPECT_EQ(Revisions(*reader().ReadEvents(0, {})), Range(1, 2));
}

TEST_P(StoreConformance, TrimOfNothingChangesNothing) {
  InsertMany(2);

  EXPECT_EQ(*Trim(absl::InfiniteFuture()), 0);

  EXPECT_EQ(Revisions(*reader().ReadEvents(0, {})), Range(1, 2));
}

TEST_P(StoreConformance, RevisionsGoOnWhenAllEventsAreTrimmed) {
  const auto a = MustCommit(InsertOf(NewJob("a")));
  MustCommit(DeleteOf(a, 10));
  ASSERT_EQ(*Trim(At(11)), 2);

  EXPECT_EQ(reader().GetRevisionRange()->oldest, 3) << "one past the head: there are none";
  EXPECT_EQ(reader().GetRevisionRange()->head, 2);
  EXPECT_THAT(*reader().ReadEvents(2, {}), IsEmpty());
  EXPECT_EQ(MustCommit(InsertOf(NewJob("b"))).job().revision(), 3);
}

TEST_P(StoreConformance, SecondTrimNeverGoesBack) {
  const auto a = MustCommit(InsertOf(NewJob("a")));
  const auto b = MustCommit(InsertOf(NewJob("b")));
  MustCommit(DeleteOf(b, 10));  // 3
  MustCommit(DeleteOf(a, 20));  // 4
  ASSERT_EQ(*Trim(At(15)), 2);
  EXPECT_EQ(reader().GetRevisionRange()->oldest, 4);

  EXPECT_EQ(*Trim(At(25)), 2);

  EXPECT_EQ(reader().GetRevisionRange()->oldest, 5);
}

TEST_P(StoreConformance, TrimRunsAfterWhatWasQueuedBefore) {
  const auto a = MustCommit(InsertOf(NewJob("a")));
  absl::Status deleted = absl::UnknownError("not answered");
  store().Commit(DeleteOf(a, 10), [&deleted](auto result) { deleted = result.status(); });

  EXPECT_EQ(*Trim(At(11)), 2);

  EXPECT_THAT(deleted, IsOk());
}

TEST_P(StoreConformance, TrimOfManyJobsLetsOtherWritesIn) {
  std::vector<Write> deletes;
  for (const auto& job : InsertMany(1200)) deletes.push_back(DeleteOf(job, 10));
  CommitAll(std::move(deletes));
  bool inserted = false;
  bool inserted_before_the_end = false;
  Notification trimmed;
  // Both from an answer, so that the writer meets both at once.
  store().Commit(InsertOf(NewJob("a")), [&](auto) {
    store().TrimEvents(At(11), [&](auto dropped) {
      EXPECT_EQ(*dropped, 2400);
      inserted_before_the_end = inserted;
      trimmed.Notify();
    });
    store().Commit(InsertOf(NewJob("b")), [&](auto) { inserted = true; });
  });
  Turn();
  trimmed.WaitForNotification();

  EXPECT_TRUE(inserted_before_the_end);
}

TEST_P(StoreConformance, TrimOfManyJobsDropsAll) {
  std::vector<Write> deletes;
  for (const auto& job : InsertMany(1200)) deletes.push_back(DeleteOf(job, 10));
  EXPECT_THAT(CommitAll(std::move(deletes)), Each(IsCommitted()));

  EXPECT_EQ(*Trim(At(11)), 2400);

  EXPECT_EQ(reader().GetRevisionRange()->oldest, 2401);
}

}  // namespace
}  // namespace gcjobs::testing
