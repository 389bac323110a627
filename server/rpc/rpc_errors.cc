#include "server/rpc/rpc_errors.h"

#include "absl/time/time.h"
#include "common/error_info.h"

namespace gcjobs {
namespace {

// A restart takes about a second; sooner a client only meets the same end.
constexpr absl::Duration kDrainingRetryDelay = absl::Seconds(1);
// Ten thousand queued reads take about as long.
constexpr absl::Duration kBusyRetryDelay = absl::Seconds(1);

}  // namespace

absl::Status DrainingError() {
  absl::Status status = MakeError(absl::StatusCode::kUnavailable, "SERVER_DRAINING",
                                  "the server is stopping and did not get to this call");
  SetRetryDelay(&status, kDrainingRetryDelay);
  return status;
}

absl::Status BusyError() {
  absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, "SERVER_BUSY",
                                  "too many reads of the store are waiting already");
  SetRetryDelay(&status, kBusyRetryDelay);
  return status;
}

}  // namespace gcjobs
