#include "server/store/data_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/conformance/store_matchers.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::Metadata;

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

TEST(DataDirTest, MissingDirectoryIsMadeForItsOwnerAlone) {
  const testing::TempDir temp;

  ASSERT_THAT(DataDir::Open(temp.File("made/for/jobs/")), IsOk());

  EXPECT_EQ(ModeOf(temp.File("made/for/jobs")), 0700u);
}

TEST(DataDirTest, FilesAreForTheirOwnerAlone) {
  const testing::TempDir temp;
  const auto dir = DataDir::Open(temp.path());

  const auto file = (*dir)->CreateFile("db");

  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(*file, temp.File("db"));
  EXPECT_EQ(ModeOf(*file), 0600u);
  EXPECT_EQ(ModeOf(temp.File("LOCK")), 0600u);
}

TEST(DataDirTest, FileThatExistsIsKept) {
  const testing::TempDir temp;
  std::ofstream(temp.File("db")) << "content";
  const auto dir = DataDir::Open(temp.path());

  ASSERT_THAT((*dir)->CreateFile("db"), IsOk());

  EXPECT_EQ(std::filesystem::file_size(temp.File("db")), 7u);
}

TEST(DataDirTest, DirectoryInUseIsRefusedByName) {
  const testing::TempDir temp;
  const auto first = DataDir::Open(temp.path());
  ASSERT_THAT(first, IsOk());

  const auto second = DataDir::Open(temp.path());

  EXPECT_THAT(second, IsError(kFailedPrecondition, "DATA_DIR_IN_USE"));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(temp.path()));
  EXPECT_EQ(Metadata(second.status(), "data_dir"), temp.path());
}

TEST(DataDirTest, DirectoryIsFreeOnceItsOwnerIsGone) {
  const testing::TempDir temp;
  ASSERT_THAT(DataDir::Open(temp.path()), IsOk());

  EXPECT_THAT(DataDir::Open(temp.path()), IsOk());
}

TEST(DataDirTest, FileInThePlaceOfTheDirectoryIsRefused) {
  const testing::TempDir temp;
  std::ofstream(temp.File("taken")) << "a file";

  EXPECT_THAT(DataDir::Open(temp.File("taken")), IsError(kFailedPrecondition, "DATA_DIR_UNUSABLE"));
  EXPECT_THAT(DataDir::Open(temp.File("taken/below")),
              IsError(kFailedPrecondition, "DATA_DIR_UNUSABLE"));
}

TEST(DataDirTest, ScratchDirectoryIsItsOwnersAloneAndGoesWithIt) {
  std::string path;
  {
    const auto scratch = DataDir::OpenScratch();
    const auto other = DataDir::OpenScratch();
    ASSERT_THAT(scratch, IsOk());
    ASSERT_THAT(other, IsOk());
    path = (*scratch)->path();
    EXPECT_NE(path, (*other)->path());
    EXPECT_EQ(ModeOf(path), 0700u);
    ASSERT_THAT((*scratch)->CreateFile("db"), IsOk());
    EXPECT_TRUE(std::filesystem::exists(path + "/db"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(DataDirTest, ScratchDirectoryOfAProcessThatIsGoneIsRemoved) {
  const auto living = DataDir::OpenScratch();
  const std::string held = (*living)->path();
  const std::string left = held + "-left";
  std::filesystem::create_directory(left);
  std::ofstream(left + "/LOCK").close();
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(left, long_ago);
  std::filesystem::last_write_time(held, long_ago);

  ASSERT_THAT(DataDir::OpenScratch(), IsOk());

  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(held));
}

}  // namespace
}  // namespace gcjobs
