#include "client/download/download_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/fakes/fake_clock.h"

namespace gcjobs {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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
  EXPECT_THAT(TakeOutput(),
              HasSubstr("\r\x1b[Kgcjobs: connection lost after page 7, going on from there "
                        "(reset\\x1b)\n"));
  line.Tick();
  EXPECT_THAT(TakeOutput(), HasSubstr("connection lost, trying again"));
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
  EXPECT_EQ(TakeOutput(), "gcjobs: connection lost, going on from there (reset)\n");
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
