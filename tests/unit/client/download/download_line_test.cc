#include "client/download/download_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "client/text.h"
#include "tests/fakes/fake_clock.h"

namespace gcjobs {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
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
  for (const char* remark : {"", "connection lost, retrying", "注文を処理しています"}) {
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
            "1000 pages, 50000 items, 1000.0 MB; the last 588 pages in 7.0s");
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

class DownloadLineTest : public ::testing::Test {
 protected:
  DownloadLineTest() {
    io_.err = &err_;
    io_.clock = &clock_;
  }
  // What was written since the last call.
  std::string TakeOutput() {
    std::string text = err_.str();
    err_.str("");
    return text;
  }

  gcjobs::testing::FakeClock clock_;
  std::ostringstream err_;
  CliIo io_;
};

TEST_F(DownloadLineTest, ShowsTheNumbersAsTheyAre) {
  DownloadLine line(io_, DownloadLine::Display::kShown, DownloadProgress());
  EXPECT_THAT(TakeOutput(), HasSubstr("  0 pages  0 items  0 bytes  0 bytes/s  0.0s"));
  clock_.Advance(absl::Seconds(2));
  line.Update(3, 150, 3'000'000);
  EXPECT_THAT(TakeOutput(), IsEmpty());  // not for each page
  line.Tick();
  EXPECT_THAT(TakeOutput(), EndsWith("]  3 pages  150 items  3.0 MB  1.5 MB/s  2.0s"));
}

TEST_F(DownloadLineTest, CountsFromWhatAnEarlierRunHasFetched) {
  DownloadProgress earlier;
  earlier.pages = earlier.earlier_pages = 10;
  earlier.bytes = 10'000'000;
  DownloadLine line(io_, DownloadLine::Display::kShown, earlier);
  clock_.Advance(absl::Seconds(1));
  line.Update(11, 1, 11'000'000);
  const DownloadProgress progress = line.progress();
  EXPECT_EQ(progress.pages, 11);
  EXPECT_EQ(progress.earlier_pages, 10);
  EXPECT_NEAR(progress.bytes_per_second, 1e6, 1);
}

TEST_F(DownloadLineTest, AnOutageIsToldAndStandsInTheLine) {
  DownloadLine line(io_, DownloadLine::Display::kShown, DownloadProgress());
  line.ShowOutage(absl::UnavailableError("reset\x1b"), 7);
  EXPECT_THAT(
      TakeOutput(),
      HasSubstr(
          "\r\x1b[Kgcjobs: connection lost after page 7, resuming from there (reset\\x1b)\n"));
  line.Tick();
  EXPECT_THAT(TakeOutput(), HasSubstr("connection lost, retrying"));
  line.EndOutage();
  EXPECT_THAT(TakeOutput(), Not(HasSubstr("connection lost")));
}

TEST_F(DownloadLineTest, TheEndRestoresTheTerminal) {
  DownloadLine line(io_, DownloadLine::Display::kShown, DownloadProgress());
  line.Close();
  EXPECT_THAT(TakeOutput(), EndsWith("\r\x1b[K\x1b[?25h"));
  EXPECT_EQ(line.progress().pages, 0);
}

TEST_F(DownloadLineTest, HiddenItTellsOfOutagesOnly) {
  DownloadLine line(io_, DownloadLine::Display::kHidden, DownloadProgress());
  line.Update(1, 1, 1);
  line.Tick();
  EXPECT_THAT(TakeOutput(), IsEmpty());
  line.ShowOutage(absl::UnavailableError("reset"), 0);
  EXPECT_EQ(TakeOutput(), "gcjobs: connection lost, resuming from there (reset)\n");
  line.EndOutage();
  line.Close();
  EXPECT_THAT(TakeOutput(), IsEmpty());
}

TEST_F(DownloadLineTest, ItsThreadEndsWithIt) {
  io_.redraw_interval = absl::Milliseconds(1);
  DownloadLine line(io_, DownloadLine::Display::kShown, DownloadProgress());
  line.Update(1, 1, 1);
}

}  // namespace
}  // namespace gcjobs
