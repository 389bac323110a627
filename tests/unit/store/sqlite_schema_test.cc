#include "server/store/sqlite_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/conformance/store_matchers.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs {
namespace {

using testing::IsError;
using testing::IsOk;
using testing::Metadata;

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

TEST_F(SqliteSchemaTest, EmptyFileGetsTheSchema) {
  ASSERT_THAT(EnsureSchema(handle_.get()), IsOk());

  EXPECT_EQ(Version(), 1);
  EXPECT_EQ(*handle_->ReadText("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(*handle_->ReadInt("SELECT compacted FROM meta"), 0);
}

TEST_F(SqliteSchemaTest, FileThatHasItIsLeftAlone) {
  ASSERT_THAT(EnsureSchema(handle_.get()), IsOk());
  ASSERT_THAT(handle_->Execute("change", "UPDATE meta SET compacted = 7"), IsOk());

  EXPECT_THAT(EnsureSchema(handle_.get()), IsOk()) << "a second CREATE TABLE would fail";
  EXPECT_EQ(*handle_->ReadInt("SELECT compacted FROM meta"), 7);
}

TEST_F(SqliteSchemaTest, FailureLeavesTheFileAsItWas) {
  // In the way of a table that comes late in the schema.
  ASSERT_THAT(handle_->Execute("create", "CREATE TABLE documents (x)"), IsOk());

  const absl::Status status = EnsureSchema(handle_.get());

  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, "STORE_FAILED"));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("create the schema"));
  EXPECT_EQ(Version(), 0);
  EXPECT_EQ(*handle_->ReadInt("SELECT count(*) FROM sqlite_schema WHERE name = 'jobs'"), 0);
  EXPECT_FALSE(handle_->InTransaction());
}

TEST_F(SqliteSchemaTest, NewerFileIsRefused) {
  ASSERT_THAT(EnsureSchema(handle_.get()), IsOk());
  ASSERT_THAT(handle_->Execute("newer", "PRAGMA user_version = 2"), IsOk());

  const absl::Status status = EnsureSchema(handle_.get());

  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, "SCHEMA_TOO_NEW"));
  EXPECT_EQ(Metadata(status, "schema_version"), "2");
  EXPECT_EQ(Metadata(status, "supported_version"), "1");
  EXPECT_EQ(Version(), 2);
}

}  // namespace
}  // namespace gcjobs
