#include "server/store/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"
#include "tests/fakes/notification.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::InsertOf;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::NewJob;

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

absl::StatusOr<std::unique_ptr<SqliteStore>> OpenStore(const std::string& dir) {
  SqliteStore::Options options;
  options.data_dir = dir;
  options.writer = SqliteStore::Writer::kTestOnlyByHand;
  return SqliteStore::Open(std::move(options));
}

void Insert(SqliteStore* store, const std::string& id) {
  absl::Status answer = absl::UnknownError("not answered");
  store->Commit(InsertOf(NewJob(id)), [&answer](auto result) { answer = result.status(); });
  store->TestOnlyCommitQueued();
  EXPECT_THAT(answer, IsOk());
}

void RunSql(const std::string& file, const std::string& sql) {
  const auto handle = SqliteHandle::Open(file, SqliteHandle::Access::kReadWrite);
  ASSERT_THAT((*handle)->Execute("test", sql), IsOk());
}

TEST(SqliteStoreTest, AllFilesAreForTheirOwnerAlone) {
  const testing::TempDir temp;
  const auto store = OpenStore(temp.File("data"));
  ASSERT_THAT(store, IsOk());
  Insert(store->get(), "a");

  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(temp.File("data"))) {
    struct stat info = {};
    ASSERT_EQ(stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 5) << "lock, database, log and its index, how far it has come";
}

// A database, and a backup of it.
class RestoredStoreTest : public ::testing::Test {
 protected:
  void Open(bool restored = false) {
    store_.reset();
    SqliteStore::Options options;
    options.data_dir = dir_.path();
    options.writer = SqliteStore::Writer::kTestOnlyByHand;
    options.restored = restored;
    store_ = *SqliteStore::Open(std::move(options));
    reader_ = *store_->OpenReader();
  }
  void Close() {
    reader_.reset();
    store_.reset();
  }
  void Add(const std::string& id) { Insert(store_.get(), id); }

  // Of the closed store: one file.
  void Backup() { std::filesystem::copy_file(dir_.File("gcjobs.db"), dir_.File("backup")); }
  void Restore() {
    std::filesystem::copy_file(dir_.File("backup"), dir_.File("gcjobs.db"),
                               std::filesystem::copy_options::overwrite_existing);
  }

  // Jobs a and b are in the backup, and c, d, e are not.
  void LoseThree(bool restored = false) {
    Open();
    Add("a");
    Add("b");
    Close();
    Backup();
    Open();
    for (const char* id : {"c", "d", "e"}) Add(id);
    Close();
    Restore();
    Open(restored);
  }

  std::vector<Revision> RevisionsAfter(Revision after) {
    std::vector<Revision> revisions;
    const auto events = reader_->ReadEvents(after, ReadLimit());
    EXPECT_THAT(events, IsOk());
    for (const EventPtr& event : *events) revisions.push_back(event->revision());
    return revisions;
  }
  Revision head() { return reader_->GetRevisionRange()->head; }

  const testing::TempDir dir_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<StoreReader> reader_;
};

TEST_F(RestoredStoreTest, ABackupThatWasCopiedOverItsSuccessorIsRecognised) {
  LoseThree();
  EXPECT_TRUE(store_->is_restored());
  Close();
  Open();
  EXPECT_FALSE(store_->is_restored()) << "once is enough";
}

TEST_F(RestoredStoreTest, AnOrdinaryStartIsNone) {
  Open();
  Add("a");
  Close();
  Open();
  EXPECT_FALSE(store_->is_restored());
  Add("b");
  EXPECT_THAT(RevisionsAfter(0), ElementsAre(1, 2));
}

TEST_F(RestoredStoreTest, NoRevisionIsGivenOutTwice) {
  LoseThree();
  const Revision first = head();
  EXPECT_GT(first, 1'000'000);
  Add("f");
  EXPECT_THAT(RevisionsAfter(0), ElementsAre(1, 2, first + 1));
  EXPECT_THAT(RevisionsAfter(1), ElementsAre(2, first + 1));
  EXPECT_THAT(RevisionsAfter(2), ElementsAre(first + 1));
  EXPECT_THAT(RevisionsAfter(first), ElementsAre(first + 1));
}

