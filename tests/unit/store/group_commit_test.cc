#include "server/store/group_commit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "server/store/memory_backend.h"
#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs {
namespace {

using testing::At;
using ::testing::ElementsAre;
using testing::InsertOf;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::NewJob;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

// Rows in memory that count transactions and fail where they are told to.
class FaultyBackend : public MemoryBackend {
 public:
  absl::Status Begin() override {
    group_sizes.push_back(0);
    return begin_error.ok() ? MemoryBackend::Begin() : begin_error;
  }
  absl::Status InsertJob(const store::StoredJob& job,
                         const store::Submission& submission) override {
    ++group_sizes.back();
    return insert_error.ok() ? MemoryBackend::InsertJob(job, submission) : insert_error;
  }
  void Rollback() override {
    ++rollbacks;
    MemoryBackend::Rollback();
  }
  absl::Status Commit() override {
    {
      MutexLock lock(&mu_);
      syncing_ = true;
    }
    return MemoryBackend::Commit();
  }
  absl::Status Maintain() override { return maintain_error; }

  // Waits until the first group is at its sync.
  void WaitForSync() {
    MutexLock lock(&mu_);
    mu_.Await(absl::Condition(&syncing_));
  }

  std::vector<int> group_sizes;  // inserts of each transaction
  int rollbacks = 0;
  absl::Status begin_error;
  absl::Status insert_error;
  absl::Status maintain_error;

 private:
  Mutex mu_;
  bool syncing_ = false;
};

class GroupCommitTest : public ::testing::Test {
 protected:
  // A writer that the test turns.
  std::unique_ptr<GroupCommit> ByHand(GroupCommitOptions options = {}) {
    options.mode = CommitMode::kManual;
    options.listener = [this](const std::vector<EventPtr>& events) { heard_ += events.size(); };
    return std::make_unique<GroupCommit>(&backend_, std::move(options));
  }

  Store::CommitDone Note() {
    return [this](const absl::StatusOr<CommitOutcome>& result) {
      answers_.push_back(result.status());
    };
  }

  void Insert(GroupCommit* commits, const std::string& id) {
    commits->Commit(InsertOf(NewJob(id)), Note());
  }

