#include "client/watch_printer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "common/time_conversion.h"
#include "tests/fakes/fake_clock.h"

namespace gcjobs {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class LiveLineTest : public ::testing::Test {
 protected:
  LiveLineTest() {
    io_.out = &out_;
    io_.err = &out_;
    io_.out_is_terminal = true;
    io_.clock = &clock_;
    io_.width = [this] { return width_; };
    job_.set_id("job-1");
    job_.set_state(v1::JOB_STATE_RUNNING);
    job_.set_revision(20);
    *job_.mutable_create_time() = ToProto(clock_.Now());
  }

  LiveLine::Refresh Refresh() {
    return [this](const std::string& job_id) -> absl::StatusOr<LiveLine::Progress> {
      ++refreshes_;
      EXPECT_EQ(job_id, "job-1");
      if (!server_job_.ok()) return server_job_.status();
      return LiveLine::Progress{*server_job_, why_};
    };
  }
  // What was written since the last call.
  std::string TakeOutput() {
    std::string text = out_.str();
    out_.str("");
    return text;
  }

  gcjobs::testing::FakeClock clock_;
  std::ostringstream out_;
  int width_ = 80;
  int refreshes_ = 0;
  CliIo io_;
  v1::Job job_;
  std::optional<v1::JobExplanation> why_;
  absl::StatusOr<v1::Job> server_job_ = absl::UnavailableError("away");
};

TEST_F(LiveLineTest, ShowsAJobBelowTheLinesThatStay) {
  LiveLine line(io_, &out_, Refresh());
  EXPECT_TRUE(line.Show("event", job_));
  EXPECT_EQ(TakeOutput(), "\r\x1b[Kevent\n\x1b[?25l\r\x1b[KRUNNING  0s");
}

TEST_F(LiveLineTest, ATickShowsTheTimeThatPassed) {
  LiveLine line(io_, &out_, Refresh());
  line.Show("event", job_);
  clock_.Advance(absl::Seconds(65));
  line.Tick();
  EXPECT_THAT(TakeOutput(), EndsWith("RUNNING  1m5s"));
}

TEST_F(LiveLineTest, RefreshesAtMostOnceASecond) {
  LiveLine line(io_, &out_, Refresh());
  line.Show("event", job_);
  for (int i = 0; i < 12; ++i) {
    clock_.Advance(absl::Milliseconds(250));
    line.Tick();
  }
  EXPECT_EQ(refreshes_, 3);
}

TEST_F(LiveLineTest, ARefreshBringsPollsAndTheNextPoll) {
  LiveLine line(io_, &out_, Refresh());
  line.Show("event", job_);
  clock_.Advance(absl::Seconds(1));
  server_job_ = job_;
  server_job_->set_poll_count(3);
  *server_job_->mutable_next_poll_time() = ToProto(clock_.Now() + absl::Seconds(4));
  line.Tick();
  EXPECT_THAT(TakeOutput(), EndsWith("RUNNING  1s  next poll in 4.0s  3 polls"));
}

TEST_F(LiveLineTest, ARefreshIsNeverAheadOfTheEvents) {
  LiveLine line(io_, &out_, Refresh());
  line.Show("event", job_);
  clock_.Advance(absl::Seconds(1));
  server_job_ = job_;
  server_job_->set_state(v1::JOB_STATE_SUCCEEDED);
  server_job_->set_revision(30);
  line.Tick();
  EXPECT_THAT(TakeOutput(), Not(HasSubstr("SUCCEEDED")));
}

TEST_F(LiveLineTest, AFailedRefreshKeepsTheLine) {
  LiveLine line(io_, &out_, Refresh());
  line.Show("event", job_);
  clock_.Advance(absl::Seconds(2));
  line.Tick();
  EXPECT_THAT(TakeOutput(), EndsWith("RUNNING  2s"));
}

TEST_F(LiveLineTest, ATerminalJobIsNotRefreshed) {
  LiveLine line(io_, &out_, Refresh());
  job_.set_state(v1::JOB_STATE_SUCCEEDED);
  line.Show("event", job_);
  clock_.Advance(absl::Seconds(5));
  line.Tick();
  EXPECT_EQ(refreshes_, 0);
}

TEST_F(LiveLineTest, FollowsTheTerminalsWidth) {
  LiveLine line(io_, &out_, Refresh());
  job_.set_upstream_status("IN_PROGRESS");
  line.Show("event", job_);
  TakeOutput();
  width_ = 16;
  line.Tick();
  EXPECT_EQ(TakeOutput(), "\x1b[?25l\r\x1b[KRUNNING  0s");
}

TEST_F(LiveLineTest, AnInterjectionTakesTheLineAway) {
  LiveLine line(io_, &out_, Refresh());
  line.Show("event", job_);
  TakeOutput();
  line.Interject([this] { out_ << "remark\n"; });
  EXPECT_EQ(TakeOutput(), "\r\x1b[Kremark\n\x1b[?25l\r\x1b[KRUNNING  0s");
}

TEST_F(LiveLineTest, ARemarkStandsInTheLineUntilItIsTakenAway) {
  LiveLine line(io_, &out_, Refresh());
  line.Show("event", job_);
  line.SetRemark("connection lost");
  EXPECT_THAT(TakeOutput(), EndsWith("RUNNING  0s  connection lost"));
  line.SetRemark("");
  EXPECT_THAT(TakeOutput(), EndsWith("RUNNING  0s"));
}

TEST_F(LiveLineTest, TheEndRestoresTheTerminal) {
  {
    LiveLine line(io_, &out_, Refresh());
    line.Show("event", job_);
  }
  EXPECT_THAT(TakeOutput(), EndsWith("\r\x1b[K\x1b[?25h"));
}

TEST_F(LiveLineTest, WithoutAJobNothingIsWritten) {
  { LiveLine line(io_, &out_, Refresh()); }
  EXPECT_THAT(TakeOutput(), IsEmpty());
}

TEST_F(LiveLineTest, ItsThreadEndsWithIt) {
  io_.redraw_interval = absl::Milliseconds(1);
  LiveLine line(io_, &out_, Refresh());
  line.Show("event", job_);
}

}  // namespace
}  // namespace gcjobs
