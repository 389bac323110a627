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

// ISO-8601 `start/end`, each a date and perhaps a time of day: with `Z` or an
// offset such as `+02:00`, or else in UTC; with minutes, seconds or fractions
// of them. Unset for anything else, durations (`start/P1D`) included.
std::optional<QueryInterval> ParseQueryInterval(absl::string_view text);

// In UTC, with milliseconds: `2026-01-01T00:00:00.000Z/...`. What is below a
// millisecond is dropped.
std::string FormatQueryInterval(const QueryInterval& interval);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_QUERY_INTERVAL_H_
