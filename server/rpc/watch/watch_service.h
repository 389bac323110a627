#ifndef GCJOBS_SERVER_RPC_WATCH_WATCH_SERVICE_H_
#define GCJOBS_SERVER_RPC_WATCH_WATCH_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "server/store/store.h"

namespace gcjobs {

class ReadPool;
class WatchCursor;
class WatchHub;

// The watch streams' RPCs, as raw handlers (events are serialised once and
// shared by all streams). Thread-safe.
class WatchService {
 public:
  struct Options {
    WatchHub* hub;       // must outlive all streams
    const Store* store;  // likewise
    ReadPool* readers;   // likewise; where store reads run
    // Refuses a filter that names unknown organisations, states and so on. May
    // be null: then every filter is taken.
    std::function<absl::Status(const v1::JobFilter&)> validate_filter;

    // A write that a client has not taken for so long ends its stream.
    absl::Duration stall_limit = absl::Seconds(30);

    // Silence after which a BOOKMARK is sent, give or take the hub's
    // tick_interval; clients are promised 30 s.
    absl::Duration bookmark_interval = absl::Seconds(20);

    // A WatchJobs message ends at whichever comes first, but holds at least one
    // event. Fuller messages cost less CPU an event; a stream with a slow
    // client keeps one of them in memory. Clients take 4 MiB by default.
    Store::ReadLimit batch = {/*events=*/256, /*bytes=*/1 << 20};
  };
  explicit WatchService(Options options) : options_(std::move(options)) {}

  // Handlers for WithRawCallbackMethod_WatchJob and ..._WatchJobs.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchJob(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request);
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchJobs(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request);

 private:
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Start(grpc::CallbackServerContext* context,
                                                    std::string job_id,
                                                    std::unique_ptr<WatchCursor> cursor);

  const Options options_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_WATCH_WATCH_SERVICE_H_
