#include "server/net/event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "common/thread.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/notification.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeClock;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Remembers how long it was told to wait; may act while it "waits".
class RecordingPoller final : public Poller {
 public:
  void Poll(absl::Duration timeout) override {
    timeouts_.push_back(timeout);
    if (on_poll_ != nullptr) on_poll_();
  }
  void Wakeup() override { ++wakeups_; }

  void OnPoll(std::function<void()> action) { on_poll_ = std::move(action); }
  const std::vector<absl::Duration>& timeouts() const { return timeouts_; }
  int wakeups() const { return wakeups_; }

 private:
  std::function<void()> on_poll_;
  std::vector<absl::Duration> timeouts_;
  int wakeups_ = 0;
};

// Really waits for Wakeup, however long: a lost wakeup hangs the test.
class BlockingPoller final : public Poller {
 public:
  void Poll(absl::Duration timeout) override {
    if (timeout <= absl::ZeroDuration()) return;
    MutexLock lock(&mu_);
    waited_ = true;
    mu_.Await(absl::Condition(&woken_));
    woken_ = false;
  }
  void Wakeup() override {
    MutexLock lock(&mu_);
    woken_ = true;
  }
  void AwaitWaiting() {
    MutexLock lock(&mu_);
    mu_.Await(absl::Condition(&waited_));
  }

 private:
  Mutex mu_;
  bool woken_ ABSL_GUARDED_BY(mu_) = false;
  bool waited_ ABSL_GUARDED_BY(mu_) = false;
};

class EventLoopTest : public ::testing::Test {
 protected:
  // A task that writes `name` to ran_.
  EventLoop::Task Note(std::string name) {
    return [this, name = std::move(name)] { ran_.push_back(name); };
  }
  bool Turn() { return loop_.Turn(absl::ZeroDuration()); }

  FakeClock clock_;
  RecordingPoller poller_;
  EventLoop loop_{&clock_, &poller_};
  std::vector<std::string> ran_;
};

TEST_F(EventLoopTest, PostedTasksRunInOrderAndNotBeforeATurn) {
  loop_.Post(Note("a"));
  loop_.Post(Note("b"));
  EXPECT_THAT(ran_, IsEmpty());
  EXPECT_TRUE(Turn());
  EXPECT_THAT(ran_, ElementsAre("a", "b"));
  EXPECT_FALSE(Turn());
  EXPECT_THAT(ran_, ElementsAre("a", "b"));
}

TEST_F(EventLoopTest, TaskPostedByATaskRunsInTheNextTurn) {
  loop_.Post([this] {
    ran_.push_back("outer");
    loop_.Post(Note("inner"));
  });
  EXPECT_TRUE(Turn());
  EXPECT_THAT(ran_, ElementsAre("outer"));
  EXPECT_TRUE(Turn());
  EXPECT_THAT(ran_, ElementsAre("outer", "inner"));
}

TEST_F(EventLoopTest, TaskIsDestroyedAsSoonAsItHasRun) {
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = owned;
  loop_.Post([owned = std::move(owned)] {});
  loop_.Post([&] { ran_.push_back(watch.expired() ? "gone" : "alive"); });
  Turn();
  EXPECT_THAT(ran_, ElementsAre("gone"));
}

TEST_F(EventLoopTest, TimerRunsOnceWhenItsTimeHasCome) {
  loop_.RunAfter(absl::Seconds(5), Note("timer"));
  clock_.Advance(absl::Seconds(5) - absl::Nanoseconds(1));
  EXPECT_FALSE(Turn());
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_TRUE(Turn());
  EXPECT_FALSE(Turn());
  EXPECT_THAT(ran_, ElementsAre("timer"));
}

TEST_F(EventLoopTest, TimersRunByDueTimeThenByAge) {
  loop_.RunAfter(absl::Seconds(2), Note("2s, first"));
  loop_.RunAfter(absl::Seconds(1), Note("1s"));
  loop_.RunAfter(absl::Seconds(2), Note("2s, second"));
  clock_.Advance(absl::Seconds(3));
  Turn();
  EXPECT_THAT(ran_, ElementsAre("1s", "2s, first", "2s, second"));
}

TEST_F(EventLoopTest, TimersFollowTheMonotonicClockOnly) {
  loop_.RunAfter(absl::Seconds(5), Note("timer"));
  clock_.SetNow(clock_.Now() + absl::Hours(10));
  EXPECT_FALSE(Turn());
  clock_.SetNow(clock_.Now() - absl::Hours(20));
  clock_.Advance(absl::Seconds(5));
  EXPECT_TRUE(Turn());
}

TEST_F(EventLoopTest, TimerWithoutDelayRunsAtTheNextTurn) {
  loop_.RunAfter(absl::ZeroDuration(), Note("zero"));
  loop_.RunAfter(-absl::Seconds(1), Note("negative"));
  EXPECT_THAT(ran_, IsEmpty());
  Turn();
  EXPECT_THAT(ran_, ElementsAre("zero", "negative"));
}

