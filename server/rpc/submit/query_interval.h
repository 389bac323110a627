#ifndef GCJOBS_SERVER_RPC_SUBMIT_QUERY_INTERVAL_H_
#define GCJOBS_SERVER_RPC_SUBMIT_QUERY_INTERVAL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gcjobs {

// The span of time of an analytics query, the end not included.
struct QueryInterval {
  absl::Time start;
  absl::Time end;
};

// ISO-8601 `start/end`. Each is a date, with or without a time of day, which has
// minutes, seconds or fractions of them and may end in `Z` or an offset such as
// `+02:00` (without either it is UTC). Unset for anything else, also for
// durations (`start/P1D`).
std::optional<QueryInterval> ParseQueryInterval(absl::string_view text);

// In UTC, with milliseconds: `2026-01-01T00:00:00.000Z/...`. What is below a
// millisecond is dropped.
std::string FormatQueryInterval(const QueryInterval& interval);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_QUERY_INTERVAL_H_
