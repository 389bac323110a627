#include "server/store/reader_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"
#include "tests/fakes/notification.h"
#include "tests/fakes/test_store.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;

class ReaderPoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<ReaderPool> Start(ReaderPool::Options options) {
    return *ReaderPool::Start(&store_, options);
  }

  testing::TestStore store_{testing::TestStore::ByHand()};
};

TEST_F(ReaderPoolTest, TaskReadsTheStoreOnAnotherThread) {
  store_.Commit(testing::InsertOf(testing::NewJob("a")), [](auto) {});
  store_.CommitQueued();
  std::thread::id ran_on;
  absl::Status read = absl::UnknownError("not run");
  {
    const auto pool = Start({});
    ASSERT_TRUE(pool->Run([&](StoreReader& reader) {
      ran_on = std::this_thread::get_id();
      read = reader.GetJob("a").status();
    }));
  }
  EXPECT_THAT(read, IsOk());
  EXPECT_NE(ran_on, std::thread::id());
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST_F(ReaderPoolTest, OneSlowReadDoesNotHoldUpTheOther) {
  const auto pool = Start({});
  testing::Notification slow_may_end, other_ran;
  StoreReader* slow = nullptr;
  StoreReader* other = nullptr;
  ASSERT_TRUE(pool->Run([&](StoreReader& reader) {
    slow = &reader;
    slow_may_end.WaitForNotification();
  }));
  ASSERT_TRUE(pool->Run([&](StoreReader& reader) {
    other = &reader;
    other_ran.Notify();
  }));
  other_ran.WaitForNotification();
  slow_may_end.Notify();
  EXPECT_NE(other, nullptr);
  EXPECT_NE(other, slow) << "each thread has a reader of its own";
}

TEST_F(ReaderPoolTest, FullQueueRefuses) {
  testing::Notification started, may_end;
  const auto pool = Start({/*threads=*/1, /*max_queued=*/1});
  ASSERT_TRUE(pool->Run([&](StoreReader&) {
    started.Notify();
    may_end.WaitForNotification();
  }));
  started.WaitForNotification();
  EXPECT_TRUE(pool->Run([](StoreReader&) {}));
  EXPECT_FALSE(pool->Run([](StoreReader&) {}));
  may_end.Notify();
}

TEST_F(ReaderPoolTest, WhatIsQueuedRunsBeforeTheEnd) {
  std::atomic<int> ran{0};
  {
    const auto pool = Start({/*threads=*/1});
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool->Run([&ran](StoreReader&) { ++ran; }));
  }
  EXPECT_EQ(ran, 100);
}

TEST_F(ReaderPoolTest, WithoutThreadsRunRunsTheTaskItself) {
  const auto pool = Start({/*threads=*/0});
  std::thread::id ran_on;
  EXPECT_TRUE(pool->Run([&ran_on](StoreReader&) { ran_on = std::this_thread::get_id(); }));
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

}  // namespace
}  // namespace gcjobs
