#include "server/store/sqlite_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/conformance/store_matchers.h"
#include "tests/unit/store/temp_dir.h"

namespace gcjobs {
namespace {

using testing::IsError;
using testing::IsOk;
using testing::Metadata;

constexpr Migration kOne[] = {{"people", "CREATE TABLE people (name TEXT)"}};
constexpr Migration kTwo[] = {kOne[0],
                              {"ages", "ALTER TABLE people ADD COLUMN age INTEGER DEFAULT 7"}};
constexpr Migration kBroken[] = {kOne[0], {"broken", "CREATE TABLE extra (x); NOT SQL AT ALL"}};

class SqliteSchemaTest : public ::testing::Test {
 protected:
  SqliteSchemaTest() {
    std::ofstream(temp_.File("db")).close();
    handle_ = *SqliteHandle::Open(temp_.File("db"), SqliteHandle::Access::kReadWrite);
  }

  int64_t Version() { return *handle_->ReadInt("PRAGMA user_version"); }

  const testing::TempDir temp_;
  std::unique_ptr<SqliteHandle> handle_;
};

TEST_F(SqliteSchemaTest, EmptyFileGetsTheWholeHistory) {
  ASSERT_THAT(Migrate(kTwo, handle_.get()), IsOk());

  EXPECT_EQ(Version(), 2);
  EXPECT_THAT(handle_->Execute("insert", "INSERT INTO people (name, age) VALUES ('a', 1)"), IsOk());
}

TEST_F(SqliteSchemaTest, OlderFileGetsWhatItLacksAndKeepsItsRows) {
  ASSERT_THAT(Migrate(kOne, handle_.get()), IsOk());
  ASSERT_THAT(handle_->Execute("insert", "INSERT INTO people (name) VALUES ('a')"), IsOk());

  ASSERT_THAT(Migrate(kTwo, handle_.get()), IsOk());

  EXPECT_EQ(Version(), 2);
  EXPECT_EQ(*handle_->ReadInt("SELECT age FROM people WHERE name = 'a'"), 7);
}

TEST_F(SqliteSchemaTest, FileOfTheLastVersionIsLeftAlone) {
  ASSERT_THAT(Migrate(kOne, handle_.get()), IsOk());

  EXPECT_THAT(Migrate(kOne, handle_.get()), IsOk()) << "a second CREATE TABLE would fail";
}

TEST_F(SqliteSchemaTest, FailedStepLeavesTheVersionBeforeIt) {
  const absl::Status status = Migrate(kBroken, handle_.get());

  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, "STORE_FAILED"));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("migrate to version 2"));
  EXPECT_EQ(Version(), 1);
  EXPECT_EQ(*handle_->ReadInt("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"), 0);
  EXPECT_FALSE(handle_->InTransaction());
}

TEST_F(SqliteSchemaTest, NewerFileIsRefused) {
  ASSERT_THAT(Migrate(kTwo, handle_.get()), IsOk());

  const absl::Status status = Migrate(kOne, handle_.get());

  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, "SCHEMA_TOO_NEW"));
  EXPECT_EQ(Metadata(status, "schema_version"), "2");
  EXPECT_EQ(Metadata(status, "supported_version"), "1");
  EXPECT_EQ(Version(), 2);
}

TEST_F(SqliteSchemaTest, OwnHistoryMakesASoundFile) {
  ASSERT_THAT(Migrate(SchemaMigrations(), handle_.get()), IsOk());

  EXPECT_EQ(Version(), static_cast<int64_t>(SchemaMigrations().size()));
  EXPECT_EQ(*handle_->ReadText("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(*handle_->ReadInt("SELECT compacted FROM meta"), 0);
}

}  // namespace
}  // namespace gcjobs
