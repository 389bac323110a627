// What the SQLite store does when the disk fails.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/store/sqlite_store.h"
#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"
#include "tests/fakes/faulty_vfs.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs {
namespace {

using testing::InsertOf;
using testing::IsError;
using testing::IsOk;
using testing::NewJob;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class SqliteSyncTest : public ::testing::Test {
 protected:
  SqliteSyncTest() { Open(); }

  void Open() {
    SqliteStore::Options options;
    options.data_dir = temp_.path();
    options.writer = SqliteStore::Writer::kTestOnlyByHand;
    options.listener = [this](const std::vector<EventPtr>& events) { heard_ += events.size(); };
    auto store = SqliteStore::Open(std::move(options));
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    reader_ = *store_->OpenReader();
  }

  void Close() {
    reader_.reset();
    store_.reset();
  }

  absl::Status Insert(const std::string& id, size_t result_bytes = 0) {
    absl::Status answer = absl::UnknownError("not answered");
    auto job = NewJob(id);
    job.mutable_job()->set_result_json(std::string(result_bytes, 'x'));
    store_->Commit(InsertOf(job), [&answer](auto result) { answer = result.status(); });
    store_->TestOnlyCommitQueued();
    return answer;
  }

  testing::FaultyVfs vfs_;
  const testing::TempDir temp_;
  size_t heard_ = 0;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<StoreReader> reader_;
};

TEST_F(SqliteSyncTest, FailedSyncFailsThatBatchAndAllLaterOnes) {
  ASSERT_THAT(Insert("before"), IsOk());
  vfs_.FailSyncs(true);
  const absl::Status failed = Insert("failed");
  vfs_.FailSyncs(false);
  const absl::Status later = Insert("later");

  EXPECT_THAT(failed, IsError(kUnavailable, "STORE_FAILED"));
  EXPECT_THAT(std::string(failed.message()), ::testing::HasSubstr("commit"));
  EXPECT_THAT(later, IsError(kUnavailable, "STORE_FAILED"));
  EXPECT_EQ(heard_, 1u) << "the listener hears only what is durable";
}

TEST_F(SqliteSyncTest, FailedStoreStillReadsWhatWasCommitted) {
  ASSERT_THAT(Insert("before"), IsOk());
  vfs_.FailSyncs(true);
  EXPECT_FALSE(Insert("failed").ok());

  EXPECT_THAT(reader_->GetJob("before"), IsOk());
  EXPECT_FALSE(reader_->GetJob("failed").ok());
  EXPECT_EQ(reader_->GetRevisionRange()->head, 1);
}

TEST_F(SqliteSyncTest, StoreWorksAgainOnceOpenedOnASoundDisk) {
  ASSERT_THAT(Insert("before"), IsOk());
  vfs_.FailSyncs(true);
  EXPECT_FALSE(Insert("failed").ok());
  vfs_.FailSyncs(false);
  Close();

  Open();

  EXPECT_THAT(reader_->GetJob("before"), IsOk());
  EXPECT_THAT(Insert("after"), IsOk());
}

TEST_F(SqliteSyncTest, FullDiskFailsTheStoreWithoutHarm) {
  ASSERT_THAT(Insert("before"), IsOk());
  vfs_.FailWrites(true);
  EXPECT_THAT(Insert("failed", 1 << 20), IsError(kUnavailable, "STORE_FAILED"));
  vfs_.FailWrites(false);
  EXPECT_THAT(Insert("later"), IsError(kUnavailable, "STORE_FAILED"));
  Close();

  Open();

  EXPECT_THAT(reader_->GetJob("before"), IsOk());
  EXPECT_FALSE(reader_->GetJob("failed").ok());
  EXPECT_EQ(reader_->GetRevisionRange()->head, 1);
}

TEST_F(SqliteSyncTest, FailedTrimFailsTheStore) {
  ASSERT_THAT(Insert("a"), IsOk());
  const auto committed = *reader_->GetJob("a");
  store_->Commit(testing::DeleteOf(committed, 10), [](auto) {});
  store_->TestOnlyCommitQueued();
  vfs_.FailSyncs(true);
  absl::Status answer;
  store_->TrimEvents(testing::At(11), [&answer](auto dropped) { answer = dropped.status(); });
  store_->TestOnlyCommitQueued();
  vfs_.FailSyncs(false);

  EXPECT_THAT(answer, IsError(kUnavailable, "STORE_FAILED"));
  EXPECT_THAT(Insert("later"), IsError(kUnavailable, "STORE_FAILED"));
  EXPECT_EQ(reader_->GetRevisionRange()->oldest, 1);
}

TEST_F(SqliteSyncTest, FailedCheckpointFailsOnlyWhatComesLater) {
  // Enough pages that a checkpoint is due; its writes go to the database.
  ASSERT_THAT(Insert("a", 3 << 20), IsOk());
  ASSERT_THAT(Insert("b", 3 << 20), IsOk());
  ASSERT_THAT(reader_->GetJob("a"), IsOk());
  absl::Status answer = absl::UnknownError("not answered");
  auto job = NewJob("c");
  job.mutable_job()->set_result_json(std::string(6 << 20, 'x'));
  store_->Commit(InsertOf(job), [this, &answer](auto result) {
    answer = result.status();
    vfs_.FailSyncs(true);  // from here on: after the commit, before the checkpoint
  });
  store_->TestOnlyCommitQueued();

  EXPECT_THAT(answer, IsOk());
  EXPECT_THAT(Insert("d"), IsError(kUnavailable, "STORE_FAILED"));
}

}  // namespace
}  // namespace gcjobs
