#ifndef GCJOBS_TESTS_SIMULATOR_EPOCH_SECONDS_H_
#define GCJOBS_TESTS_SIMULATOR_EPOCH_SECONDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace gcjobs::sim {

// A point in time as a JSON number: seconds since 1970 with microseconds;
// "null" for the infinite ones.
inline std::string EpochSeconds(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return "null";
  const int64_t micros = absl::ToUnixMicros(time);
  return absl::StrFormat("%d.%06d", micros / 1'000'000, micros % 1'000'000);
}

// Seconds for headers and messages, rounded up: a client that waits so long
// does not come too early.
inline int64_t CeilSeconds(absl::Duration duration) {
  return absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
}

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_EPOCH_SECONDS_H_
