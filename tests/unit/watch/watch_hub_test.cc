#include "server/watch/watch_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/watch/watch_world.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;
using testing::WatchWorld;

// Records what the hub tells it.
class RecordingStream final : public WatchStream {
 public:
  explicit RecordingStream(std::string job_id) : job_id_(std::move(job_id)) {}
  const std::string& job_id() const override { return job_id_; }
  void Wake(Revision quiet_through) override { woken.push_back(quiet_through); }
  void Tick(Revision quiet_through) override { ticked.push_back(quiet_through); }
  void Drain(Revision quiet_through) override { drained.push_back(quiet_through); }

  std::vector<Revision> woken, ticked, drained;

 private:
  const std::string job_id_;
};

class WatchHubTest : public ::testing::Test {
 protected:
  std::shared_ptr<RecordingStream> Add(const std::string& job_id) {
    auto stream = std::make_shared<RecordingStream>(job_id);
    EXPECT_THAT(world_.hub().Add(stream), IsOk());
    added_.push_back(stream);
    return stream;
  }
  std::shared_ptr<RecordingStream> AddParked(const std::string& job_id) {
    auto stream = Add(job_id);
    EXPECT_TRUE(world_.hub().Park(stream.get(), world_.head()));
    return stream;
  }

  WatchWorld world_;
  std::vector<std::shared_ptr<RecordingStream>> added_;
};

TEST_F(WatchHubTest, AnEventWakesTheJobsWatchersAlone) {
  const auto of_a = AddParked("a"), also_of_a = AddParked("a"), of_b = AddParked("b");
  world_.Create("a");
  world_.hub().TestOnlyFanOut();
  EXPECT_EQ(of_a->woken.size(), 1u);
  EXPECT_EQ(also_of_a->woken.size(), 1u);
  EXPECT_THAT(of_b->woken, IsEmpty());
}

TEST_F(WatchHubTest, AnyEventWakesWatchersOfAllJobs) {
  const auto of_all = AddParked("");
  world_.Create("a");
  world_.hub().TestOnlyFanOut();
  EXPECT_EQ(of_all->woken.size(), 1u);
}

TEST_F(WatchHubTest, AStreamIsWokenOnceUntilItParksAgain) {
  const auto stream = AddParked("a");
  world_.Complete("a");
  world_.hub().TestOnlyFanOut();
  world_.Delete("a");
  world_.hub().TestOnlyFanOut();
  EXPECT_EQ(stream->woken.size(), 1u);
}

TEST_F(WatchHubTest, AWokenStreamLearnsThatNothingCameBefore) {
  const auto stream = AddParked("c");
  world_.Create("a");
  world_.Create("b");
  world_.Create("c");
  world_.hub().TestOnlyFanOut();
  EXPECT_THAT(stream->woken, ElementsAre(2));
}

TEST_F(WatchHubTest, AStreamThatIsAwakeIsLeftAlone) {
  const auto stream = Add("a");
  world_.Create("a");
  world_.hub().TestOnlyFanOut();
  EXPECT_THAT(stream->woken, IsEmpty());
}

TEST_F(WatchHubTest, NewsBetweenReadingAndParkingIsNotMissed) {
  const auto stream = Add("a");
  world_.Create("a");
  world_.hub().TestOnlyFanOut();
  EXPECT_FALSE(world_.hub().Park(stream.get(), 0));
  EXPECT_TRUE(world_.hub().Park(stream.get(), 1));
}

TEST_F(WatchHubTest, NewsThatIsNotYetFannedOutWakesWhoParkedBeforeIt) {
  const auto stream = Add("a");
  world_.Create("a");
  EXPECT_TRUE(world_.hub().Park(stream.get(), 0));  // not pumped yet
  world_.hub().TestOnlyFanOut();
  EXPECT_EQ(stream->woken.size(), 1u);
}

TEST_F(WatchHubTest, AStreamThatHasReadTheNewsItselfIsNotWokenForIt) {
  const auto of_a = Add("a"), of_all = Add("");
  world_.Create("a");
  EXPECT_TRUE(world_.hub().Park(of_a.get(), 1));
  EXPECT_TRUE(world_.hub().Park(of_all.get(), 1));
  world_.hub().TestOnlyFanOut();
  EXPECT_THAT(of_a->woken, IsEmpty());
  EXPECT_THAT(of_all->woken, IsEmpty());
}

TEST(WatchHubOverrunTest, WhenTheLogHasDroppedNewsAllAreWoken) {
  WatchWorld::Options options;
  options.log.max_events = 2;
  WatchWorld world(options);
  auto stream = std::make_shared<RecordingStream>("a");
  ASSERT_THAT(world.hub().Add(stream), IsOk());
  ASSERT_TRUE(world.hub().Park(stream.get(), 0));
  world.Complete("a");
  world.Complete("b");  // the log holds two events of b alone
  world.hub().TestOnlyFanOut();
  EXPECT_THAT(stream->woken, ElementsAre(0));  // nothing is known
  world.hub().Remove(stream.get());
}

TEST_F(WatchHubTest, TicksAllAndTellsTheParkedHowFarItWasQuiet) {
  const auto parked = AddParked("b"), awake = Add("b");
  world_.Create("a");
  world_.hub().TestOnlyFanOut();
  world_.hub().TestOnlyTick();
  EXPECT_THAT(parked->ticked, ElementsAre(1));
  EXPECT_THAT(awake->ticked, ElementsAre(0));
}

