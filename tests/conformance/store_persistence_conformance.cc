// What a store that is opened again still knows.

#include <gmock/gmock.h>

#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

TEST_P(PersistentStoreConformance, JobsSubmissionsAndEventsAreThereAfterReopen) {
  const auto queued = MustCommit(InsertOf(NewJob("a")));
  const auto running = MustCommit(TransitionOf(queued, v1::JOB_STATE_RUNNING));
  const auto events = reader().ReadEvents(0, {});

  Reopen();

  EXPECT_EQ(reader().GetJob("a")->SerializeAsString(), running.SerializeAsString());
  EXPECT_THAT(reader().GetSubmission("a"), IsOk());
  const auto read = reader().ReadEvents(0, {});
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(read->back()->SerializeAsString(), events->back()->SerializeAsString());
}

TEST_P(PersistentStoreConformance, WhatTheKindNeedsIsThereAfterReopen) {
  auto job = NewJob("a");
  (*job.mutable_path_parameters())["space"] = "s-1";
  (*job.mutable_path_parameters())["name"] = "n/1";
  job.set_results_page_size(250);
  MustCommit(TransitionOf(MustCommit(InsertOf(job)), v1::JOB_STATE_PENDING));

  Reopen();

  const auto read = reader().GetJob("a");
  EXPECT_EQ(read->path_parameters().at("space"), "s-1");
  EXPECT_EQ(read->path_parameters().at("name"), "n/1");
  EXPECT_EQ(read->results_page_size(), 250);
}

TEST_P(PersistentStoreConformance, DocumentsAreThereAfterReopen) {
  MustCommit(PutDocument{"a", std::string("1\0\xff", 3)});

  Reopen();

  EXPECT_EQ(reader().GetDocument("a").value(), std::string("1\0\xff", 3));
}

TEST_P(PersistentStoreConformance, RevisionsAndSequencesGoOnAfterReopen) {
  const auto a = MustCommit(InsertOf(NewJob("a")));

  Reopen();

  const auto running = MustCommit(TransitionOf(a, v1::JOB_STATE_RUNNING));
  EXPECT_EQ(running.job().revision(), 2);
  EXPECT_EQ(running.last_sequence(), 2);
}

TEST_P(PersistentStoreConformance, HeadSurvivesReopenWhenAllEventsWereTrimmed) {
  const auto a = MustCommit(InsertOf(NewJob("a")));
  MustCommit(DeleteOf(a, 10));
  ASSERT_EQ(*Trim(At(11)), 2);

  Reopen();

  EXPECT_EQ(reader().GetRevisionRange()->head, 2);
  EXPECT_THAT(reader().ReadEvents(0, {}),
              IsError(absl::StatusCode::kOutOfRange, "REVISION_COMPACTED"));
  EXPECT_EQ(MustCommit(InsertOf(NewJob("b"))).job().revision(), 3);
}

TEST_P(PersistentStoreConformance, RequestIdIsTakenAfterReopen) {
  auto job = NewJob("a");
  job.mutable_job()->set_request_id("r");
  MustCommit(InsertOf(job));

  Reopen();

  job.mutable_job()->set_id("b");
  EXPECT_THAT(Commit(InsertOf(job)), IsRefused(RequestIdTaken{"a"}));
}

TEST_P(PersistentStoreConformance, WhatWasQueuedIsCommittedBeforeTheStoreGoes) {
  store().Commit(InsertOf(NewJob("a")), [](auto) {});

  Reopen();

  EXPECT_THAT(reader().GetJob("a"), IsOk());
}

}  // namespace
}  // namespace gcjobs::testing
