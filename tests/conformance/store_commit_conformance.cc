// Commit: revisions, sequences, expectations.

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"

#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;

constexpr auto kNotFound = absl::StatusCode::kNotFound;

TEST_P(StoreConformance, InsertGetsTheFirstRevisionAndSequence) {
  const store::StoredJob job = MustCommit(InsertOf(NewJob("a")));

  EXPECT_EQ(job.job().revision(), 1);
  EXPECT_EQ(job.last_sequence(), 1);
  const auto stored = reader().GetJob("a");
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->SerializeAsString(), job.SerializeAsString());
}

TEST_P(StoreConformance, SubmissionIsKeptAsGiven) {
  MustCommit(InsertOf(NewJob("a")));

  const auto submission = reader().GetSubmission("a");

  ASSERT_THAT(submission, IsOk());
  EXPECT_EQ(submission->body(), "{\"for\":\"a\"}");
}

TEST_P(StoreConformance, TransitionGetsTheNextRevisionAndSequence) {
  const auto first = MustCommit(InsertOf(NewJob("a")));
  MustCommit(InsertOf(NewJob("b")));

  const auto running = MustCommit(TransitionOf(first, v1::JOB_STATE_RUNNING));

  EXPECT_EQ(running.job().revision(), 3);
  EXPECT_EQ(running.last_sequence(), 2);
  EXPECT_EQ(reader().GetJob("a")->job().state(), v1::JOB_STATE_RUNNING);
}

TEST_P(StoreConformance, UpdateWithoutEventKeepsRevisionAndSequence) {
  auto job = MustCommit(InsertOf(NewJob("a")));
  job.mutable_job()->set_poll_count(7);

  const auto updated = MustCommit(SilentUpdateOf(job));

  EXPECT_EQ(updated.job().revision(), 1);
  EXPECT_EQ(updated.last_sequence(), 1);
  EXPECT_EQ(reader().GetJob("a")->job().poll_count(), 7);
  EXPECT_EQ(reader().GetRevisionRange()->head, 1);
}

TEST_P(StoreConformance, StoreAndNotTheCallerAssignsRevisionAndSequence) {
  auto job = NewJob("a");
  job.mutable_job()->set_revision(77);
  job.set_last_sequence(78);
  const auto inserted = MustCommit(InsertOf(job));
  Write update = SilentUpdateOf(inserted);
  std::get<UpdateJob>(update).job.mutable_job()->set_revision(79);
  std::get<UpdateJob>(update).job.set_last_sequence(80);

  const auto updated = MustCommit(std::move(update));

  EXPECT_EQ(inserted.job().revision(), 1);
  EXPECT_EQ(updated.job().revision(), 1);
  EXPECT_EQ(updated.last_sequence(), 1);
}

TEST_P(StoreConformance, DeleteRemovesRecordAndSubmissionAndGivesTheRecord) {
  const auto job = MustCommit(InsertOf(NewJob("a")));

  const auto deleted = MustCommit(DeleteOf(job));

  EXPECT_EQ(deleted.SerializeAsString(), job.SerializeAsString());
  EXPECT_THAT(reader().GetJob("a"), IsError(kNotFound, "JOB_NOT_FOUND"));
  EXPECT_THAT(reader().GetSubmission("a"), IsError(kNotFound, "JOB_NOT_FOUND"));
}

