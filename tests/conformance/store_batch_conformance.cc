// Commit: revisions, sequences, expectations, batches as a whole.

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"

#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kAborted = absl::StatusCode::kAborted;
constexpr auto kAlreadyExists = absl::StatusCode::kAlreadyExists;
constexpr auto kNotFound = absl::StatusCode::kNotFound;

TEST_P(StoreConformance, InsertGetsTheFirstRevisionAndSequence) {
  const store::StoredJob job = MustCommit(InsertOf(NewJob("a")));

  EXPECT_EQ(job.job().revision(), 1);
  EXPECT_EQ(job.last_sequence(), 1);
  const auto stored = store().GetJob("a");
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->SerializeAsString(), job.SerializeAsString());
}

TEST_P(StoreConformance, SubmissionIsKeptAsGiven) {
  MustCommit(InsertOf(NewJob("a")));

  const auto submission = store().GetSubmission("a");

  ASSERT_THAT(submission, IsOk());
  EXPECT_EQ(submission->body(), "{\"for\":\"a\"}");
}

TEST_P(StoreConformance, TransitionGetsTheNextRevisionAndSequence) {
  const auto first = MustCommit(InsertOf(NewJob("a")));
  MustCommit(InsertOf(NewJob("b")));

  const auto running = MustCommit(TransitionOf(first, v1::JOB_STATE_RUNNING));

  EXPECT_EQ(running.job().revision(), 3);
  EXPECT_EQ(running.last_sequence(), 2);
  EXPECT_EQ(store().GetJob("a")->job().state(), v1::JOB_STATE_RUNNING);
}

TEST_P(StoreConformance, UpdateWithoutEventKeepsRevisionAndSequence) {
  auto job = MustCommit(InsertOf(NewJob("a")));
  job.mutable_job()->set_poll_count(7);

  const auto updated = MustCommit(SilentUpdateOf(job));

  EXPECT_EQ(updated.job().revision(), 1);
  EXPECT_EQ(updated.last_sequence(), 1);
  EXPECT_EQ(store().GetJob("a")->job().poll_count(), 7);
  EXPECT_EQ(store().GetRevisionRange()->head, 1);
}

TEST_P(StoreConformance, StoreAndNotTheCallerAssignsRevisionAndSequence) {
  auto job = NewJob("a");
  job.mutable_job()->set_revision(77);
  job.set_last_sequence(78);
  const auto inserted = MustCommit(InsertOf(job));
  WriteBatch update = SilentUpdateOf(inserted);
  update.writes()[0].update->job.mutable_job()->set_revision(79);
  update.writes()[0].update->job.set_last_sequence(80);

  const auto updated = MustCommit(std::move(update));

  EXPECT_EQ(inserted.job().revision(), 1);
  EXPECT_EQ(updated.job().revision(), 1);
  EXPECT_EQ(updated.last_sequence(), 1);
}

TEST_P(StoreConformance, DeleteRemovesRecordAndSubmissionAndGivesTheRecord) {
  const auto job = MustCommit(InsertOf(NewJob("a")));

  const auto deleted = MustCommit(DeleteOf(job));

  EXPECT_EQ(deleted.SerializeAsString(), job.SerializeAsString());
  EXPECT_THAT(store().GetJob("a"), IsError(kNotFound, "JOB_NOT_FOUND"));
  EXPECT_THAT(store().GetSubmission("a"), IsError(kNotFound, "JOB_NOT_FOUND"));
}

TEST_P(StoreConformance, EmptyBatchChangesNothing) {
  const auto result = Commit(WriteBatch());

  ASSERT_THAT(result, IsOk());
  EXPECT_THAT(result->jobs, IsEmpty());
  EXPECT_EQ(store().GetRevisionRange()->head, 0);
}

TEST_P(StoreConformance, BatchOfSeveralWritesGivesOneRecordEachInOrder) {
  const auto result = Commit(Both(InsertOf(NewJob("a")), InsertOf(NewJob("b"))));

  ASSERT_THAT(result, IsOk());
  ASSERT_EQ(result->jobs.size(), 2u);
  EXPECT_EQ(result->jobs[0].job().id(), "a");
  EXPECT_EQ(result->jobs[1].job().revision(), 2);
}

TEST_P(StoreConformance, LaterWritesSeeTheEarlierOnesOfTheirBatchAndGroup) {
  auto inserted = NewJob("a");
  inserted.mutable_job()->set_revision(1);  // what it will have
  auto running = inserted;
  running.mutable_job()->set_revision(2);

  const Answers answers =
      CommitAll({Both(InsertOf(inserted), TransitionOf(inserted, v1::JOB_STATE_RUNNING)),
                 TransitionOf(running, v1::JOB_STATE_SUCCEEDED)});

  EXPECT_THAT(answers, ElementsAre(IsOk(), IsOk()));
  EXPECT_EQ(store().GetJob("a")->last_sequence(), 3);
}

