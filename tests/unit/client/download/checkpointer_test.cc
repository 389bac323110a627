#include "client/download/checkpointer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/client/temp_folder.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

class CheckpointerTest : public ::testing::Test {
 protected:
  std::unique_ptr<PartFile> Open() const {
    PartFile::Options options;
    options.path = folder_.Path("out");
    options.check = [](const DownloadState&) { return absl::OkStatus(); };
    return *PartFile::Open(options);
  }

  // Offers a state of `bytes` bytes and waits for the disk.
  void Offer(int64_t bytes) {
    DownloadState state;
    state.bytes = bytes;
    EXPECT_THAT(checkpointer_->Offer(state), IsOk());
    EXPECT_THAT(checkpointer_->Wait(), IsOk());
  }
  int64_t SavedBytes() const {
    return ParseDownloadState(folder_.Read("out.part.state")).value_or(DownloadState()).bytes;
  }

  gcjobs::testing::TempFolder folder_;
  gcjobs::testing::FakeClock clock_;
  std::unique_ptr<PartFile> file_ = Open();
  std::unique_ptr<Checkpointer> checkpointer_ =
      std::make_unique<Checkpointer>(file_.get(), &clock_);
};

TEST_F(CheckpointerTest, SavesAtOnceAndThenOnceASecond) {
  Offer(2);
  EXPECT_EQ(SavedBytes(), 2);
  clock_.Advance(absl::Milliseconds(999));
  Offer(3);
  EXPECT_EQ(SavedBytes(), 2);
  clock_.Advance(absl::Milliseconds(1));
  Offer(4);
  EXPECT_EQ(SavedBytes(), 4);
}

TEST_F(CheckpointerTest, SavesEvery128Mebibytes) {
  Offer(1);
  Offer(128 << 20);
  EXPECT_EQ(SavedBytes(), 1);
  Offer((128 << 20) + 1);
  EXPECT_EQ(SavedBytes(), (128 << 20) + 1);
}

TEST_F(CheckpointerTest, WhatWasTakenIsSavedBeforeTheEnd) {
  DownloadState state;
  state.bytes = 5;
  EXPECT_THAT(checkpointer_->Offer(state), IsOk());
  checkpointer_.reset();
  EXPECT_EQ(SavedBytes(), 5);
}

TEST_F(CheckpointerTest, AFailedSaveIsToldAndStays) {
  std::filesystem::create_directory(folder_.Path("out.part.state"));
  EXPECT_THAT(checkpointer_->Offer(DownloadState()), IsOk());
  EXPECT_THAT(checkpointer_->Wait(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(checkpointer_->Offer(DownloadState()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace gcjobs
