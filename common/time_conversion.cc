#include "common/time_conversion.h"

#include <algorithm>
#include <cstdint>

namespace gcjobs {
namespace {

// The ranges that timestamp.proto and duration.proto state.
constexpr int64_t kMinTimestampSeconds = -62135596800;
constexpr int64_t kMaxTimestampSeconds = 253402300799;
constexpr int64_t kMaxDurationSeconds = 315576000000;
constexpr int32_t kNanosPerSecond = 1000000000;

}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  const absl::Time low = absl::FromUnixSeconds(kMinTimestampSeconds);
  const absl::Time high = absl::FromUnixSeconds(kMaxTimestampSeconds + 1) - absl::Nanoseconds(1);
  const absl::Time clamped = std::clamp(time, low, high);
  const int64_t seconds = absl::ToUnixSeconds(clamped);
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds);
  proto.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(clamped - absl::FromUnixSeconds(seconds))));
  return proto;
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  const absl::Duration limit = absl::Seconds(kMaxDurationSeconds + 1) - absl::Nanoseconds(1);
  absl::Duration rest = std::clamp(duration, -limit, limit);
  google::protobuf::Duration proto;
  proto.set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return proto;
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

bool IsValid(const google::protobuf::Timestamp& time) {
  return time.seconds() >= kMinTimestampSeconds && time.seconds() <= kMaxTimestampSeconds &&
         time.nanos() >= 0 && time.nanos() < kNanosPerSecond;
}

bool IsValid(const google::protobuf::Duration& duration) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  if (seconds > kMaxDurationSeconds || seconds < -kMaxDurationSeconds) return false;
  if (nanos >= kNanosPerSecond || nanos <= -kNanosPerSecond) return false;
  return seconds == 0 || nanos == 0 || (seconds > 0) == (nanos > 0);
}

}  // namespace gcjobs
