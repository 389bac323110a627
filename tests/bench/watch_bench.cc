// What a watched event costs: CPU of server and clients together, which share
// the process, for each event delivered to one stream. Each round commits a
// burst of events and waits until every stream has them.

#include <benchmark/benchmark.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/bench/tally.h"
#include "tests/unit/rpc/watch/watch_server.h"

namespace gcjobs {
namespace {

using bench::Tally;
using testing::WatchServer;

constexpr int kConnections = 10;

// The client's end of one stream.
class Reader final : public grpc::ClientReadReactor<v1::WatchJobsResponse> {
 public:
  Reader(v1::JobService::Stub* stub, const v1::JobFilter& filter, Tally* events, Tally* ended)
      : events_(*events), ended_(*ended) {
    *request_.mutable_filter() = filter;
    request_.set_after_revision(1);
    stub->async()->WatchJobs(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    events_.Add(response_.events_size());
    StartRead(&response_);
  }
  void OnDone(const grpc::Status&) override { ended_.Add(1); }

 private:
  Tally& events_;
  Tally& ended_;
  grpc::ClientContext context_;
  v1::WatchJobsRequest request_;
  v1::WatchJobsResponse response_;
};

// So many streams, all parked.
class Crowd {
 public:
  Crowd(WatchServer* server, int streams, const v1::JobFilter& filter = {}) {
    for (int i = 0; i < kConnections; ++i) stubs_.push_back(server->NewStub());
    for (int i = 0; i < streams; ++i) {
      readers_.push_back(
          std::make_unique<Reader>(stubs_[i % kConnections].get(), filter, &events_, &ended_));
    }
    server->AwaitParked(streams);
  }
  ~Crowd() {
    for (const auto& reader : readers_) reader->Cancel();
    ended_.Await(static_cast<int64_t>(readers_.size()));
  }
  void AwaitEvents(int64_t count) { events_.Await(count); }

 private:
  Tally events_;
  Tally ended_;
  std::vector<std::unique_ptr<v1::JobService::Stub>> stubs_;
  std::vector<std::unique_ptr<Reader>> readers_;
};

WatchServer::Options Threaded() {
  WatchServer::Options options;
  options.world.hub.fan_out = WatchHub::FanOut::kByThread;
  return options;
}

// Arguments: streams, events in a burst, payload bytes of an event.
void BM_Deliver(benchmark::State& state) {
  const int streams = static_cast<int>(state.range(0));
  const int burst = static_cast<int>(state.range(1));
  const std::string payload(static_cast<size_t>(state.range(2)), 'x');
  WatchServer server(Threaded());
  server.world().Create("first");
  Crowd crowd(&server, streams);
  int64_t created = 0;
  for (auto _ : state) {
    for (int i = 0; i < burst; ++i) {
      server.world().Create(absl::StrCat("job", created++),
                            [&payload](v1::Job* job) { job->set_result_json(payload); });
    }
    crowd.AwaitEvents(created * streams);
  }
  state.SetItemsProcessed(created * streams);
  state.counters["cpu_per_delivery"] =
      benchmark::Counter(static_cast<double>(created * streams),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_Deliver)
    ->ArgNames({"streams", "burst", "bytes"})
    ->Args({1, 1, 100})
    ->Args({1000, 1, 100})
    ->Args({1000, 100, 100})
    ->Args({1000, 100, 4000})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

// What an event costs that none of the streams wants: the filter alone.
// Argument: streams.
void BM_FilterOut(benchmark::State& state) {
  v1::JobFilter filter;
  filter.add_kinds("none");
  WatchServer server;
  server.world().Create("first");
  Crowd crowd(&server, static_cast<int>(state.range(0)), filter);
  int64_t created = 0;
  for (auto _ : state) {
    server.world().Create(absl::StrCat("job", created++));
    server.FanOut();
  }
  state.SetItemsProcessed(created * state.range(0));
}
BENCHMARK(BM_FilterOut)->ArgName("streams")->Arg(1)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gcjobs
