#include "client/download/download_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/text.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

DownloadProgress Progress() {
  DownloadProgress progress;
  progress.pages = 412;
  progress.items = 20600;
  progress.bytes = 412'000'000;
  progress.bytes_per_second = 81.2e6;
  progress.elapsed = absl::Milliseconds(5100);
  return progress;
}

TEST(RenderDownloadTest, AllOfIt) {
  EXPECT_EQ(RenderDownload(Progress(), 80, Paint::kPlain),
            "[        ====]  412 pages  20600 items  412.0 MB  81.2 MB/s  5.1s");
}

TEST(RenderDownloadTest, TheBarGoesToAndFro) {
  DownloadProgress progress = Progress();
  const std::vector<std::pair<int, std::string>> bars = {
      {0, "[====        ]"},    {500, "[    ====    ]"},  {1000, "[        ====]"},
      {1500, "[    ====    ]"}, {2000, "[====        ]"}, {3600'000, "[====        ]"}};
  for (const auto& [milliseconds, bar] : bars) {
    progress.elapsed = absl::Milliseconds(milliseconds);
    EXPECT_THAT(RenderDownload(progress, 80, Paint::kPlain), StartsWith(bar));
  }
}

TEST(RenderDownloadTest, NarrowTerminalsGetWhatMattersMost) {
  EXPECT_EQ(RenderDownload(Progress(), 59, Paint::kPlain),
            "412 pages  20600 items  412.0 MB  81.2 MB/s  5.1s");
  EXPECT_EQ(RenderDownload(Progress(), 36, Paint::kPlain), "412 pages  20600 items  412.0 MB");
  EXPECT_EQ(RenderDownload(Progress(), 10, Paint::kPlain), "412 pages");
  EXPECT_EQ(RenderDownload(Progress(), 5, Paint::kPlain), "");
}

class DownloadWidthTest : public ::testing::TestWithParam<int> {};

TEST_P(DownloadWidthTest, NeverFillsTheLine) {
  for (const char* remark : {"", "connection lost, trying again", "注文を処理しています"}) {
    const std::string line = RenderDownload(Progress(), GetParam(), Paint::kPlain, remark);
    EXPECT_LT(DisplayWidth(line), std::max(1, GetParam())) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(All, DownloadWidthTest, ::testing::Range(0, 120, 3));

TEST(RenderDownloadTest, ARemarkTakesThePlaceOfTheRate) {
  const std::string line = RenderDownload(Progress(), 100, Paint::kPlain, "connection\x1b lost");
  EXPECT_THAT(line, HasSubstr("412.0 MB  connection\\x1b lost  5.1s"));
  EXPECT_THAT(line, Not(HasSubstr("MB/s")));
}

TEST(RenderDownloadTest, ColorIsForTheBarOnly) {
  EXPECT_THAT(RenderDownload(Progress(), 80, Paint::kColor),
              StartsWith("\x1b[36m[        ====]\x1b[0m  412 pages"));
}

TEST(RenderSummaryTest, PagesItemsSizeAndTime) {
  DownloadProgress progress;
  progress.pages = 1000;
  progress.items = 50000;
  progress.bytes = 1'000'000'000;
  progress.elapsed = absl::Milliseconds(12345);
  EXPECT_EQ(RenderSummary(progress), "1000 pages, 50000 items, 1000.0 MB in 12.3s");
}

TEST(RenderSummaryTest, OfOneAndOfNone) {
  DownloadProgress progress;
  EXPECT_EQ(RenderSummary(progress), "0 pages, 0 items, 0 bytes in 0.0s");
  progress.pages = progress.items = progress.bytes = 1;
  progress.elapsed = absl::Seconds(83);
  EXPECT_EQ(RenderSummary(progress), "1 page, 1 item, 1 byte in 1m23s");
}

TEST(RenderSummaryTest, ALaterRunSaysWhatItDid) {
  DownloadProgress progress;
  progress.pages = 1000;
  progress.items = 50000;
  progress.bytes = 1'000'000'000;
  progress.earlier_pages = 412;
  progress.elapsed = absl::Milliseconds(7000);
  EXPECT_EQ(RenderSummary(progress),
            "1000 pages, 50000 items, 1000.0 MB; 588 of the pages in 7.0s");
}

TEST(RenderBytesTest, DecimalUnits) {
  EXPECT_EQ(RenderBytes(0), "0 bytes");
  EXPECT_EQ(RenderBytes(999), "999 bytes");
  EXPECT_EQ(RenderBytes(1500), "1.5 kB");
  EXPECT_EQ(RenderBytes(1'000'000), "1.0 MB");
  EXPECT_EQ(RenderBytes(123'456'700'000), "123456.7 MB");
}

class TransferRateTest : public ::testing::Test {
 protected:
  void Add(double second, int64_t bytes) { rate_.Add(At(second), bytes); }
  double Rate(double second) const { return rate_.BytesPerSecond(At(second)); }

 private:
  static absl::Time At(double second) { return absl::UnixEpoch() + absl::Seconds(second); }
  TransferRate rate_;
};

TEST_F(TransferRateTest, NothingYet) {
  EXPECT_EQ(Rate(0), 0);
  Add(0, 1000);  // from an earlier run
  EXPECT_EQ(Rate(5), 0);
}

TEST_F(TransferRateTest, SteadyFlow) {
  for (int i = 0; i <= 100; ++i) Add(i * 0.1, i * 100);
  EXPECT_NEAR(Rate(10), 1000, 1);
}

TEST_F(TransferRateTest, ForgetsWhatWasLongAgo) {
  for (int i = 0; i <= 100; ++i) Add(i * 0.1, i * 100);
  for (int i = 1; i <= 50; ++i) Add(10 + i * 0.1, 10000 + i * 10);
  EXPECT_NEAR(Rate(15), 100, 5);
}

TEST_F(TransferRateTest, FallsWhenNothingComes) {
  Add(0, 0);
  Add(1, 1000);
  EXPECT_NEAR(Rate(1), 1000, 1);
  EXPECT_NEAR(Rate(10), 100, 1);
}

TEST_F(TransferRateTest, ManySmallPiecesInNoTime) {
  Add(0, 0);
  for (int i = 1; i <= 1000; ++i) Add(1e-6 * i, i);
  EXPECT_LE(Rate(1e-3), 10000);
}

}  // namespace
}  // namespace gcjobs