TEST_P(StoreConformance, StaleUpdateIsRefusedAndChangesNothing) {
  const auto old = MustCommit(InsertOf(NewJob("a")));
  MustCommit(TransitionOf(old, v1::JOB_STATE_RUNNING));

  const auto stale = Commit(TransitionOf(old, v1::JOB_STATE_FAILED));

  EXPECT_THAT(stale, IsError(kAborted, "STALE_REVISION"));
  EXPECT_EQ(Metadata(stale.status(), "job_id"), "a");
  EXPECT_EQ(store().GetJob("a")->job().state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(store().GetRevisionRange()->head, 2);
}

TEST_P(StoreConformance, StaleSilentUpdateIsRefused) {
  const auto old = MustCommit(InsertOf(NewJob("a")));
  MustCommit(TransitionOf(old, v1::JOB_STATE_RUNNING));

  EXPECT_THAT(Commit(SilentUpdateOf(old)), IsError(kAborted, "STALE_REVISION"));
}

TEST_P(StoreConformance, StaleDeleteIsRefused) {
  const auto old = MustCommit(InsertOf(NewJob("a")));
  MustCommit(TransitionOf(old, v1::JOB_STATE_SUCCEEDED));

  EXPECT_THAT(Commit(DeleteOf(old)), IsError(kAborted, "STALE_REVISION"));
  EXPECT_THAT(store().GetJob("a"), IsOk());
}

TEST_P(StoreConformance, UpdateAndDeleteOfAMissingJobAreRefused) {
  EXPECT_THAT(Commit(TransitionOf(NewJob("no"), v1::JOB_STATE_FAILED)),
              IsError(kNotFound, "JOB_NOT_FOUND"));
  EXPECT_THAT(Commit(SilentUpdateOf(NewJob("no"))), IsError(kNotFound, "JOB_NOT_FOUND"));
  EXPECT_THAT(Commit(DeleteOf(NewJob("no"))), IsError(kNotFound, "JOB_NOT_FOUND"));
}

TEST_P(StoreConformance, SecondInsertOfAnIdIsRefused) {
  MustCommit(InsertOf(NewJob("a")));

  EXPECT_THAT(Commit(InsertOf(NewJob("a"))), IsError(kAlreadyExists, "JOB_EXISTS"));
  EXPECT_EQ(store().GetRevisionRange()->head, 1);
}

TEST_P(StoreConformance, StaleBatchIsRolledBackAloneWithinItsGroup) {
  const auto job = MustCommit(InsertOf(NewJob("a")));
  auto stale = job;
  stale.mutable_job()->set_revision(99);

  const Answers answers =
      CommitAll({InsertOf(NewJob("b")),
                 Both(InsertOf(NewJob("c")), TransitionOf(stale, v1::JOB_STATE_FAILED)),
                 InsertOf(NewJob("d"))});

  EXPECT_THAT(answers, ElementsAre(IsOk(), IsError(kAborted, "STALE_REVISION"), IsOk()));
  EXPECT_THAT(store().GetJob("b"), IsOk());
  EXPECT_THAT(store().GetJob("c"), IsError(kNotFound, "JOB_NOT_FOUND"));
  EXPECT_EQ(store().GetJob("d")->job().revision(), 3) << "no revision is lost to the refused";
  EXPECT_EQ(Revisions(Heard()), Range(1, 3));
}

TEST_P(StoreConformance, RefusedBatchTakesBackDeletesAndUpdatesToo) {
  const auto a = MustCommit(InsertOf(NewJob("a")));
  const auto b = MustCommit(InsertOf(NewJob("b")));

  const auto refused = Commit(
      Both(Both(DeleteOf(a), TransitionOf(b, v1::JOB_STATE_FAILED)), DeleteOf(NewJob("missing"))));

  EXPECT_THAT(refused, IsError(kNotFound, "JOB_NOT_FOUND"));
  EXPECT_EQ(store().GetJob("a")->SerializeAsString(), a.SerializeAsString());
  EXPECT_EQ(store().GetJob("b")->SerializeAsString(), b.SerializeAsString());
  EXPECT_THAT(store().GetSubmission("a"), IsOk());
}

TEST_P(StoreConformance, ResultOfSeveralMebibytesIsKept) {
  auto job = MustCommit(InsertOf(NewJob("a")));
  job.mutable_job()->set_result_json(std::string(5 << 20, 'x'));

  const auto done = MustCommit(TransitionOf(job, v1::JOB_STATE_SUCCEEDED));

  EXPECT_EQ(store().GetJob("a")->job().result_json().size(), size_t{5 << 20});
  EXPECT_EQ(store().ReadEvents(1, {})->front()->job().result_json().size(), size_t{5 << 20});
}

TEST_P(StoreConformance, BatchMayHoldMoreWritesThanAGroupTakes) {
  WriteBatch batch;
  for (int i = 0; i < 1000; ++i) batch = Both(std::move(batch), InsertOf(NewJob(absl::StrCat(i))));

  const auto result = Commit(std::move(batch));

  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->jobs.size(), 1000u);
  EXPECT_EQ(store().GetRevisionRange()->head, 1000);
}

TEST_P(StoreConformance, ClosedStoreRefusesBatchesAndKeepsReading) {
  MustCommit(InsertOf(NewJob("a")));

  store().Close();
  store().Close();

  EXPECT_THAT(Commit(InsertOf(NewJob("b"))),
              IsError(absl::StatusCode::kUnavailable, "STORE_CLOSED"));
  EXPECT_THAT(store().TrimEvents(At(0)), IsError(absl::StatusCode::kUnavailable, "STORE_CLOSED"));
  EXPECT_THAT(store().GetJob("a"), IsOk());
}

TEST_P(StoreConformance, CloseCommitsWhatIsQueued) {
  absl::Status answer = absl::UnknownError("not answered");
  store().Commit(InsertOf(NewJob("a")), [&answer](auto result) { answer = result.status(); });

  store().Close();

  EXPECT_THAT(answer, IsOk());
  EXPECT_THAT(store().GetJob("a"), IsOk());
}

}  // namespace
}  // namespace gcjobs::testing
