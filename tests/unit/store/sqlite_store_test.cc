#include "server/store/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "server/store/batch_applier.h"
#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"
#include "tests/unit/store/temp_dir.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using testing::InsertOf;
using testing::IsError;
using testing::IsOk;
using testing::NewJob;

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

absl::StatusOr<std::unique_ptr<SqliteStore>> OpenStore(const std::string& dir) {
  SqliteStore::Options options;
  options.data_dir = dir;
  options.commit.mode = CommitMode::kManual;
  return SqliteStore::Open(std::move(options));
}

void Insert(SqliteStore* store, const std::string& id) {
  absl::Status answer = absl::UnknownError("not answered");
  store->Commit(InsertOf(NewJob(id)), [&answer](auto result) { answer = result.status(); });
  store->CommitQueued();
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
  EXPECT_EQ(files, 4) << "lock, database, log and its index";
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

  const auto job = (*store)->GetJob("a");

  EXPECT_THAT(job, IsError(kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("StoredJob of a"));
  EXPECT_THAT((*store)->ListJobs({}), IsError(kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT((*store)->ForEachLiveJob([](auto) { return true; }),
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
  EXPECT_THAT((*store)->GetJob("job-1"), IsError(kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT((*store)->ReadEvents(0, {}), IsError(kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT((*store)->GetRevisionRange(), IsError(kDataLoss, "STORE_CORRUPT"));
}

TEST(SqliteStoreTest, ReadersDoNotSeeAnOpenTransaction) {
  const testing::TempDir temp;
  const auto dir = DataDir::Open(temp.path());
  const std::string file = *(*dir)->CreateFile("db");
  const auto writer = SqliteWriter::Open(file);
  const auto reader = SqliteReader::Open(file);
  ASSERT_THAT((*writer)->Begin(), IsOk());
  BatchApplier applier(writer->get(), 0);
  ASSERT_THAT(applier.Apply(InsertOf(NewJob("a"))), IsOk());

  EXPECT_FALSE((*reader)->GetJob("a").ok());
  EXPECT_EQ((*reader)->GetRevisionRange()->head, 0);

  ASSERT_THAT((*writer)->Commit(), IsOk());
  EXPECT_THAT((*reader)->GetJob("a"), IsOk());
}

TEST(SqliteStoreTest, LogIsCheckpointedAndStaysSmall) {
  const testing::TempDir temp;
  const auto store = OpenStore(temp.path());
  auto job = NewJob("a");
  job.mutable_job()->set_result_json(std::string(4 << 20, 'x'));
  for (int i = 0; i < 20; ++i) {  // some 160 MiB of writes
    job.mutable_job()->set_id(absl::StrCat(i));
    (*store)->Commit(InsertOf(job), [](auto result) { EXPECT_THAT(result, IsOk()); });
    (*store)->CommitQueued();
  }

  EXPECT_LT(std::filesystem::file_size(temp.File("gcjobs.db-wal")), size_t{40 << 20});
  EXPECT_THAT((*store)->GetJob("0"), IsOk());
}

TEST(SqliteStoreTest, LastCloseLeavesOneFileWithAllData) {
  const testing::TempDir temp;
  {
    const auto store = OpenStore(temp.path());
    Insert(store->get(), "a");
  }
  EXPECT_FALSE(std::filesystem::exists(temp.File("gcjobs.db-wal")));
  EXPECT_THAT((*OpenStore(temp.path()))->GetJob("a"), IsOk());
}

}  // namespace
}  // namespace gcjobs
