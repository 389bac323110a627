#ifndef GCJOBS_COMMON_STATUS_CONVERSION_H_
#define GCJOBS_COMMON_STATUS_CONVERSION_H_

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace gcjobs {

// Between absl::Status and google.rpc.Status. Payloads become `details` and
// back; nothing is lost but the order of details, and all but the last of
// several details of one type. In messages, bytes that are not UTF-8 become
// U+FFFD, since proto3 strings must be UTF-8.
google::rpc::Status ToProto(const absl::Status& status);
absl::Status FromProto(const google::rpc::Status& proto);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_STATUS_CONVERSION_H_
