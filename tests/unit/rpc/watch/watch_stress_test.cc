// Many clients that come, read a while, go in the middle and come back, while
// others commit: nobody misses an event or sees one twice.

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/watch/watch_server.h"

namespace gcjobs {
namespace {

using testing::IsOk;
using testing::JobsWatch;
using testing::JobWatch;
using testing::WatchServer;

constexpr int kClients = 8;
constexpr int kRounds = 40;

// A log so short that streams pass from the store to the log and back.
WatchServer::Options ShortLog() {
  WatchServer::Options options;
  options.world.log.max_events = 100;
  options.world.hub.fan_out = WatchHub::FanOut::kByThread;
  options.batch = {/*events=*/16, /*bytes=*/1 << 20};
  return options;
}

class Client {
 public:
  Client(WatchServer* server, int seed) : server_(*server), random_(seed) {}

  void Run() {
    const auto stub = server_.NewStub();
    Revision seen = 1;
    for (int round = 0; round < kRounds; ++round) {
      if (Pick(4) == 0) {
        WatchOneJob(stub.get());
      } else {
        seen = WatchAllJobs(stub.get(), Pick(3) == 0 ? 1 + Pick(seen) : seen);
      }
    }
  }

 private:
  // A number below `bound`.
  Revision Pick(Revision bound) { return static_cast<Revision>(random_() % bound); }

  // Reads a while, then drops the stream. Returns where to resume.
  Revision WatchAllJobs(v1::JobService::Stub* stub, Revision after) {
    JobsWatch watch(stub, after);
    for (Revision wanted = Pick(300); wanted > 0; --wanted) {
      const auto event = watch.Next();
      if (!event.has_value()) {
        ADD_FAILURE() << "ended: " << watch.Finish();
        return after;
      }
      EXPECT_EQ(event->revision(), after + 1);
      after = event->revision();
    }
    return after;
  }

  void WatchOneJob(v1::JobService::Stub* stub) {
    const Revision newest = server_.world().head() / 4;
    JobWatch watch(stub, absl::StrCat("job", Pick(newest)), 0);
    if (Pick(3) == 0) return;  // drops it at once
    int64_t sequence = 0;
    for (const v1::JobEvent& event : watch.Take(99)) EXPECT_EQ(event.sequence(), ++sequence);
    EXPECT_EQ(sequence, 4);
    EXPECT_THAT(watch.Finish(), IsOk());
  }

  WatchServer& server_;
  std::mt19937_64 random_;
};

TEST(WatchStressTest, NoClientMissesAnEventOrSeesOneTwice) {
  WatchServer server(ShortLog());
  for (int i = 0; i < 100; ++i) server.world().Complete(absl::StrCat("job", i));
  std::atomic<bool> stop{false};
  std::thread committer([&server, &stop] {
    for (int i = 100; !stop; ++i) server.world().Complete(absl::StrCat("job", i));
  });
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&server, i] { Client(&server, i).Run(); });
  }
  for (std::thread& client : clients) client.join();
  stop = true;
  committer.join();
  server.AwaitOpen(0);
}

}  // namespace
}  // namespace gcjobs
