#ifndef GCJOBS_TESTS_UNIT_RPC_RESULTS_RESULTS_SERVER_H_
#define GCJOBS_TESTS_UNIT_RPC_RESULTS_RESULTS_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "common/metrics.h"
#include "gcjobs/v1/job_service.grpc.pb.h"
#include "server/rpc/results/results_service.h"
#include "tests/fakes/await_true.h"
#include "tests/fakes/running_loop.h"
#include "tests/fakes/test_store.h"
#include "tests/unit/results/paged_upstream.h"

namespace gcjobs::testing {

// ReadResults over a fake upstream and a store in memory, behind a gRPC server
// on loopback. Organisation `main`; kinds `paged` (cursors) and `inline`.
class ResultsServer {
 public:
  struct Options {
    size_t max_streams = 64;
    size_t max_queued_reads = 100;
  };
  ResultsServer() : ResultsServer(Options()) {}
  explicit ResultsServer(const Options& options);
  ~ResultsServer();

  // A succeeded job whose pages have these items. Its upstream id is `u-ID`.
  void AddJob(const std::string& id, std::vector<std::string> pages);
  // The same, as the store has it.
  void AddStored(const std::string& id, const std::function<void(v1::Job*)>& edit);

  v1::JobService::Stub& stub() { return *stub_; }
  std::shared_ptr<grpc::Channel> NewChannel() const;
  // A channel that takes 64 KiB before they are read, and no more, however
  // quick the connection; others take 4 MB to 16 MB.
  std::shared_ptr<grpc::Channel> NewNarrowChannel() const;
  ResultsService& service() { return *service_; }
  RunningLoop& loop() { return loop_; }
  Metrics& metrics() { return metrics_; }

  int fetches(const std::string& id) const { return client_.fetches("u-" + id); }
  // Runs on the loop, where the client lives, and waits.
  void WithClient(const std::function<void(PagedUpstream*)>& task) {
    loop_.RunAndWait([&] { task(&client_); });
  }
  int PermitsOut();
  void AwaitOpen(size_t streams);
  void AwaitPermitAsked() {
    AwaitTrue([this] { return client_.permits_asked() > 0; });
  }
  void AwaitFetches(const std::string& id, int fetches);

  // The process ends and starts anew; streams break.
  void Restart();
  void Stop();

 private:
  class Handlers;

  void Start();
  std::shared_ptr<grpc::Channel> Connect(grpc::ChannelArguments arguments) const;

  const Options options_;
  Metrics metrics_;
  TestStore store_;
  RunningLoop loop_;
  PagedUpstream client_{loop_.get()};
  const JobKindRegistry kinds_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<ResultsService> service_;
  std::unique_ptr<Handlers> handlers_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::unique_ptr<v1::JobService::Stub> stub_;
};

// The client's end of a stream. Reads block.
class ResultsRead {
 public:
  explicit ResultsRead(v1::JobService::Stub* stub, const std::string& job_id,
                       const std::string& cursor = "");
  // Drops the stream.
  ~ResultsRead();

  // The next page, or nullopt at the stream's end.
  std::optional<v1::ResultPage> Next();
  // All that are left.
  std::vector<v1::ResultPage> All();
  // Reads to the end and returns how it ended.
  absl::Status Finish();
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::ResultPage>> reader_;
  bool finished_ = false;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RPC_RESULTS_RESULTS_SERVER_H_
