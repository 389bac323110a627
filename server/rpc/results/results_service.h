#ifndef GCJOBS_SERVER_RPC_RESULTS_RESULTS_SERVICE_H_
#define GCJOBS_SERVER_RPC_RESULTS_RESULTS_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/metrics.h"
#include "common/mutex.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/net/event_loop.h"
#include "server/rpc/results/result_plan.h"
#include "server/store/reader_pool.h"
#include "server/store/store.h"

namespace gcjobs {

// ReadResults, as a raw handler: pages are passed on as the bytes that came.
// Thread-safe. Must outlive all its streams and the loop's last turn.
class ResultsService {
 public:
  // All outlive the service.
  struct Deps {
    EventLoop* loop;
    ReaderPool* readers;  // where the store is read and writes are begun
    const JobKindRegistry* kinds;
    GenesysClients clients;      // used on the loop only
    Metrics* metrics = nullptr;  // may be null
  };
  struct Options {
    // See ResultCursorCodec; empty: clients may make cursors up.
    std::string cursor_key;

    // Streams open at once; more are refused. Each holds up to two pages, which
    // are 16 MiB at most and mostly about one.
    size_t max_streams = 64;
  };
  ResultsService(Deps deps, Options options);
  ~ResultsService();

  // The handler: returns a stream that ends by itself.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ReadResults(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* bytes);

  // Refuses new streams and ends those that are open with SERVER_DRAINING, each
  // after the write in flight; returns before they have ended. Idempotent.
  void Drain() ABSL_LOCKS_EXCLUDED(mu_);

  // Open streams.
  size_t stream_count() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  class Stream;

  // UNAVAILABLE/SERVER_DRAINING, RESOURCE_EXHAUSTED/TOO_MANY_RESULT_STREAMS.
  absl::Status Add(const std::shared_ptr<Stream>& stream) ABSL_LOCKS_EXCLUDED(mu_);
  // Harmless when it was not taken in.
  void Remove(const Stream* stream) ABSL_LOCKS_EXCLUDED(mu_);
  void ShowCountLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Deps deps_;
  const Options options_;

  mutable Mutex mu_;  // leaf
  absl::flat_hash_map<const Stream*, std::shared_ptr<Stream>> streams_ ABSL_GUARDED_BY(mu_);
  bool is_draining_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RESULTS_RESULTS_SERVICE_H_
