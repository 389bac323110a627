#ifndef GCJOBS_SERVER_RPC_WATCH_WATCH_SERVICE_H_
#define GCJOBS_SERVER_RPC_WATCH_WATCH_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "server/rpc/org_names.h"
#include "server/store/reader_pool.h"
#include "server/store/store.h"
#include "server/watch/watch_hub.h"

namespace gcjobs {

class WatchCursor;

// WatchJob and WatchJobs, as raw handlers: events are serialised once and
// shared by all streams. Thread-safe.
class WatchService {
 public:
  // All outlive every stream.
  struct Deps {
    WatchHub* hub;
    ReaderPool* readers;  // where the store is read
  };
  struct Options {
    // A write that a client has not taken for so long ends its stream.
    absl::Duration stall_limit = absl::Seconds(30);

    // Silence after which a BOOKMARK is sent, give or take the hub's
    // tick_interval; clients are promised 30 s.
    absl::Duration bookmark_interval = absl::Seconds(20);

    // A WatchJobs message ends at whichever comes first, but holds at least one
    // event. Fuller messages cost less CPU an event; a stream with a slow
    // client keeps one of them in memory. Clients take 4 MiB by default.
    ReadLimit batch = {/*events=*/256, /*bytes=*/1 << 20};
  };
  // `orgs` are the organisations that a filter may name.
  WatchService(const Deps& deps, OrgNames orgs, const Options& options);

  // The handlers: each returns a stream that ends by itself.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchJob(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* bytes) const;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchJobs(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* bytes) const;

 private:
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Start(grpc::CallbackServerContext* context,
                                                    std::string job_id,
                                                    std::unique_ptr<WatchCursor> cursor) const;

  const Deps deps_;
  const OrgNames orgs_;
  const Options options_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_WATCH_WATCH_SERVICE_H_