TEST_F(EventLoopTest, TimerSetInATimerWaitsForTheNextTurn) {
  loop_.RunAfter(absl::Seconds(1), [this] {
    ran_.push_back("first");
    loop_.RunAfter(absl::ZeroDuration(), Note("set within"));
  });
  loop_.RunAfter(absl::Seconds(2), Note("second"));
  clock_.Advance(absl::Seconds(2));
  Turn();
  EXPECT_THAT(ran_, ElementsAre("first", "second"));
  Turn();
  EXPECT_THAT(ran_, ElementsAre("first", "second", "set within"));
}

TEST_F(EventLoopTest, CancelledTimerNeverRunsAndItsTaskIsDestroyed) {
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = owned;
  const EventLoop::TimerId id =
      loop_.RunAfter(absl::Seconds(1), [this, owned = std::move(owned)] { ran_.push_back("x"); });
  loop_.CancelTimer(id);
  EXPECT_TRUE(watch.expired());
  clock_.Advance(absl::Seconds(2));
  EXPECT_FALSE(Turn());
  EXPECT_THAT(ran_, IsEmpty());
}

TEST_F(EventLoopTest, TimerMayCancelItselfAndOthersThatAreDue) {
  EventLoop::TimerId self = 0;
  EventLoop::TimerId other = 0;
  self = loop_.RunAfter(absl::Seconds(1), [&] {
    loop_.CancelTimer(self);
    loop_.CancelTimer(other);
    ran_.push_back("first");
  });
  other = loop_.RunAfter(absl::Seconds(1), Note("other"));
  clock_.Advance(absl::Seconds(1));
  Turn();
  EXPECT_THAT(ran_, ElementsAre("first"));
}

TEST_F(EventLoopTest, CancellingWhatIsOverOrUnknownIsHarmless) {
  const EventLoop::TimerId id = loop_.RunAfter(absl::ZeroDuration(), Note("timer"));
  EXPECT_NE(id, 0u);
  Turn();
  loop_.CancelTimer(id);
  loop_.CancelTimer(0);
  loop_.CancelTimer(12345);
  EXPECT_THAT(ran_, ElementsAre("timer"));
}

TEST_F(EventLoopTest, NextTimerIsTheEarliestOne) {
  EXPECT_EQ(loop_.NextTimer(), absl::InfiniteFuture());
  loop_.RunAfter(absl::Seconds(9), Note("late"));
  const EventLoop::TimerId early = loop_.RunAfter(absl::Seconds(4), Note("early"));
  EXPECT_EQ(loop_.NextTimer(), clock_.MonotonicNow() + absl::Seconds(4));
  loop_.CancelTimer(early);
  EXPECT_EQ(loop_.NextTimer(), clock_.MonotonicNow() + absl::Seconds(9));
}

TEST_F(EventLoopTest, WaitEndsWithTheCallersLimit) {
  loop_.Turn(absl::Seconds(7));
  EXPECT_THAT(poller_.timeouts(), ElementsAre(absl::Seconds(7)));
}

TEST_F(EventLoopTest, WaitEndsWithTheNextTimer) {
  loop_.RunAfter(absl::Seconds(3), Note("timer"));
  clock_.Advance(absl::Seconds(1));
  loop_.Turn(absl::Seconds(7));
  EXPECT_THAT(poller_.timeouts(), ElementsAre(absl::Seconds(2)));
}

TEST_F(EventLoopTest, NoWaitWhileATaskIsWaiting) {
  loop_.Post([this] { loop_.Post(Note("next")); });
  loop_.Turn(absl::Seconds(7));
  EXPECT_THAT(poller_.timeouts(), ElementsAre(absl::ZeroDuration()));
}

TEST_F(EventLoopTest, NoWaitWhenATimerCameDueDuringTheTurn) {
  loop_.RunAfter(absl::Seconds(3), Note("timer"));
  loop_.Post(
      [this] { loop_.RunAfter(absl::Seconds(1), [this] { clock_.Advance(absl::Seconds(5)); }); });
  Turn();
  clock_.Advance(absl::Seconds(1));
  loop_.Turn(absl::Seconds(7));
  EXPECT_EQ(poller_.timeouts().back(), absl::ZeroDuration());
}

TEST_F(EventLoopTest, LoopThreadDoesNotWakeItself) {
  loop_.Post(Note("before"));
  poller_.OnPoll([this] { loop_.Post(Note("within")); });
  loop_.Turn(absl::Seconds(7));
  loop_.Turn(absl::Seconds(7));
  EXPECT_EQ(poller_.wakeups(), 0);
  EXPECT_THAT(ran_, ElementsAre("before", "within"));
}

TEST_F(EventLoopTest, OtherThreadWakesAWaitOnlyOnce) {
  poller_.OnPoll([this] {
    Thread poster("poster", [this] {
      for (int i = 0; i < 10; ++i) loop_.Post(Note("posted"));
    });
  });
  loop_.Turn(absl::Seconds(7));
  EXPECT_EQ(poller_.wakeups(), 1);
}

