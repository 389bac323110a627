#ifndef GCJOBS_SERVER_RPC_RESULTS_RESULTS_SERVICE_H_
#define GCJOBS_SERVER_RPC_RESULTS_RESULTS_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <string>
#include <utility>

#include "common/json_scanner.h"
#include "common/metrics.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/net/event_loop.h"
#include "server/rpc/results/result_plan.h"
#include "server/rpc/results/result_streams.h"
#include "server/store/read_pool.h"
#include "server/store/store.h"

namespace gcjobs {

// ReadResults, as a raw handler: pages are passed on as the bytes that came.
// Thread-safe. Must outlive all its streams and the loop's last turn.
class ResultsService {
 public:
  // All pointers are borrowed and must live as long.
  struct Options {
    EventLoop* loop;
    const Store* store;
    ReadPool* readers;  // where the store is read and writes are begun
    const JobKindRegistry* kinds;
    GenesysClients clients;  // used on the loop only

    // See ResultCursorCodec; empty: clients may make cursors up.
    std::string cursor_key;

    // Streams open at once; more are refused. Each holds up to two pages, which
    // are 16 MiB at most and mostly about one.
    size_t max_streams = 64;

    Metrics* metrics = nullptr;  // may be null
  };
  explicit ResultsService(Options options)
      : options_(std::move(options)), streams_(options_.max_streams, options_.metrics) {}

  // The handler for WithRawCallbackMethod_ReadResults.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ReadResults(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* bytes);

  // Refuses new streams and ends those that are open with SERVER_DRAINING, each
  // after the write in flight; returns before they have ended. Idempotent.
  void Drain() { streams_.Drain(); }

  // Open streams.
  size_t stream_count() const { return streams_.size(); }

 private:
  const Options options_;
  ResultStreams streams_;
  JsonScanner scanner_;  // the loop's
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RESULTS_RESULTS_SERVICE_H_