TEST_F(RestoredStoreTest, WhoSawWhatWasLostHasToBeginAnew) {
  LoseThree();
  for (const Revision lost : {Revision{3}, Revision{5}, head() - 1}) {
    for (const absl::Status& status : {reader_->ReadEvents(lost, ReadLimit()).status(),
                                       reader_->ReadJobEvents("a", lost, ReadLimit()).status()}) {
      EXPECT_THAT(status, IsError(absl::StatusCode::kOutOfRange, "REVISION_COMPACTED"));
      EXPECT_EQ(testing::Metadata(status, "oldest_revision"), absl::StrCat(head() + 1));
    }
  }
}

TEST_F(RestoredStoreTest, OneThatNothingTellsOfHasToBeSaid) {
  Open();
  Add("a");
  Close();
  Open(/*restored=*/true);
  EXPECT_TRUE(store_->is_restored());
  EXPECT_GT(head(), 1'000'000);
}

TEST_F(RestoredStoreTest, TheSecondTimeSkipsAgain) {
  LoseThree();
  const Revision first = head();
  Close();
  Open(/*restored=*/true);
  EXPECT_GT(head(), first);
  EXPECT_THAT(reader_->ReadEvents(3, ReadLimit()),
              IsError(absl::StatusCode::kOutOfRange, "REVISION_COMPACTED"));
}

TEST(SqliteStoreTest, SecondStoreOfADirectoryIsRefused) {
  const testing::TempDir temp;
  const auto first = OpenStore(temp.path());
  ASSERT_THAT(first, IsOk());

  EXPECT_THAT(OpenStore(temp.path()), IsError(kFailedPrecondition, "DATA_DIR_IN_USE"));
}

TEST(SqliteStoreTest, FileOfANewerProgramIsRefused) {
  const testing::TempDir temp;
  ASSERT_THAT(OpenStore(temp.path()), IsOk());
  RunSql(temp.File("gcjobs.db"), "PRAGMA user_version = 999");

  EXPECT_THAT(OpenStore(temp.path()), IsError(kFailedPrecondition, "SCHEMA_TOO_NEW"));
}

