#include "server/store/read_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/synchronization/notification.h"

namespace gcjobs {
namespace {

TEST(ReadPoolTest, RunsTasksOnThreadsOfItsOwn) {
  std::thread::id ran_on;
  {
    ReadPool pool;
    ASSERT_TRUE(pool.Run([&ran_on] { ran_on = std::this_thread::get_id(); }));
  }
  EXPECT_NE(ran_on, std::thread::id());
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST(ReadPoolTest, OneSlowReadDoesNotHoldUpTheOther) {
  ReadPool pool(2);
  absl::Notification slow_may_end, other_ran;
  ASSERT_TRUE(pool.Run([&] { slow_may_end.WaitForNotification(); }));
  ASSERT_TRUE(pool.Run([&] { other_ran.Notify(); }));
  other_ran.WaitForNotification();
  slow_may_end.Notify();
}

TEST(ReadPoolTest, AFullQueueRefuses) {
  absl::Notification started, may_end;
  ReadPool pool(1, /*max_queued=*/1);
  ASSERT_TRUE(pool.Run([&] {
    started.Notify();
    may_end.WaitForNotification();
  }));
  started.WaitForNotification();
  EXPECT_TRUE(pool.Run([] {}));
  EXPECT_FALSE(pool.Run([] {}));
  may_end.Notify();
}

TEST(ReadPoolTest, WhatIsQueuedRunsBeforeTheEnd) {
  std::atomic<int> ran{0};
  {
    ReadPool pool(1);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.Run([&ran] { ++ran; }));
  }
  EXPECT_EQ(ran, 100);
}

TEST(ReadPoolTest, WithoutThreadsRunRunsTheTaskItself) {
  ReadPool pool(0);
  bool ran = false;
  EXPECT_TRUE(pool.Run([&ran] { ran = true; }));
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace gcjobs
