#include "server/store/commit_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <variant>

#include "common/time_conversion.h"
#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs {
namespace {

using testing::At;
using testing::DeleteOf;
using testing::InsertOf;
using testing::IsCommitted;
using testing::IsRefused;
using testing::NewJob;
using testing::SilentUpdateOf;
using testing::TransitionOf;

const store::StoredJob& RecordOf(const Judgement& judged) {
  return std::get<Committed>(judged.outcome).job;
}

// A job as it is in the store.
store::StoredJob Stored(Revision revision, int64_t sequence) {
  store::StoredJob job = NewJob("a");
  job.mutable_job()->set_revision(revision);
  job.set_last_sequence(sequence);
  return job;
}

Met MetWith(const store::StoredJob& job) {
  return {JobHead{job.job().revision(), job.last_sequence()},
          std::make_unique<store::StoredJob>(job), ""};
}

class CommitJudgeTest : public ::testing::Test {
 protected:
  Judgement Judge(Met met, Write write) { return judge_.Judge(std::move(met), &write); }

  CommitJudge judge_{41};
};

TEST_F(CommitJudgeTest, RevisionsCountOnFromTheHead) {
  EXPECT_EQ(RecordOf(Judge({}, InsertOf(NewJob("a")))).job().revision(), 42);
  EXPECT_EQ(RecordOf(Judge({}, InsertOf(NewJob("b")))).job().revision(), 43);
}

TEST_F(CommitJudgeTest, InsertStartsTheSequenceAndMakesItsEvent) {
  const Judgement judged = Judge({}, InsertOf(NewJob("a", 5)));

  EXPECT_EQ(RecordOf(judged).last_sequence(), 1);
  ASSERT_NE(judged.event, nullptr);
  EXPECT_EQ(judged.event->revision(), 42);
  EXPECT_EQ(judged.event->sequence(), 1);
  EXPECT_EQ(FromProto(judged.event->time()), At(5));
  EXPECT_EQ(judged.event->job().SerializeAsString(), RecordOf(judged).job().SerializeAsString());
}

TEST_F(CommitJudgeTest, InsertOfWhatIsThereIsRefused) {
  const JobHead head{7, 3};
  EXPECT_THAT(Judge({head, nullptr, ""}, InsertOf(NewJob("a"))).outcome, IsRefused(JobIdTaken()));
  EXPECT_THAT(Judge({head, nullptr, "a"}, InsertOf(NewJob("a"))).outcome, IsRefused(JobIdTaken()))
      << "the id says more than the request id";
  EXPECT_THAT(Judge({std::nullopt, nullptr, "a"}, InsertOf(NewJob("b"))).outcome,
              IsRefused(RequestIdTaken{"a"}));
}

TEST_F(CommitJudgeTest, UpdateWithAnEventGetsTheNextRevisionAndSequence) {
  const auto job = Stored(7, 3);
  const Judgement judged = Judge(MetWith(job), TransitionOf(job, v1::JOB_STATE_RUNNING));

  EXPECT_EQ(RecordOf(judged).job().revision(), 42);
  EXPECT_EQ(RecordOf(judged).last_sequence(), 4);
  EXPECT_EQ(judged.event->previous_state(), v1::JOB_STATE_QUEUED);
}

TEST_F(CommitJudgeTest, SilentUpdateKeepsRevisionAndSequence) {
  const auto job = Stored(7, 3);
  auto edited = job;
  edited.set_last_sequence(99);  // the caller's value counts for nothing
  const Judgement judged = Judge(MetWith(job), SilentUpdateOf(edited));

  EXPECT_EQ(RecordOf(judged).job().revision(), 7);
  EXPECT_EQ(RecordOf(judged).last_sequence(), 3);
  EXPECT_EQ(judged.event, nullptr);
  EXPECT_EQ(RecordOf(Judge({}, InsertOf(NewJob("b")))).job().revision(), 42);
}

TEST_F(CommitJudgeTest, DeleteGivesTheRecordAsItWasAndTellsOfItsEnd) {
  const auto job = Stored(7, 3);
  const Judgement judged = Judge(MetWith(job), DeleteOf(job, 9));

  EXPECT_EQ(RecordOf(judged).SerializeAsString(), job.SerializeAsString());
  EXPECT_EQ(judged.event->type(), v1::EVENT_TYPE_DELETED);
  EXPECT_EQ(judged.event->revision(), 42);
  EXPECT_EQ(judged.event->job().revision(), 42);
  EXPECT_EQ(judged.event->sequence(), 4);
  EXPECT_EQ(FromProto(judged.event->time()), At(9));
}

TEST_F(CommitJudgeTest, WriteThatExpectsAnotherRevisionIsStale) {
  const auto job = Stored(7, 3);
  const auto old = Stored(6, 2);
  EXPECT_THAT(Judge(MetWith(job), TransitionOf(old, v1::JOB_STATE_RUNNING)).outcome,
              IsRefused(Stale{7}));
  EXPECT_THAT(Judge(MetWith(job), SilentUpdateOf(old)).outcome, IsRefused(Stale{7}));
  EXPECT_THAT(Judge(MetWith(job), DeleteOf(old)).outcome, IsRefused(Stale{7}));
}

TEST_F(CommitJudgeTest, WriteOfAJobThatIsNotThereIsRefused) {
  EXPECT_THAT(Judge({}, TransitionOf(Stored(7, 3), v1::JOB_STATE_RUNNING)).outcome,
              IsRefused(Missing()));
  EXPECT_THAT(Judge({}, DeleteOf(Stored(7, 3))).outcome, IsRefused(Missing()));
}

TEST_F(CommitJudgeTest, RefusedWriteCostsNoRevisionAndMakesNoEvent) {
  EXPECT_EQ(Judge({}, DeleteOf(Stored(7, 3))).event, nullptr);
  EXPECT_EQ(RecordOf(Judge({}, InsertOf(NewJob("b")))).job().revision(), 42);
}

TEST_F(CommitJudgeTest, DocumentIsAlwaysInOrder) {
  const Judgement judged = Judge({}, PutDocument{"name", "bytes"});

  EXPECT_THAT(judged.outcome, IsCommitted());
  EXPECT_EQ(judged.event, nullptr);
}

}  // namespace
}  // namespace gcjobs
