#ifndef GCJOBS_COMMON_GRPC_STATUS_H_
#define GCJOBS_COMMON_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace gcjobs {

// Between absl::Status and grpc::Status. Payloads travel as a serialised
// google.rpc.Status in the `grpc-status-details-bin` trailer, the standard
// place (https://grpc.io/docs/guides/error/#richer-error-model).
//
// Peers refuse trailers of more than 8 KiB, and the error would be lost to one
// of gRPC's own. So ToGrpc cuts a message to 1 KiB and a v1::FailureBody to
// 2 KiB or what the other details leave of the trailer; when that is not enough
// it keeps ErrorInfo and RetryInfo alone, and a quarter of the message.
grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_GRPC_STATUS_H_
