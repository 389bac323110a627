#ifndef GCJOBS_COMMON_GRPC_STATUS_H_
#define GCJOBS_COMMON_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace gcjobs {

// Between absl::Status and grpc::Status. Payloads travel as a serialised
// google.rpc.Status in the `grpc-status-details-bin` trailer, the standard
// place (https://grpc.io/docs/guides/error/#richer-error-model).
grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_GRPC_STATUS_H_
