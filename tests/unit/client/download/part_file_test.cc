#include "client/download/part_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "client/cli_error.h"
#include "tests/fakes/temp_dir.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(DownloadStateTest, ComesBackAsItWas) {
  DownloadState state;
  state.job_id = "job-1";
  state.next_cursor = "c\"1\\";
  state.pages = 3;
  state.items = 150;
  state.bytes = 5000000000;
  state.complete = true;
  state.request_id = "r";
  state.request_digest = "d";
  state.request_time = absl::FromUnixSeconds(1700000000);
  const absl::StatusOr<DownloadState> read = ParseDownloadState(ToJson(state));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->job_id, state.job_id);
  EXPECT_EQ(read->next_cursor, state.next_cursor);
  EXPECT_EQ(read->pages, 3);
  EXPECT_EQ(read->items, 150);
  EXPECT_EQ(read->bytes, 5000000000);
  EXPECT_TRUE(read->complete);
  EXPECT_EQ(read->request_id, "r");
  EXPECT_EQ(read->request_digest, "d");
  EXPECT_EQ(read->request_time, state.request_time);
}

TEST(DownloadStateTest, IsOneLineOfJson) {
  DownloadState state;
  state.job_id = "job-1";
  state.pages = 1;
  state.bytes = 7;
  EXPECT_EQ(ToJson(state),
            "{\"version\":1,\"job_id\":\"job-1\",\"pages\":1,\"items\":0,\"bytes\":7,"
            "\"complete\":false}\n");
}

TEST(DownloadStateTest, AnythingElseIsRefused) {
  for (const char* json :
       {"", "[]", "{", "{\"version\":1", "{\"job_id\":\"x\"}", "{\"version\":2}",
        "{\"version\":\"1\"}", "{\"version\":1,\"job_id\":7}", "{\"version\":1,\"bytes\":-1}",
        "{\"version\":1,\"bytes\":1.5}", "{\"version\":1,\"complete\":1}"}) {
    EXPECT_THAT(ParseDownloadState(json), StatusIs(absl::StatusCode::kInvalidArgument)) << json;
  }
}

class PartFileTest : public ::testing::Test {
 protected:
  PartFile::Options Options() {
    PartFile::Options options;
    options.path = folder_.File("out");
    options.check = [this](const DownloadState& found) {
      return found.job_id == job_id_ ? absl::OkStatus() : absl::InvalidArgumentError("other job");
    };
    return options;
  }
  absl::StatusOr<std::unique_ptr<PartFile>> TryOpen() { return PartFile::Open(Options()); }
  std::unique_ptr<PartFile> Open() {
    absl::StatusOr<std::unique_ptr<PartFile>> file = TryOpen();
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? *std::move(file) : nullptr;
  }

  // After a page that brought the file to `bytes` bytes.
  DownloadState State(int64_t pages, int64_t bytes) const {
    DownloadState state;
    state.job_id = job_id_;
    state.pages = pages;
    state.bytes = bytes;
    state.next_cursor = "c" + std::to_string(pages);
    return state;
  }
  // A run that saved "one\n" and was stopped after some bytes more.
  void LeaveInterrupted() {
    const std::unique_ptr<PartFile> file = Open();
    EXPECT_THAT(file->Append("one\n"), IsOk());
    EXPECT_THAT(file->Save(State(1, 4)), IsOk());
    EXPECT_THAT(file->Append("tw"), IsOk());
  }

  TempDir folder_;
  std::string job_id_ = "job-1";
};

TEST_F(PartFileTest, AppearsUnderItsNameWhenItIsWhole) {
  const std::unique_ptr<PartFile> file = Open();
  EXPECT_FALSE(file->is_resumed());
  EXPECT_THAT(file->Append("one\n"), IsOk());
  EXPECT_FALSE(folder_.Exists("out"));
  EXPECT_THAT(file->Finish(State(1, 4)), IsOk());
  EXPECT_EQ(folder_.Read("out"), "one\n");
  EXPECT_THAT(folder_.Names(), ElementsAre("out"));
}

