#ifndef GCJOBS_SERVER_RESULTS_STORED_RESULT_H_
#define GCJOBS_SERVER_RESULTS_STORED_RESULT_H_

#include <string>

#include "absl/status/statusor.h"

#include "server/results/upstream_page.h"

namespace gcjobs {

// A result that the store has kept (Job.result_json), as the only page: an
// array's elements are its items, any other value is the only one. Blocks for a
// millisecond a megabyte. Errors have no ErrorInfo: INVALID_ARGUMENT when it is
// not JSON, as an action's own answer may be; OUT_OF_RANGE when `start` is
// beyond its end.
absl::StatusOr<UpstreamPage> ReadStoredResult(std::string result_json, const ResultPosition& start);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RESULTS_STORED_RESULT_H_
