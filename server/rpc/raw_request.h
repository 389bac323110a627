#ifndef GCJOBS_SERVER_RPC_RAW_REQUEST_H_
#define GCJOBS_SERVER_RPC_RAW_REQUEST_H_

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"
#include "common/error_info.h"

namespace gcjobs {

// Reads the message of a raw handler, which gets its request as bytes.
// INVALID_ARGUMENT/INVALID_REQUEST when they are no such message.
template <typename Request>
absl::Status ParseRawRequest(const grpc::ByteBuffer& bytes, Request* request) {
  grpc::ByteBuffer copy(bytes);  // Deserialize empties what it reads
  if (grpc::SerializationTraits<Request>::Deserialize(&copy, request).ok()) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST",
                   "the request is not a well-formed message");
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RAW_REQUEST_H_
