#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/watch/watch_server.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::JobsWatch;
using testing::JobWatch;
using testing::Revisions;
using testing::StatusIs;
using testing::WatchServer;
using testing::WatchWorld;

class WatchStreamTest : public ::testing::Test {
 protected:
  WatchWorld& world() { return server_.world(); }
  // Leaves a stream whose client does not read with a write in flight.
  void Stall() {
    for (int i = 0; i < 100; ++i) {
      world().Create(absl::StrCat("large", i),
                     [](v1::Job* job) { job->set_result_json(std::string(100000, 'x')); });
      server_.FanOut();
    }
    ASSERT_EQ(world().hub().parked_count(), 0u);
  }

  WatchServer server_;
};

TEST_F(WatchStreamTest, CancelOfAParkedStreamEndsIt) {
  JobsWatch watch(&server_.stub(), 0);
  EXPECT_EQ(watch.Next()->type(), v1::EVENT_TYPE_BOOKMARK);
  server_.AwaitParked(1);
  watch.Cancel();
  server_.AwaitOpen(0);
  EXPECT_THAT(watch.Finish(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(WatchStreamTest, CancelThatComesFirstEndsIt) {
  for (int i = 0; i < 50; ++i) {
    JobsWatch watch(&server_.stub(), 0);
    watch.Cancel();
    EXPECT_THAT(watch.Finish(), StatusIs(absl::StatusCode::kCancelled));
  }
  server_.AwaitOpen(0);
}

TEST_F(WatchStreamTest, CancelWithAWriteInFlightEndsIt) {
  world().Create("a");
  JobsWatch watch(&server_.stub(), 1);
  server_.AwaitParked(1);
  Stall();
  watch.Cancel();
  server_.AwaitOpen(0);
}

TEST_F(WatchStreamTest, CancelTwiceAndLateIsHarmless) {
  world().Create("a");
  JobsWatch watch(&server_.stub(), 1);
  server_.AwaitParked(1);
  Stall();
  server_.Pass(absl::Seconds(31));  // gives it up
  server_.Pass(absl::Seconds(31));  // and again
  watch.Cancel();
  server_.AwaitOpen(0);
  server_.Pass(absl::Seconds(31));
  watch.Cancel();
}

TEST_F(WatchStreamTest, CancelAfterTheEndIsHarmless) {
  world().Complete("a");
  JobWatch watch(&server_.stub(), "a", 0);
  EXPECT_EQ(watch.Take(9).size(), 4u);
  server_.AwaitOpen(0);
  watch.Cancel();
  EXPECT_THAT(Revisions(JobWatch(&server_.stub(), "a", 0).Take(9)), ElementsAre(1, 2, 3, 4));
}

TEST_F(WatchStreamTest, AnIdleStreamIsGreeted) {
  world().Create("a");
  JobsWatch watch(&server_.stub(), 1);
  watch.AwaitGreeting();  // hangs if it is not
  EXPECT_EQ(world().hub().stream_count(), 1u);
}

TEST_F(WatchStreamTest, ATickBeforeItsTimeBringsNoBookmark) {
  world().Create("a");
  JobsWatch watch(&server_.stub(), 1);
  server_.AwaitParked(1);
  server_.Pass(absl::Seconds(19));
  world().Create("b");
  server_.FanOut();
  EXPECT_EQ(watch.Next()->type(), v1::EVENT_TYPE_TRANSITION);
}

TEST_F(WatchStreamTest, AStreamWhoseEventsAllFailItsFilterGetsBookmarks) {
  world().Create("a");
  v1::JobFilter filter;
  filter.add_kinds("none");
  JobsWatch watch(&server_.stub(), 1, filter);
  server_.AwaitParked(1);
  world().clock().Advance(absl::Seconds(25));
  world().Create("b");
  server_.FanOut();
  const v1::JobEvent bookmark = *watch.Next();
  EXPECT_EQ(bookmark.type(), v1::EVENT_TYPE_BOOKMARK);
  EXPECT_THAT(bookmark.revision(), ::testing::AnyOf(1, 2));
}

TEST_F(WatchStreamTest, DrainSaysGoodbyeToAParkedStream) {
  world().Create("a");
  JobsWatch watch(&server_.stub(), 1);
  server_.AwaitParked(1);
  world().hub().Drain();
  const v1::JobEvent bookmark = *watch.Next();
  EXPECT_EQ(bookmark.type(), v1::EVENT_TYPE_BOOKMARK);
  EXPECT_EQ(bookmark.revision(), 1);
  const absl::Status status = watch.Finish();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_TRUE(GetRetryDelay(status).has_value());
  server_.AwaitOpen(0);
}

TEST_F(WatchStreamTest, DrainOfAStreamInTheMiddleOfAWriteFollowsTheWrite) {
  world().Create("a");
  JobsWatch watch(&server_.stub(), 1);
  server_.AwaitParked(1);
  Stall();
  world().hub().Drain();
  std::vector<v1::JobEvent> events = watch.Take(1000);  // now it reads
  ASSERT_GE(events.size(), 2u);
  EXPECT_EQ(events.back().type(), v1::EVENT_TYPE_BOOKMARK);
  EXPECT_EQ(events.back().revision(), events[events.size() - 2].revision());
  EXPECT_THAT(watch.Finish(), StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
}

TEST_F(WatchStreamTest, DrainingRefusesNewStreams) {
  world().Create("a");
  world().hub().Drain();
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = i == 0 ? JobsWatch(&server_.stub(), 0).Finish()
                                       : JobWatch(&server_.stub(), "a", 0).Finish();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
    EXPECT_TRUE(GetRetryDelay(status).has_value());
  }
}

TEST(WatchStreamLimitTest, MoreStreamsThanTheLimitAreRefused) {
  WatchServer::Options options;
  options.world.hub.max_streams = 1;
  WatchServer server(std::move(options));
  JobsWatch first(&server.stub(), 0);
  server.AwaitParked(1);
  const absl::Status status = JobsWatch(&server.stub(), 0).Finish();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHES"));
  EXPECT_TRUE(GetRetryDelay(status).has_value());
}

TEST(WatchStreamLimitTest, AFullQueueOfReadsRefusesTheStream) {
  WatchServer::Options options;
  options.max_queued_reads = 0;
  WatchServer server(std::move(options));
  const absl::Status status = JobsWatch(&server.stub(), 0).Finish();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "SERVER_BUSY"));
  EXPECT_TRUE(GetRetryDelay(status).has_value());
}

TEST(WatchStreamBatchTest, EventsShareMessagesAndLoseNothing) {
  WatchServer::Options options;
  options.batch = {/*events=*/7, /*bytes=*/1 << 20};
  WatchServer server(std::move(options));
  for (int i = 0; i < 25; ++i) server.world().Complete(absl::StrCat("job", i));
  JobsWatch watch(&server.stub(), 1);
  const std::vector<v1::JobEvent> events = watch.Take(99);
  ASSERT_EQ(events.size(), 99u);
  EXPECT_EQ(events.front().revision(), 2);
  EXPECT_EQ(events.back().revision(), 100);
}

TEST_F(WatchStreamTest, ManyWatchersOfOneJobAllSeeItsEnd) {
  world().Create("a");
  std::vector<std::unique_ptr<JobWatch>> watches;
  for (int i = 0; i < 20; ++i) {
    watches.push_back(std::make_unique<JobWatch>(&server_.stub(), "a", 0));
  }
  server_.AwaitParked(20);
  world().Move("a", v1::JOB_STATE_SUCCEEDED);
  server_.FanOut();
  for (const auto& watch : watches) {
    EXPECT_THAT(Revisions(watch->Take(9)), ElementsAre(1, 2));
    EXPECT_THAT(watch->Finish(), IsOk());
  }
}

}  // namespace
}  // namespace gcjobs
