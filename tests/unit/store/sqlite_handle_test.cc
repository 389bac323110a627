#include "server/store/sqlite_handle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/conformance/store_matchers.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

constexpr SqlText kInsert{"insert a row", "INSERT INTO rows (id, name, data) VALUES (?, ?, ?)",
                          nullptr};
constexpr SqlText kSelect{"find a row", "SELECT name, data FROM rows WHERE id = ?", nullptr};

class SqliteHandleTest : public ::testing::Test {
 protected:
  SqliteHandleTest() {
    std::ofstream(temp_.File("db")).close();
    handle_ = *SqliteHandle::Open(temp_.File("db"), SqliteHandle::Access::kReadWrite);
    EXPECT_THAT(handle_->Execute("create",
                                 "CREATE TABLE rows (id INTEGER PRIMARY KEY,"
                                 " name TEXT NOT NULL UNIQUE, data BLOB)"),
                IsOk());
  }

  const testing::TempDir temp_;
  std::unique_ptr<SqliteHandle> handle_;
};

TEST_F(SqliteHandleTest, BoundValuesComeBackByteForByte) {
  const std::string name("it's \0 odd", 10);
  const std::string data("\xff\0\x01", 3);
  ASSERT_THAT(handle_->Use(kInsert).Bind(7).Bind(name).BindBlob(data).Run(), IsOk());

  SqliteQuery query = handle_->Use(kSelect);
  ASSERT_TRUE(*query.Bind(7).Step());
  EXPECT_EQ(query.Text(0), name);
  EXPECT_EQ(query.Blob(1), data);
  EXPECT_FALSE(*query.Step());
}

TEST_F(SqliteHandleTest, EmptyTextAndBlobAreNotNull) {
  ASSERT_THAT(handle_->Use(kInsert).Bind(1).Bind(absl::string_view()).BindBlob("").Run(), IsOk());

  EXPECT_EQ(*handle_->ReadText("SELECT typeof(name) || typeof(data) FROM rows"), "textblob");
}

TEST_F(SqliteHandleTest, NullIsBound) {
  ASSERT_THAT(handle_->Use(kInsert).Bind(1).Bind("a").BindNull().Run(), IsOk());

  EXPECT_EQ(*handle_->ReadText("SELECT typeof(data) FROM rows"), "null");
}

TEST_F(SqliteHandleTest, KeptStatementForgetsItsLastRun) {
  ASSERT_THAT(handle_->Use(kInsert).Bind(1).Bind("a").BindBlob("x").Run(), IsOk());
  ASSERT_THAT(handle_->Use(kInsert).Bind(2).Bind("b").Run(), IsOk());

  EXPECT_EQ(*handle_->ReadInt("SELECT count(*) FROM rows WHERE data IS NULL"), 1);
}

TEST_F(SqliteHandleTest, ErrorNamesFileStepAndReason) {
  ASSERT_THAT(handle_->Use(kInsert).Bind(1).Bind("a").Run(), IsOk());

  const absl::Status status = handle_->Use(kInsert).Bind(2).Bind("a").Run();

  EXPECT_THAT(status, IsError(kUnavailable, "STORE_FAILED"));
  const std::string message(status.message());
  EXPECT_THAT(message, HasSubstr(temp_.File("db")));
  EXPECT_THAT(message, HasSubstr("insert a row"));
  EXPECT_THAT(message, HasSubstr("UNIQUE constraint failed: rows.name"));
}

TEST_F(SqliteHandleTest, ErrorOfPreparingShowsAtTheFirstStep) {
  const std::string sql = "SELECT id FROM nowhere";
  const auto row = handle_->Prepare("look", sql).Bind(1).Bind("x").BindNull().Step();

  EXPECT_THAT(row, IsError(kUnavailable, "STORE_FAILED"));
  EXPECT_THAT(std::string(row.status().message()), HasSubstr("no such table: nowhere"));
}

TEST_F(SqliteHandleTest, BindingTooMuchIsAnError) {
  EXPECT_FALSE(handle_->Use(kSelect).Bind(1).Bind(2).Step().ok());
}

TEST_F(SqliteHandleTest, ReadOnlyConnectionCannotWrite) {
  const auto reader = SqliteHandle::Open(temp_.File("db"), SqliteHandle::Access::kReadOnly);
  ASSERT_THAT(reader, IsOk());

  EXPECT_FALSE((*reader)->Execute("write", "DELETE FROM rows").ok());
}

TEST_F(SqliteHandleTest, MissingFileIsNotMade) {
  EXPECT_THAT(SqliteHandle::Open(temp_.File("absent"), SqliteHandle::Access::kReadWrite),
              IsError(kUnavailable, "STORE_FAILED"));
  EXPECT_FALSE(std::filesystem::exists(temp_.File("absent")));
}

TEST_F(SqliteHandleTest, FileThatIsNoDatabaseIsCorrupt) {
  std::ofstream(temp_.File("text")) << std::string(4096, 'x');
  const auto handle = SqliteHandle::Open(temp_.File("text"), SqliteHandle::Access::kReadWrite);
  ASSERT_THAT(handle, IsOk()) << "SQLite looks only when it reads";

  EXPECT_THAT((*handle)->ReadInt("PRAGMA user_version"), IsError(kDataLoss, "STORE_CORRUPT"));
}

TEST_F(SqliteHandleTest, TransactionIsKnown) {
  EXPECT_FALSE(handle_->InTransaction());
  ASSERT_THAT(handle_->Execute("begin", "BEGIN"), IsOk());
  EXPECT_TRUE(handle_->InTransaction());
}

}  // namespace
}  // namespace gcjobs
