// The promises that the API makes to watchers, each by its name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/fakes/await_true.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/watch/watch_server.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::JobsWatch;
using testing::JobWatch;
using ::testing::Not;
using testing::Revisions;
using testing::StatusIs;
using testing::WatchServer;
using testing::WatchWorld;

class WatchPromiseTest : public ::testing::Test {
 protected:
  WatchWorld& world() { return server_.world(); }
  std::vector<Revision> UpTo(Revision last) {
    std::vector<Revision> revisions;
    for (Revision r = 1; r <= last; ++r) revisions.push_back(r);
    return revisions;
  }

  WatchServer server_;
};

TEST_F(WatchPromiseTest, Ordered) {
  world().Complete("a");
  world().Complete("b");
  JobsWatch watch(&server_.stub(), 1);
  std::vector<v1::JobEvent> events = watch.Take(3);
  world().Complete("c");  // while the stream is open
  server_.FanOut();
  for (v1::JobEvent& event : watch.Take(8)) events.push_back(std::move(event));
  ASSERT_EQ(events.size(), 11u);
  for (size_t i = 1; i < events.size(); ++i) {
    EXPECT_GT(events[i].revision(), events[i - 1].revision());
  }
}

TEST_F(WatchPromiseTest, Unique) {
  world().Create("a");
  std::set<Revision> seen = {1};
  for (int i = 0; i < 10; ++i) {  // each round resumes after the last one's end
    JobsWatch watch(&server_.stub(), *seen.rbegin());
    world().Complete(absl::StrCat("job", i));
    server_.FanOut();
    for (const Revision revision : Revisions(watch.Take(4))) {
      EXPECT_TRUE(seen.insert(revision).second) << "came twice: " << revision;
    }
  }
  EXPECT_EQ(seen.size(), 41u);
}

TEST_F(WatchPromiseTest, Reliable) {
  world().Complete("old");  // known to the store alone
  server_.Restart();
  world().Complete("recent");  // in memory
  JobsWatch all(&server_.stub(), 1);
  JobWatch one(&server_.stub(), "live", 0);
  EXPECT_THAT(one.Finish(), StatusIs(absl::StatusCode::kNotFound));
  world().Create("live");
  JobWatch live(&server_.stub(), "live", 0);
  for (const auto state : {v1::JOB_STATE_PENDING, v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED}) {
    world().Move("live", state);
    server_.FanOut();
  }
  const std::vector<v1::JobEvent> events = all.Take(11);
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].revision(), static_cast<Revision>(i + 2));
  }
  const std::vector<v1::JobEvent> of_live = live.Take(4);
  ASSERT_EQ(of_live.size(), 4u);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(of_live[i].sequence(), static_cast<int64_t>(i + 1));
}

TEST_F(WatchPromiseTest, DurableBeforeVisible) {
  world().Create("a");
  JobWatch watch(&server_.stub(), "a", 1);
  server_.AwaitParked(1);
  world().Defer();
  world().Move("a", v1::JOB_STATE_SUCCEEDED);  // not durable
  server_.FanOut();
  server_.Pass(absl::Seconds(25));
  EXPECT_EQ(watch.Next()->type(), v1::EVENT_TYPE_BOOKMARK);  // nothing before it
  world().Flush();
  server_.FanOut();
  EXPECT_EQ(watch.Next()->revision(), 2);
}

TEST_F(WatchPromiseTest, Resumable) {
  world().Complete("a");
  for (Revision after = 1; after <= 3; ++after) {  // after each event, by each way
    JobsWatch all(&server_.stub(), after);
    EXPECT_EQ(all.Next()->revision(), after + 1);
    server_.Restart();
    JobWatch one(&server_.stub(), "a", after);
    EXPECT_EQ(one.Next()->revision(), after + 1);
  }
}