TEST_F(PartFileTest, ALaterRunGoesOnFromTheState) {
  LeaveInterrupted();
  EXPECT_EQ(folder_.Read("out.part"), "one\ntw");
  const std::unique_ptr<PartFile> file = Open();
  EXPECT_TRUE(file->is_resumed());
  EXPECT_EQ(file->found().pages, 1);
  EXPECT_EQ(file->found().next_cursor, "c1");
  EXPECT_EQ(folder_.Read("out.part"), "one\n");
  EXPECT_THAT(file->Append("two\n"), IsOk());
  EXPECT_THAT(file->Finish(State(2, 8)), IsOk());
  EXPECT_EQ(folder_.Read("out"), "one\ntwo\n");
  EXPECT_THAT(folder_.Names(), ElementsAre("out"));
}

TEST_F(PartFileTest, NothingIsLeftWhenNothingWasSaved) {
  Open();
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

TEST_F(PartFileTest, ASecondRunAtTheSameTimeIsRefused) {
  const std::unique_ptr<PartFile> file = Open();
  const absl::Status status = TryOpen().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()), HasSubstr("another gcjobs is writing"));
  EXPECT_TRUE(folder_.Exists("out.part"));
}

TEST_F(PartFileTest, AnotherJobsPartIsRefusedAndKept) {
  LeaveInterrupted();
  job_id_ = "job-2";
  EXPECT_EQ(TryOpen().status().message(), "other job");
  EXPECT_EQ(folder_.Read("out.part"), "one\ntw");
}

TEST_F(PartFileTest, RestartThrowsAway) {
  LeaveInterrupted();
  job_id_ = "job-2";
  PartFile::Options options = Options();
  options.restart = true;
  const auto file = PartFile::Open(options);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_FALSE((*file)->is_resumed());
  EXPECT_EQ(folder_.Read("out.part"), "");
  EXPECT_FALSE(folder_.Exists("out.part.state"));
}

TEST_F(PartFileTest, APartWithoutItsStateIsRefusedAndKept) {
  LeaveInterrupted();
  folder_.Remove("out.part.state");
  const absl::Status status = TryOpen().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(GetHint(status), HasSubstr("--restart"));
  EXPECT_EQ(folder_.Read("out.part"), "one\ntw");
}

TEST_F(PartFileTest, AStateWithoutItsPartIsRefused) {
  LeaveInterrupted();
  folder_.Remove("out.part");
  for (int i = 0; i < 2; ++i) {  // also when it is tried again
    const absl::Status status = TryOpen().status();
    EXPECT_THAT(std::string(status.message()), HasSubstr("out.part is missing"));
    EXPECT_THAT(GetHint(status), HasSubstr("--restart"));
  }
}

TEST_F(PartFileTest, APartThatIsTooShortIsRefused) {
  LeaveInterrupted();
  std::filesystem::resize_file(folder_.File("out.part"), 3);
  EXPECT_THAT(std::string(TryOpen().status().message()),
              HasSubstr("out.part is too short: it has 3 bytes of the 4"));
}

TEST_F(PartFileTest, AStateThatIsNoneIsRefused) {
  LeaveInterrupted();
  folder_.Write("out.part.state", "garbage");
  const absl::Status status = TryOpen().status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("out.part.state cannot be used"));
  EXPECT_THAT(GetHint(status), HasSubstr("--restart"));
}

TEST_F(PartFileTest, AFileThatIsThereIsNotReplaced) {
  folder_.Write("out", "precious");
  const absl::Status status = TryOpen().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(GetHint(status), HasSubstr("--overwrite"));
  EXPECT_THAT(folder_.Names(), ElementsAre("out"));
}

TEST_F(PartFileTest, OverwriteReplacesItAtTheEnd) {
  folder_.Write("out", "old");
  PartFile::Options options = Options();
  options.overwrite = true;
  const auto file = PartFile::Open(options);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT((*file)->Append("new"), IsOk());
  EXPECT_EQ(folder_.Read("out"), "old");
  EXPECT_THAT((*file)->Finish(State(1, 3)), IsOk());
  EXPECT_EQ(folder_.Read("out"), "new");
}

