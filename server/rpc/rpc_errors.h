#ifndef GCJOBS_SERVER_RPC_RPC_ERRORS_H_
#define GCJOBS_SERVER_RPC_RPC_ERRORS_H_

#include "absl/status/status.h"

namespace gcjobs {

// Errors that the RPC layer itself gives.

// UNAVAILABLE/SERVER_DRAINING with RetryInfo: the server stops and did not get
// to this call.
absl::Status DrainingError();

// RESOURCE_EXHAUSTED/SERVER_BUSY with RetryInfo: too many reads wait already.
absl::Status BusyError();

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RPC_ERRORS_H_