TEST_F(WatchPromiseTest, ResumableAfterABookmark) {
  world().Create("a");
  world().Create("other");
  JobWatch watch(&server_.stub(), "a", 1);
  server_.AwaitParked(1);
  server_.Pass(absl::Seconds(25));
  const v1::JobEvent bookmark = *watch.Next();
  ASSERT_EQ(bookmark.type(), v1::EVENT_TYPE_BOOKMARK);
  EXPECT_EQ(bookmark.revision(), 2);
  server_.Restart();
  JobWatch resumed(&server_.stub(), "a", bookmark.revision());
  world().Move("a", v1::JOB_STATE_RUNNING);
  server_.FanOut();
  EXPECT_EQ(resumed.Next()->revision(), 3);
}

TEST_F(WatchPromiseTest, Bookmarkable) {
  world().Create("a");
  JobWatch one(&server_.stub(), "a", 1);
  JobsWatch all(&server_.stub(), 1);
  for (int i = 0; i < 3; ++i) {  // again and again
    server_.AwaitParked(2);
    world().Create(absl::StrCat("other", i));
    server_.FanOut();
    EXPECT_EQ(all.Next()->type(), v1::EVENT_TYPE_TRANSITION);
    server_.AwaitParked(2);
    server_.Pass(absl::Seconds(25));
    for (const v1::JobEvent& bookmark : {*one.Next(), *all.Next()}) {
      EXPECT_EQ(bookmark.type(), v1::EVENT_TYPE_BOOKMARK);
      EXPECT_EQ(bookmark.revision(), world().head());
    }
  }
}

TEST_F(WatchPromiseTest, BookmarkableBeforeADrain) {
  world().Create("a");
  JobWatch one(&server_.stub(), "a", 1);
  JobsWatch all(&server_.stub(), 1);
  server_.AwaitParked(2);
  world().hub().Drain();
  for (const v1::JobEvent& bookmark : {*one.Next(), *all.Next()}) {
    EXPECT_EQ(bookmark.type(), v1::EVENT_TYPE_BOOKMARK);
    EXPECT_EQ(bookmark.revision(), 1);
  }
  for (const absl::Status& status : {one.Finish(), all.Finish()}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  }
}

TEST_F(WatchPromiseTest, NeverEndsOkBeforeTerminal) {
  world().Create("a");
  const auto end_by = [this](const std::function<void()>& end) {
    JobWatch watch(&server_.stub(), "a", world().head());
    server_.AwaitParked(1);
    end();
    return watch.Finish();
  };
  EXPECT_THAT(end_by([this] { server_.Restart(); }), Not(IsOk()));
  world().Move("a", v1::JOB_STATE_PENDING);
  EXPECT_THAT(end_by([this] { world().hub().Drain(); }), Not(IsOk()));
  server_.Restart();
  world().Move("a", v1::JOB_STATE_RUNNING);
  EXPECT_THAT(end_by([this] {
                world().Move("a", v1::JOB_STATE_OUTCOME_UNKNOWN);
                server_.FanOut();
              }),
              IsOk());
}

// Events of 100 kB, of which a connection takes some dozens before it stalls.
class SlowWatcherTest : public ::testing::Test {
 protected:
  static WatchServer::Options SmallLog() {
    WatchServer::Options options;
    options.world.log.max_events = 10;
    return options;
  }
  void CreateLarge(int count) {
    for (int i = 0; i < count; ++i) {
      server_.world().Create(absl::StrCat("large", created_++),
                             [](v1::Job* job) { job->set_result_json(std::string(100000, 'x')); });
      server_.FanOut();
    }
  }

  WatchServer server_{SmallLog()};
  int created_ = 0;
};