TEST_F(EventLoopTest, OtherThreadWakesNobodyWhenTheLoopDoesNotWait) {
  poller_.OnPoll([this] { Thread poster("poster", [this] { loop_.Post(Note("posted")); }); });
  loop_.Turn(absl::ZeroDuration());
  EXPECT_EQ(poller_.wakeups(), 0);
}

TEST_F(EventLoopTest, RunUntilIdleFollowsTasksTimersAndPolls) {
  bool polled = false;
  poller_.OnPoll([&] {
    if (!std::exchange(polled, true)) loop_.Post(Note("from poll"));
  });
  loop_.Post([this] { loop_.RunAfter(absl::ZeroDuration(), Note("timer")); });
  loop_.RunAfter(absl::Seconds(1), Note("later"));
  EXPECT_TRUE(loop_.TestOnlyRunUntilIdle());
  EXPECT_THAT(ran_, ::testing::UnorderedElementsAre("from poll", "timer"));
}

TEST_F(EventLoopTest, RunUntilIdleGivesUpOnATaskThatPostsItself) {
  std::function<void()> again = [&] { loop_.Post([&] { again(); }); };
  again();
  EXPECT_FALSE(loop_.TestOnlyRunUntilIdle());
}

TEST_F(EventLoopTest, WorksByHandWithoutAPoller) {
  EventLoop loop(&clock_, nullptr);
  loop.Post(Note("task"));
  loop.RunAfter(absl::Seconds(1), Note("timer"));
  EXPECT_TRUE(loop.Turn(absl::Seconds(7)));
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(loop.TestOnlyRunUntilIdle());
  loop.Stop();
  EXPECT_THAT(ran_, ElementsAre("task", "timer"));
}

TEST_F(EventLoopTest, StopBeforeRunMakesItReturnAtOnceAfterWhatWasPosted) {
  loop_.Post(Note("posted"));
  loop_.Stop();
  loop_.Run();
  EXPECT_THAT(ran_, ElementsAre("posted"));
}

TEST_F(EventLoopTest, WhatIsPostedAfterRunIsDestroyedAndNotRun) {
  loop_.Post([this] { loop_.Post(Note("by the last task")); });
  loop_.Stop();
  loop_.Run();
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = owned;
  loop_.Post([this, owned = std::move(owned)] { ran_.push_back("late"); });
  EXPECT_TRUE(watch.expired());
  Turn();
  EXPECT_THAT(ran_, IsEmpty());
}

TEST_F(EventLoopTest, TasksLeftAtTheEndMayStillCallTheLoop) {
  // Posts and cancels when it is destroyed.
  struct Farewell {
    Farewell(EventLoop* l, int* c) : loop(l), count(c) {}
    ~Farewell() {
      loop->Post([] {});
      loop->CancelTimer(1);
      ++*count;
    }
    EventLoop* loop;
    int* count;
  };
  int farewells = 0;
  {
    EventLoop loop(&clock_, nullptr);
    for (int i = 0; i < 2; ++i) {
      loop.RunAfter(absl::Seconds(1), [f = std::make_unique<Farewell>(&loop, &farewells)] {});
      loop.Post([f = std::make_unique<Farewell>(&loop, &farewells)] {});
    }
  }
  EXPECT_EQ(farewells, 4);
}

class RunningEventLoopTest : public ::testing::Test {
 protected:
  RunningEventLoopTest() : thread_(std::make_unique<Thread>("loop", [this] { loop_.Run(); })) {}
  ~RunningEventLoopTest() override {
    loop_.Stop();
    thread_.reset();
  }

  FakeClock clock_;
  BlockingPoller poller_;
  EventLoop loop_{&clock_, &poller_};
  std::unique_ptr<Thread> thread_;
};

TEST_F(RunningEventLoopTest, PostWakesAWaitingLoop) {
  poller_.AwaitWaiting();
  testing::Notification ran;
  loop_.Post([&] { ran.Notify(); });
  ran.WaitForNotification();
}

TEST_F(RunningEventLoopTest, StopEndsAWaitingLoop) {
  poller_.AwaitWaiting();
  loop_.Stop();
  thread_.reset();  // joins
}

TEST_F(RunningEventLoopTest, TaskMayStopTheLoop) {
  loop_.Post([this] { loop_.Stop(); });
  thread_.reset();  // joins
}

TEST_F(RunningEventLoopTest, ConcurrentPostsAllRunEachThreadsInOrder) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 2000;
  std::vector<std::vector<int>> ran(kThreads);  // loop thread only, until it is joined
  {
    std::vector<std::unique_ptr<Thread>> posters;
    for (int t = 0; t < kThreads; ++t) {
      posters.push_back(std::make_unique<Thread>("poster", [this, &ran, t] {
        for (int i = 0; i < kPosts; ++i) loop_.Post([&ran, t, i] { ran[t].push_back(i); });
      }));
    }
  }
  loop_.Stop();
  thread_.reset();
  std::vector<int> expected(kPosts);
  for (int i = 0; i < kPosts; ++i) expected[i] = i;
  EXPECT_THAT(ran, ::testing::Each(expected));
}

}  // namespace
}  // namespace gcjobs
