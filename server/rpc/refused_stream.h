#ifndef GCJOBS_SERVER_RPC_REFUSED_STREAM_H_
#define GCJOBS_SERVER_RPC_REFUSED_STREAM_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "common/grpc_status.h"

namespace gcjobs {

// A server stream that ends at once with an error. Owns itself.
template <typename Message>
class RefusedStream final : public grpc::ServerWriteReactor<Message> {
 public:
  // What a handler returns to refuse its call. `status` is not OK.
  static grpc::ServerWriteReactor<Message>* New(const absl::Status& status) {
    return new RefusedStream(status);
  }

  void OnDone() override { delete this; }

 private:
  explicit RefusedStream(const absl::Status& status) { this->Finish(ToGrpc(status)); }
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_REFUSED_STREAM_H_