TEST_F(SlowWatcherTest, SlowWatcherCostsBoundedMemoryAndDelaysNobody) {
  server_.world().Create("first");
  const auto slow_stub = server_.NewStub();
  JobsWatch slow(slow_stub.get(), 1);
  server_.AwaitParked(1);
  JobsWatch fast(&server_.stub(), 1);
  server_.AwaitParked(2);
  std::weak_ptr<const LoggedEvent> early;
  for (int i = 0; i < 200; ++i) {
    CreateLarge(1);
    if (i == 100) early = server_.world().log().ReadJob("large100", 0).next;
    EXPECT_EQ(fast.Next()->revision(), i + 2);  // not delayed
  }
  server_.AwaitParked(1);                  // fast; slow is stuck in a write
  EXPECT_TRUE(early.expired());            // nothing is kept for slow
  EXPECT_EQ(slow.Take(200).size(), 200u);  // and yet nothing is lost
}

TEST_F(SlowWatcherTest, ADeadWatcherIsGivenUp) {
  server_.world().Create("first");
  JobsWatch dead(&server_.stub(), 1);
  server_.AwaitParked(1);
  CreateLarge(200);
  server_.Pass(absl::Seconds(29));
  EXPECT_EQ(server_.world().hub().stream_count(), 1u);
  // The write that stalls may have been started only just now.
  testing::AwaitTrue([this] {
    server_.Pass(absl::Seconds(2));
    return server_.world().hub().stream_count() == 0;
  });
  EXPECT_THAT(dead.Finish(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(WatchPromiseTest, DroppingAStreamNeverCancelsAJob) {
  world().Create("a");
  {
    JobWatch one(&server_.stub(), "a", 0);
    JobsWatch all(&server_.stub(), 0);
    server_.AwaitParked(2);
  }
  server_.AwaitOpen(0);
  const auto job = world().store().reader().GetJob("a");
  EXPECT_EQ(job->job().state(), v1::JOB_STATE_QUEUED);
  EXPECT_FALSE(job->job().cancel_requested());
  EXPECT_EQ(world().head(), 1);
}

TEST(WatchCountTest, PollsDoNotDependOnTheNumberOfWatchers) {
  Mutex mu;
  std::vector<std::string> told;
  WatchServer::Options options;
  options.world.hub.on_watched = [&](absl::string_view job_id, bool watched) {
    MutexLock lock(&mu);
    told.push_back(absl::StrCat(job_id, watched ? " watched" : " unwatched"));
  };
  WatchServer server(std::move(options));
  server.world().Create("a");
  {
    std::vector<std::unique_ptr<JobWatch>> watches;
    for (int i = 0; i < 10; ++i) {
      watches.push_back(std::make_unique<JobWatch>(&server.stub(), "a", 0));
    }
    server.AwaitParked(10);
  }
  server.AwaitOpen(0);
  MutexLock lock(&mu);
  EXPECT_THAT(told, ElementsAre("a watched", "a unwatched"));
}

TEST_F(WatchPromiseTest, WatchJobReplaysAWholeHistory) {
  world().Complete("a");
  for (const bool restarted : {false, true}) {
    if (restarted) server_.Restart();
    JobWatch watch(&server_.stub(), "a", 0);
    EXPECT_THAT(Revisions(watch.Take(9)), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(watch.Finish(), IsOk());
  }
}

TEST_F(WatchPromiseTest, WatchJobsSendsSnapshotsABookmarkThenWhatFollows) {
  world().Complete("a");
  world().Create("b");
  JobsWatch watch(&server_.stub(), 0);
  std::vector<v1::JobEvent> events = watch.Take(3);
  world().Move("b", v1::JOB_STATE_RUNNING);
  server_.FanOut();
  events.push_back(*watch.Next());
  std::vector<v1::EventType> types;
  for (const v1::JobEvent& event : events) types.push_back(event.type());
  EXPECT_THAT(types, ElementsAre(v1::EVENT_TYPE_SNAPSHOT, v1::EVENT_TYPE_SNAPSHOT,
                                 v1::EVENT_TYPE_BOOKMARK, v1::EVENT_TYPE_TRANSITION));
  EXPECT_THAT(Revisions(events), ElementsAre(4, 5, 5, 6));
}

}  // namespace
}  // namespace gcjobs