TEST_F(PartFileTest, AFileThatAppearsMeanwhileIsNotReplaced) {
  {
    const std::unique_ptr<PartFile> file = Open();
    EXPECT_THAT(file->Append("new"), IsOk());
    folder_.Write("out", "precious");
    const absl::Status status = file->Finish(State(1, 3));
    EXPECT_THAT(std::string(status.message()), HasSubstr("has appeared in the meantime"));
  }
  EXPECT_EQ(folder_.Read("out"), "precious");
  PartFile::Options options = Options();
  options.overwrite = true;
  const auto again = PartFile::Open(options);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE((*again)->found().complete);
  EXPECT_THAT((*again)->Finish((*again)->found()), IsOk());
  EXPECT_EQ(folder_.Read("out"), "new");
}

// The three places where a run can be stopped within Finish.
TEST_F(PartFileTest, StoppedBeforeTheRename) {
  LeaveInterrupted();
  DownloadState complete = State(1, 4);
  complete.complete = true;
  folder_.Write("out.part.state", ToJson(complete));
  const std::unique_ptr<PartFile> file = Open();
  EXPECT_TRUE(file->found().complete);
  EXPECT_THAT(file->Finish(file->found()), IsOk());
  EXPECT_EQ(folder_.Read("out"), "one\n");
  EXPECT_THAT(folder_.Names(), ElementsAre("out"));
}

TEST_F(PartFileTest, StoppedAfterTheRename) {
  DownloadState complete = State(1, 4);
  complete.complete = true;
  folder_.Write("out", "one\n");
  folder_.Write("out.part.state", ToJson(complete));
  const std::unique_ptr<PartFile> file = Open();
  EXPECT_TRUE(file->found().complete);
  EXPECT_THAT(file->Finish(file->found()), IsOk());
  EXPECT_EQ(folder_.Read("out"), "one\n");
  EXPECT_THAT(folder_.Names(), ElementsAre("out"));
}

TEST_F(PartFileTest, StoppedAfterTheRenameAndThenTheFileWasTakenAway) {
  DownloadState complete = State(1, 4);
  complete.complete = true;
  folder_.Write("out.part.state", ToJson(complete));
  const std::unique_ptr<PartFile> file = Open();
  EXPECT_FALSE(file->is_resumed());
  EXPECT_EQ(file->found().pages, 0);
}

TEST_F(PartFileTest, StoppedAfterTheRenameOfAnotherJobsFile) {
  DownloadState complete = State(1, 4);
  complete.complete = true;
  folder_.Write("out", "one\n");
  folder_.Write("out.part.state", ToJson(complete));
  job_id_ = "job-2";
  EXPECT_THAT(GetHint(TryOpen().status()), HasSubstr("--overwrite"));
  EXPECT_EQ(folder_.Read("out"), "one\n");
}

TEST_F(PartFileTest, DiscardLeavesNothing) {
  LeaveInterrupted();
  Open()->Discard();
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

TEST_F(PartFileTest, WhatIsNoFileIsRefused) {
  std::filesystem::create_directory(folder_.File("out"));
  EXPECT_THAT(GetHint(TryOpen().status()), HasSubstr("--stdout"));
  std::filesystem::remove(folder_.File("out"));
  ASSERT_EQ(mkfifo(folder_.File("out").c_str(), 0600), 0);
  EXPECT_THAT(TryOpen(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(PartFileTest, AFolderThatIsNotThereIsNamed) {
  PartFile::Options options = Options();
  options.path = folder_.File("nowhere/out");
  const absl::Status status = PartFile::Open(options).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(status.message()), HasSubstr("nowhere/out.part: No such file"));
}

TEST_F(PartFileTest, ALinkThatLeadsNowhereIsNoPart) {
  std::filesystem::create_symlink(folder_.File("nowhere"), folder_.File("out.part"));
  EXPECT_THAT(TryOpen(), StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace gcjobs
