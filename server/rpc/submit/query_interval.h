#ifndef GCJOBS_SERVER_RPC_SUBMIT_QUERY_INTERVAL_H_
#define GCJOBS_SERVER_RPC_SUBMIT_QUERY_INTERVAL_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/json.h"

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

// The span that a query in JSON asks about: `interval`, or else `dateRange` with
// `startDate` and `endDate`. Unset where neither can be read.
std::optional<QueryInterval> IntervalIn(const JsonValue& query);

// Of the endpoint `details/query`; `details/jobs` has no such limit.
inline constexpr absl::Duration kMaxQueryLength = absl::Hours(90 * 24);

// INVALID_ARGUMENT/INVALID_REQUEST when the endpoint `details/query` takes no interval
// of that length.
absl::Status CheckQueryLength(absl::string_view field, const QueryInterval& interval);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_QUERY_INTERVAL_H_