TEST_P(StoreConformance, StaleUpdateIsRefusedAndChangesNothing) {
  const auto old = MustCommit(InsertOf(NewJob("a")));
  MustCommit(TransitionOf(old, v1::JOB_STATE_RUNNING));

  const auto stale = Commit(TransitionOf(old, v1::JOB_STATE_FAILED));

  EXPECT_THAT(stale, IsRefused(Stale{2}));
  EXPECT_EQ(reader().GetJob("a")->job().state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(reader().GetRevisionRange()->head, 2);
}

TEST_P(StoreConformance, StaleSilentUpdateIsRefused) {
  const auto old = MustCommit(InsertOf(NewJob("a")));
  MustCommit(TransitionOf(old, v1::JOB_STATE_RUNNING));

  EXPECT_THAT(Commit(SilentUpdateOf(old)), IsRefused(Stale{2}));
}

TEST_P(StoreConformance, StaleDeleteIsRefused) {
  const auto old = MustCommit(InsertOf(NewJob("a")));
  MustCommit(TransitionOf(old, v1::JOB_STATE_SUCCEEDED));

  EXPECT_THAT(Commit(DeleteOf(old)), IsRefused(Stale{2}));
  EXPECT_THAT(reader().GetJob("a"), IsOk());
}

TEST_P(StoreConformance, UpdateAndDeleteOfAMissingJobAreRefused) {
  EXPECT_THAT(Commit(TransitionOf(NewJob("no"), v1::JOB_STATE_FAILED)), IsRefused(Missing()));
  EXPECT_THAT(Commit(SilentUpdateOf(NewJob("no"))), IsRefused(Missing()));
  EXPECT_THAT(Commit(DeleteOf(NewJob("no"))), IsRefused(Missing()));
}

TEST_P(StoreConformance, SecondInsertOfAnIdIsRefused) {
  MustCommit(InsertOf(NewJob("a")));

  EXPECT_THAT(Commit(InsertOf(NewJob("a"))), IsRefused(JobIdTaken()));
  EXPECT_EQ(reader().GetRevisionRange()->head, 1);
}

TEST_P(StoreConformance, LaterWritesSeeTheEarlierOnesOfTheirGroup) {
  auto inserted = NewJob("a");
  inserted.mutable_job()->set_revision(1);  // what it will have
  auto running = inserted;
  running.mutable_job()->set_revision(2);

  const Answers answers =
      CommitAll({InsertOf(inserted), TransitionOf(inserted, v1::JOB_STATE_RUNNING),
                 TransitionOf(running, v1::JOB_STATE_SUCCEEDED), DeleteOf(inserted)});

  EXPECT_THAT(answers,
              ElementsAre(IsCommitted(), IsCommitted(), IsCommitted(), IsRefused(Stale{3})));
  EXPECT_EQ(reader().GetJob("a")->last_sequence(), 3);
}

TEST_P(StoreConformance, RefusedWriteFailsAloneWithinItsGroup) {
  const auto job = MustCommit(InsertOf(NewJob("a")));
  auto stale = job;
  stale.mutable_job()->set_revision(99);

  const Answers answers = CommitAll(
      {InsertOf(NewJob("b")), TransitionOf(stale, v1::JOB_STATE_FAILED), InsertOf(NewJob("d"))});

  EXPECT_THAT(answers, ElementsAre(IsCommitted(), IsRefused(Stale{1}), IsCommitted()));
  EXPECT_EQ(reader().GetJob("a")->SerializeAsString(), job.SerializeAsString());
  EXPECT_EQ(reader().GetJob("d")->job().revision(), 3) << "no revision is lost to the refused";
  EXPECT_EQ(Revisions(Heard()), Range(1, 3));
}

TEST_P(StoreConformance, ResultOfSeveralMebibytesIsKept) {
  auto job = MustCommit(InsertOf(NewJob("a")));
  job.mutable_job()->set_result_json(std::string(5 << 20, 'x'));

  const auto done = MustCommit(TransitionOf(job, v1::JOB_STATE_SUCCEEDED));

  EXPECT_EQ(reader().GetJob("a")->job().result_json().size(), size_t{5 << 20});
  EXPECT_EQ(reader().ReadEvents(1, {})->front()->job().result_json().size(), size_t{5 << 20});
}

TEST_P(StoreConformance, ClosedStoreRefusesWritesAndKeepsReading) {
  MustCommit(InsertOf(NewJob("a")));

  store().Close();
  store().Close();

  EXPECT_THAT(Commit(InsertOf(NewJob("b"))),
              IsError(absl::StatusCode::kUnavailable, "STORE_CLOSED"));
  EXPECT_THAT(Trim(At(0)), IsError(absl::StatusCode::kUnavailable, "STORE_CLOSED"));
  EXPECT_THAT(reader().GetJob("a"), IsOk());
}

TEST_P(StoreConformance, CloseCommitsWhatIsQueued) {
  absl::Status answer = absl::UnknownError("not answered");
  store().Commit(InsertOf(NewJob("a")), [&answer](auto result) { answer = result.status(); });

  store().Close();

  EXPECT_THAT(answer, IsOk());
  EXPECT_THAT(reader().GetJob("a"), IsOk());
}

}  // namespace
}  // namespace gcjobs::testing
