#ifndef GCJOBS_COMMON_TIME_CONVERSION_H_
#define GCJOBS_COMMON_TIME_CONVERSION_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"

namespace gcjobs {

// Between absl's times and protobuf's. Sub-nanosecond parts are dropped, and
// what protobuf cannot hold becomes its nearest limit.
google::protobuf::Timestamp ToProto(absl::Time time);
google::protobuf::Duration ToProto(absl::Duration duration);

// Never fail: a message with nanos out of range is normalised. To check what a
// client sent, use IsValid first.
absl::Time FromProto(const google::protobuf::Timestamp& time);
absl::Duration FromProto(const google::protobuf::Duration& duration);

// Whether the message keeps protobuf's rules for its ranges and signs.
bool IsValid(const google::protobuf::Timestamp& time);
bool IsValid(const google::protobuf::Duration& duration);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_TIME_CONVERSION_H_