TEST(SqliteStoreTest, FileThatIsNoDatabaseIsRefusedByName) {
  const testing::TempDir temp;
  std::ofstream(temp.File("gcjobs.db")) << std::string(8192, 'x');

  const auto store = OpenStore(temp.path());

  EXPECT_THAT(store, IsError(kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT(std::string(store.status().message()), HasSubstr(temp.File("gcjobs.db")));
}

TEST(SqliteStoreTest, RecordThatCannotBeParsedIsReportedWithItsJob) {
  const testing::TempDir temp;
  const auto store = OpenStore(temp.path());
  Insert(store->get(), "a");
  RunSql(temp.File("gcjobs.db"), "UPDATE jobs SET record = x'ff'");

  const auto reader = *(*store)->OpenReader();
  const auto job = reader->GetJob("a");

  EXPECT_THAT(job, IsError(kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("StoredJob of a"));
  EXPECT_THAT(reader->ListJobs({}), IsError(kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT(reader->ForEachLiveJob([](auto) { return true; }),
              IsError(kDataLoss, "STORE_CORRUPT"));
}

TEST(SqliteStoreTest, DamagedPagesAreAnErrorOfReads) {
  const testing::TempDir temp;
  {
    const auto store = OpenStore(temp.path());
    for (int i = 0; i < 100; ++i) Insert(store->get(), absl::StrCat("job-", i));
  }
  std::fstream file(temp.File("gcjobs.db"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(std::filesystem::file_size(temp.File("gcjobs.db")) - 4096, '\x5a');
  file.close();

  const auto store = OpenStore(temp.path());

  ASSERT_THAT(store, IsOk()) << "the first page, with the schema, is whole";
  const auto reader = *(*store)->OpenReader();
  EXPECT_THAT(reader->GetJob("job-1"), IsError(kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT(reader->ReadEvents(0, {}), IsError(kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT(reader->GetRevisionRange(), IsError(kDataLoss, "STORE_CORRUPT"));
}

TEST(SqliteStoreTest, LogIsCheckpointedAndStaysSmall) {
  const testing::TempDir temp;
  const auto store = OpenStore(temp.path());
  auto job = NewJob("a");
  job.mutable_job()->set_result_json(std::string(4 << 20, 'x'));
  for (int i = 0; i < 20; ++i) {  // some 160 MiB of writes
    job.mutable_job()->set_id(absl::StrCat(i));
    (*store)->Commit(InsertOf(job), [](auto result) { EXPECT_THAT(result, IsOk()); });
    (*store)->TestOnlyCommitQueued();
  }

  EXPECT_LT(std::filesystem::file_size(temp.File("gcjobs.db-wal")), size_t{40 << 20});
  EXPECT_THAT((*(*store)->OpenReader())->GetJob("0"), IsOk());
}

TEST(SqliteStoreTest, LastCloseLeavesOneFileWithAllData) {
  const testing::TempDir temp;
  {
    const auto store = OpenStore(temp.path());
    Insert(store->get(), "a");
  }
  EXPECT_FALSE(std::filesystem::exists(temp.File("gcjobs.db-wal")));
  const auto store = OpenStore(temp.path());
  EXPECT_THAT((*(*store)->OpenReader())->GetJob("a"), IsOk());
}

TEST(SqliteStoreTest, StoreInMemoryLeavesNothing) {
  SqliteStore::Options options;
  auto store = SqliteStore::Open(std::move(options));
  ASSERT_THAT(store, IsOk());
  store->reset();

  options = {};
  store = SqliteStore::Open(std::move(options));
  EXPECT_EQ((*(*store)->OpenReader())->GetRevisionRange()->head, 0);
}

// What happens on the writer's thread, in its order.
class SqliteStoreGroupTest : public ::testing::Test {
 protected:
  void Open(SqliteStore::Options options = {}) {
    options.listener = [this](const std::vector<EventPtr>& events) {
      groups_.push_back(events.size());
    };
    store_ = *SqliteStore::Open(std::move(options));
  }

  std::vector<size_t> groups_;  // events of each call of the listener
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(SqliteStoreGroupTest, NextGroupGathersWhileOneCommits) {
  Open();
  testing::Notification committing, go_on;
  store_->Commit(InsertOf(NewJob("first")), [&](auto) {
    committing.Notify();
    go_on.WaitForNotification();
  });
  committing.WaitForNotification();
  for (int i = 0; i < 50; ++i) store_->Commit(InsertOf(NewJob(absl::StrCat(i))), [](auto) {});
  go_on.Notify();
  store_->Close();

  EXPECT_THAT(groups_, ElementsAre(1, 50));
}

TEST_F(SqliteStoreGroupTest, WriteQueuedByAnAnswerIsCommittedToo) {
  SqliteStore::Options options;
  options.writer = SqliteStore::Writer::kTestOnlyByHand;
  Open(std::move(options));
  store_->Commit(InsertOf(NewJob("a")),
                 [this](auto) { store_->Commit(InsertOf(NewJob("b")), [](auto) {}); });

  store_->TestOnlyCommitQueued();

  EXPECT_THAT(groups_, ElementsAre(1, 1));
}

TEST_F(SqliteStoreGroupTest, ListenerIsNotToldOfNothing) {
  Open();
  store_->Commit(PutDocument{"name", "bytes"}, [](auto) {});
  store_->Close();

  EXPECT_THAT(groups_, IsEmpty());
}

TEST_F(SqliteStoreGroupTest, ErrorInOneWriteFailsItsWholeGroupAndTheStore) {
  const testing::TempDir temp;
  SqliteStore::Options options;
  options.data_dir = temp.path();
  options.writer = SqliteStore::Writer::kTestOnlyByHand;
  Open(std::move(options));
  RunSql(temp.File("gcjobs.db"), "DROP TABLE documents");
  std::vector<absl::Status> answers;
  const auto note = [&answers](const auto& answer) { answers.push_back(answer.status()); };
  store_->Commit(InsertOf(NewJob("a")), note);
  store_->Commit(PutDocument{"name", "bytes"}, note);
  store_->TestOnlyCommitQueued();
  store_->Commit(InsertOf(NewJob("b")), note);
  store_->TestOnlyCommitQueued();

  const auto failed = IsError(absl::StatusCode::kUnavailable, "STORE_FAILED");
  EXPECT_THAT(answers, ElementsAre(failed, failed, failed));
  EXPECT_THAT(groups_, IsEmpty());
  EXPECT_EQ((*store_->OpenReader())->GetRevisionRange()->head, 0);
}

TEST_F(SqliteStoreGroupTest, EachTransactionIsTimed) {
  Metrics metrics;
  SqliteStore::Options options;
  options.metrics = &metrics;
  options.writer = SqliteStore::Writer::kTestOnlyByHand;
  Open(std::move(options));
  for (const char* id : {"a", "b"}) store_->Commit(InsertOf(NewJob(id)), [](auto) {});
  store_->TestOnlyCommitQueued();

  EXPECT_EQ(metrics.CommitDuration().Collect().histogram.sample_count, 1u);
  store_.reset();  // before the metrics
}

}  // namespace
}  // namespace gcjobs
