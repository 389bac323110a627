#ifndef GCJOBS_TESTS_UNIT_RPC_WATCH_WATCH_SERVER_H_
#define GCJOBS_TESTS_UNIT_RPC_WATCH_WATCH_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/grpc_status.h"
#include "gcjobs/v1/job_service.grpc.pb.h"
#include "server/rpc/watch/watch_service.h"
#include "server/store/reader_pool.h"
#include "tests/fakes/await_true.h"
#include "tests/unit/watch/watch_world.h"

namespace gcjobs::testing {

// A WatchWorld behind a gRPC server on loopback. The hub moves by hand unless
// told otherwise.
class WatchServer {
 public:
  struct Options {
    WatchWorld::Options world;
    size_t max_queued_reads = 100;
    ReadLimit batch = {256, 1 << 20};
  };
  WatchServer() : WatchServer(Options()) {}
  explicit WatchServer(Options options);
  ~WatchServer();

  WatchWorld& world() { return world_; }
  v1::JobService::Stub& stub() { return *stub_; }
  // A stub with a connection of its own.
  std::unique_ptr<v1::JobService::Stub> NewStub() const;

  // The process ends and starts anew over the same store; streams break.
  void Restart();
  void Stop();

  // Wakes whom commits so far concern.
  void FanOut() { world_.hub().TestOnlyFanOut(); }
  // Lets time pass, then ticks the streams.
  void Pass(absl::Duration duration);
  // Block until so many streams are parked, or open.
  void AwaitParked(size_t streams);
  void AwaitOpen(size_t streams);

 private:
  class Service;

  void Start();

  const Options options_;
  WatchWorld world_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<WatchService> watches_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::unique_ptr<v1::JobService::Stub> stub_;
};

// The client's end of a WatchJobs stream. Reads block.
class JobsWatch {
 public:
  JobsWatch(v1::JobService::Stub* stub, Revision after, const v1::JobFilter& filter = {});
  // Drops the stream.
  ~JobsWatch();

  // The next event, or nullopt at the stream's end.
  std::optional<v1::JobEvent> Next();
  // The next `count` events; fewer at the stream's end.
  std::vector<v1::JobEvent> Take(size_t count);
  // Reads to the end and returns how it ended.
  absl::Status Finish();
  void Cancel() { context_.TryCancel(); }
  void AwaitGreeting() { reader_->WaitForInitialMetadata(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchJobsResponse>> reader_;
  v1::WatchJobsResponse response_;
  int next_ = 0;  // in response_
  bool finished_ = false;
};

// The same of a WatchJob stream.
class JobWatch {
 public:
  JobWatch(v1::JobService::Stub* stub, const std::string& job_id, Revision after);
  ~JobWatch();

  std::optional<v1::JobEvent> Next();
  std::vector<v1::JobEvent> Take(size_t count);
  absl::Status Finish();
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::JobEvent>> reader_;
  bool finished_ = false;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RPC_WATCH_WATCH_SERVER_H_
