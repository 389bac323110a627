#include "server/net/timer.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"
#include "common/task.h"
#include "server/net/event_loop.h"
#include "tests/fakes/fake_clock.h"

namespace gcjobs {
namespace {

class TimerTest : public ::testing::Test {
 protected:
  Task<> Tell() {
    said_ = "waiting";
    co_await Sleep(&loop_, absl::Seconds(5));
    said_ = "awake";
  }

  testing::FakeClock clock_;
  EventLoop loop_{&clock_, nullptr};
  std::string said_;
};

TEST_F(TimerTest, SleepGoesOnWhenItsTimeHasCome) {
  Spawn(Tell());
  clock_.Advance(absl::Seconds(4));
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(said_, "waiting");
  clock_.Advance(absl::Seconds(1));
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(said_, "awake");
}

TEST_F(TimerTest, AStoryThatEndsForgetsItsTimer) {
  { const Story story(Tell()); }
  EXPECT_EQ(loop_.NextTimer(), absl::InfiniteFuture());
}

TEST_F(TimerTest, SetReplacesWhatWasSet) {
  Timer timer(&loop_);
  timer.Set(absl::Seconds(1), [this] { said_ += "first"; });
  timer.Set(absl::Seconds(2), [this] { said_ += "second"; });
  clock_.Advance(absl::Seconds(3));
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(said_, "second");
}

TEST_F(TimerTest, ATimerThatGoesDoesNotRun) {
  {
    Timer timer(&loop_);
    timer.Set(absl::Seconds(1), [this] { said_ = "ran"; });
  }
  clock_.Advance(absl::Seconds(3));
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(said_, "");
}

}  // namespace
}  // namespace gcjobs