  FaultyBackend backend_;
  std::vector<absl::Status> answers_;
  size_t heard_ = 0;
};

TEST_F(GroupCommitTest, AllThatIsQueuedIsOneTransaction) {
  const auto commits = ByHand();
  for (const char* id : {"a", "b", "c"}) Insert(commits.get(), id);

  commits->CommitQueued();

  EXPECT_THAT(backend_.group_sizes, ElementsAre(3));
  EXPECT_THAT(answers_, ElementsAre(IsOk(), IsOk(), IsOk()));
}

TEST_F(GroupCommitTest, EmptyQueueMakesNoTransaction) {
  ByHand()->CommitQueued();

  EXPECT_THAT(backend_.group_sizes, IsEmpty());
}

TEST_F(GroupCommitTest, GroupEndsAtItsWrites) {
  GroupCommitOptions options;
  options.max_group_writes = 2;
  const auto commits = ByHand(std::move(options));
  for (const char* id : {"a", "b", "c", "d", "e"}) Insert(commits.get(), id);

  commits->CommitQueued();

  EXPECT_THAT(backend_.group_sizes, ElementsAre(2, 2, 1));
}

TEST_F(GroupCommitTest, GroupEndsAtItsBytesButTakesOneBatch) {
  GroupCommitOptions options;
  options.max_group_bytes = 1;
  const auto commits = ByHand(std::move(options));
  for (const char* id : {"a", "b"}) Insert(commits.get(), id);

  commits->CommitQueued();

  EXPECT_THAT(backend_.group_sizes, ElementsAre(1, 1));
  EXPECT_THAT(answers_, ElementsAre(IsOk(), IsOk()));
}

TEST_F(GroupCommitTest, NextGroupGathersWhileOneSyncs) {
  backend_.HoldCommits();
  GroupCommit commits(&backend_, {});
  commits.Commit(InsertOf(NewJob("first")), [](auto) {});
  backend_.WaitForSync();
  for (int i = 0; i < 50; ++i) commits.Commit(InsertOf(NewJob(absl::StrCat(i))), [](auto) {});

  backend_.ReleaseCommits();
  commits.Close();

  EXPECT_THAT(backend_.group_sizes, ElementsAre(1, 50));
}

TEST_F(GroupCommitTest, BatchQueuedByAnAnswerIsCommittedToo) {
  const auto commits = ByHand();
  commits->Commit(InsertOf(NewJob("a")), [this, &commits](auto) { Insert(commits.get(), "b"); });

  commits->CommitQueued();

  EXPECT_THAT(backend_.group_sizes, ElementsAre(1, 1));
  EXPECT_THAT(answers_, ElementsAre(IsOk()));
}

TEST_F(GroupCommitTest, DestructorCommitsWhatIsQueued) {
  Insert(ByHand().get(), "a");

  EXPECT_THAT(answers_, ElementsAre(IsOk()));
}

TEST_F(GroupCommitTest, FailedSyncFailsItsGroupAndAllLaterOnes) {
  const auto commits = ByHand();
  backend_.FailNextSync();
  Insert(commits.get(), "a");
  Insert(commits.get(), "b");
  commits->CommitQueued();
  Insert(commits.get(), "c");
  commits->CommitQueued();

  EXPECT_EQ(answers_.size(), 3u);
  EXPECT_THAT(answers_, ::testing::Each(IsError(kUnavailable, "STORE_FAILED")));
  EXPECT_EQ(heard_, 0u);
  EXPECT_EQ(backend_.rollbacks, 1);
  EXPECT_EQ(backend_.group_sizes.size(), 1u) << "a failed store is not tried again";
}

TEST_F(GroupCommitTest, FailedBeginFailsTheStore) {
  const auto commits = ByHand();
  backend_.begin_error = absl::UnavailableError("disk");
  Insert(commits.get(), "a");
  commits->CommitQueued();

  EXPECT_THAT(answers_, ElementsAre(IsError(kUnavailable, "STORE_FAILED")));
  EXPECT_THAT(std::string(answers_[0].message()), ::testing::HasSubstr("disk"));
}

TEST_F(GroupCommitTest, FailedWriteFailsTheWholeGroup) {
  const auto commits = ByHand();
  commits->Commit(PutDocument{"d", ""}, Note());
  backend_.insert_error = absl::InternalError("disk");
  Insert(commits.get(), "a");
  commits->CommitQueued();

  EXPECT_THAT(answers_, ElementsAre(IsError(kUnavailable, "STORE_FAILED"),
                                    IsError(kUnavailable, "STORE_FAILED")));
  EXPECT_EQ(backend_.rollbacks, 1);
}

TEST_F(GroupCommitTest, FailedMaintenanceFailsOnlyWhatComesLater) {
  const auto commits = ByHand();
  backend_.maintain_error = absl::UnavailableError("checkpoint");
  Insert(commits.get(), "a");
  commits->CommitQueued();
  Insert(commits.get(), "b");
  commits->CommitQueued();

  EXPECT_THAT(answers_, ElementsAre(IsOk(), IsError(kUnavailable, "STORE_FAILED")));
}

TEST_F(GroupCommitTest, ListenerIsNotToldOfNothing) {
  GroupCommitOptions options;
  options.mode = CommitMode::kManual;
  int calls = 0;
  options.listener = [&calls](const std::vector<EventPtr>&) { ++calls; };
  GroupCommit commits(&backend_, std::move(options));
  commits.Commit(PutDocument{"d", ""}, Note());

  commits.CommitQueued();

  EXPECT_EQ(calls, 0);
}

TEST_F(GroupCommitTest, BatchBeyondTheQueuesBytesIsRefusedInItsTurn) {
  GroupCommitOptions options;
  options.max_queued_bytes = 1;
  const auto commits = ByHand(std::move(options));
  Insert(commits.get(), "a");  // the first always fits
  Insert(commits.get(), "b");
  EXPECT_THAT(answers_, IsEmpty());
  commits->CommitQueued();
  Insert(commits.get(), "c");
  commits->CommitQueued();

  EXPECT_THAT(
      answers_,
      ElementsAre(IsOk(), IsError(absl::StatusCode::kResourceExhausted, "COMMIT_QUEUE_FULL"),
                  IsOk()));
}

TEST_F(GroupCommitTest, TrimIsATransactionOfItsOwn) {
  const auto commits = ByHand();
  Insert(commits.get(), "a");

  EXPECT_EQ(*commits->TrimEvents(At(0)), 0);

  EXPECT_THAT(backend_.group_sizes, ElementsAre(1, 0));
}

TEST_F(GroupCommitTest, FailedTrimFailsTheStore) {
  const auto commits = ByHand();
  backend_.FailNextSync();

  EXPECT_THAT(commits->TrimEvents(At(0)), IsError(kUnavailable, "STORE_FAILED"));

  Insert(commits.get(), "a");
  commits->CommitQueued();
  EXPECT_THAT(answers_, ElementsAre(IsError(kUnavailable, "STORE_FAILED")));
}

TEST_F(GroupCommitTest, MetricsTellQueueAndCommits) {
  Metrics metrics;
  GroupCommitOptions options;
  options.metrics = &metrics;
  const auto commits = ByHand(std::move(options));
  Insert(commits.get(), "a");
  Insert(commits.get(), "b");
  EXPECT_EQ(metrics.CommitQueue().Value(), 2);

  commits->CommitQueued();

  EXPECT_EQ(metrics.CommitQueue().Value(), 0);
  EXPECT_EQ(metrics.CommitDuration().Collect().histogram.sample_count, 1u);
}

}  // namespace
}  // namespace gcjobs
