#ifndef GCJOBS_TESTS_SIMULATOR_SIM_DIRECTIVE_H_
#define GCJOBS_TESTS_SIMULATOR_SIM_DIRECTIVE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/simulator/execution.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {

// How a caller steers its own job: the member "$sim" of the parameters. All
// members are optional; what is absent is drawn.
//   "duration" "2s"    from the start of the work to its end (simulated time)
//   "queued"   "500ms" before that (simulated time)
//   "outcome"  "completed", "failed", "cancelled", "expired" or "never"
//   "message"  the error of a failed job
//   "statuses" ["Accepted", "in-progress", "Success"], see ExecutionScript
//   "result"   any JSON, answered byte for byte
//   "httpStatus" what a direct call that fails answers (400)
struct SimDirective {
  std::optional<absl::Duration> duration;
  std::optional<absl::Duration> queued;
  std::optional<Outcome> outcome;
  std::optional<std::string> message;
  std::optional<std::string> result;
  std::vector<std::string> statuses;
  std::optional<int> http_status;
};

// INVALID_ARGUMENT for a member that is wrong or unknown: a test that misspells
// its directive must not pass by luck.
absl::StatusOr<SimDirective> ParseSimDirective(const RawObject& parameters);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_SIM_DIRECTIVE_H_