TEST_F(WatchHubTest, DrainsAllOnceAndRefusesNewStreams) {
  const auto of_a = AddParked("a"), of_all = Add("");
  world_.hub().Drain();
  world_.hub().Drain();
  EXPECT_EQ(of_a->drained.size(), 1u);
  EXPECT_EQ(of_all->drained.size(), 1u);
  const absl::Status status = world_.hub().Add(std::make_shared<RecordingStream>("b"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_TRUE(GetRetryDelay(status).has_value());
}

TEST(WatchHubLimitTest, RefusesMoreStreamsThanItsLimitUntilOneGoes) {
  WatchWorld::Options options;
  options.hub.max_streams = 1;
  WatchWorld world(options);
  const auto first = std::make_shared<RecordingStream>("a");
  const auto second = std::make_shared<RecordingStream>("a");
  EXPECT_THAT(world.hub().Add(first), IsOk());
  const absl::Status status = world.hub().Add(second);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHES"));
  EXPECT_TRUE(GetRetryDelay(status).has_value());
  world.hub().Remove(first.get());
  EXPECT_THAT(world.hub().Add(second), IsOk());
  world.hub().Remove(second.get());
}

TEST(WatchHubMetricsTest, ShowsOpenStreamsAndWhichJobsAreWatched) {
  Metrics metrics;
  std::vector<std::string> told;
  WatchWorld::Options options;
  options.hub.metrics = &metrics;
  options.hub.on_watched = [&told](absl::string_view job_id, bool watched) {
    told.push_back(absl::StrCat(job_id, watched ? "+" : "-"));
  };
  WatchWorld world(options);
  const auto first = std::make_shared<RecordingStream>("a");
  const auto second = std::make_shared<RecordingStream>("a");
  const auto of_all = std::make_shared<RecordingStream>("");
  for (const auto& stream : {first, second, of_all}) EXPECT_THAT(world.hub().Add(stream), IsOk());
  EXPECT_EQ(metrics.WatchStreams().Value(), 3);
  EXPECT_EQ(world.hub().stream_count(), 3u);
  for (const auto& stream : {first, of_all, second}) world.hub().Remove(stream.get());
  EXPECT_EQ(metrics.WatchStreams().Value(), 0);
  EXPECT_THAT(told, ElementsAre("a+", "a-"));
}

TEST_F(WatchHubTest, RemovingAStreamTwiceIsHarmless) {
  const auto stream = AddParked("a");
  world_.hub().Remove(stream.get());
  world_.hub().Remove(stream.get());
  world_.Create("a");
  world_.hub().TestOnlyFanOut();
  EXPECT_THAT(stream->woken, IsEmpty());
  EXPECT_EQ(world_.hub().stream_count(), 0u);
}

// Streams that read the log as a watcher of all jobs does, woken by the
// fan-out thread while another thread commits.
class ReadingStream final : public WatchStream {
 public:
  ReadingStream(WatchHub* hub, Revision last) : hub_(hub), last_(last) {}
  const std::string& job_id() const override { return job_id_; }
  void Wake(Revision) override { ReadAll(); }
  void Tick(Revision) override {}
  void Drain(Revision) override {}

  void ReadAll() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    for (;;) {
      const auto batch = hub_->log().Read(seen_, {64, 1 << 20});
      ASSERT_TRUE(batch.has_value());
      for (const LoggedEventPtr& event : batch->events) {
        gapless_ = gapless_ && event->revision() == ++seen_;
      }
      if (batch->events.empty() && hub_->Park(this, seen_)) return;
    }
  }
  // Blocks until all events were seen; whether each came once and in order.
  bool AwaitAll() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    const auto all = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return seen_ >= last_; };
    mu_.Await(absl::Condition(&all));
    return gapless_ && seen_ == last_;
  }

 private:
  WatchHub* const hub_;
  const Revision last_;
  const std::string job_id_;
  Mutex mu_;
  Revision seen_ ABSL_GUARDED_BY(mu_) = 0;
  bool gapless_ ABSL_GUARDED_BY(mu_) = true;
};

TEST(WatchHubThreadTest, EveryStreamSeesEveryEventOnceWhileOthersCommit) {
  constexpr int kStreams = 20;
  constexpr Revision kEvents = 4000;
  WatchWorld::Options options;
  options.hub.fan_out = WatchHub::FanOut::kByThread;
  WatchWorld world(options);
  std::vector<std::shared_ptr<ReadingStream>> streams;
  for (int i = 0; i < kStreams; ++i) {
    streams.push_back(std::make_shared<ReadingStream>(&world.hub(), kEvents));
    ASSERT_THAT(world.hub().Add(streams.back()), IsOk());
  }
  std::thread committer([&world] {
    for (Revision i = 0; i < kEvents / 4; ++i) world.Complete(absl::StrCat("job", i));
  });
  for (const auto& stream : streams) stream->ReadAll();
  for (const auto& stream : streams) EXPECT_TRUE(stream->AwaitAll());
  committer.join();
  for (const auto& stream : streams) world.hub().Remove(stream.get());
}

}  // namespace
}  // namespace gcjobs
