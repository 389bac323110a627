#ifndef GCJOBS_TESTS_SIMULATOR_SIM_DIRECTIVE_H_
#define GCJOBS_TESTS_SIMULATOR_SIM_DIRECTIVE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/simulator/execution.h"
#include "tests/simulator/raw_json.h"
#include "tests/simulator/result_plan.h"

namespace gcjobs::sim {

// How a caller steers its own job: the member "$sim" of an action's parameters
// or of a job's body. All members are optional; what is absent is drawn.
//   "duration" "2s"    from the start of the work to its end (simulated time)
//   "queued"   "500ms" before that (simulated time)
//   "outcome"  "completed", "failed", "cancelled", "expired" or "never"
//   "message"  the error of a failed job
//   "statuses" ["Accepted", "in-progress", "Success"], see ExecutionScript
//   "result"   any JSON, answered byte for byte
//   "httpStatus" what a direct call that fails answers (400)
// Of jobs that have result pages:
//   "pages"        how many, of "itemsPerPage" items (ResultPlan)
//   "itemsPerPage" the most items that a page has, however many are asked for
//   "pageBytes"    what such a page weighs, about
//   "results"      {"fault": "repeated_cursor", "empty_pages", "foreign_link" or "expired",
//                  "at": PAGE, "count": EMPTY_PAGES, "origin": "http://HOST",
//                  "links": "absolute" or "relative"}, see ResultPlan
struct SimDirective {
  std::optional<absl::Duration> duration;
  std::optional<absl::Duration> queued;
  std::optional<Outcome> outcome;
  std::optional<std::string> message;
  std::optional<std::string> result;
  std::vector<std::string> statuses;
  std::optional<int> http_status;

  // `plan`, changed as far as the directive says something else.
  ResultPlan PlanResults(ResultPlan plan) const;

  std::optional<int> pages;
  std::optional<int> items_per_page;
  std::optional<int> page_bytes;
  std::optional<ResultFault> result_fault;
  std::optional<int> fault_page;
  std::optional<int> fault_count;
  std::optional<std::string> foreign_origin;
  std::optional<LinkStyle> links;
};

// Bounds of what may be asked for, here and on the command line.
inline constexpr int kMaxResultPages = 1'000'000;
inline constexpr int kMaxItemsPerPage = 100'000;
inline constexpr int kMaxPageBytes = 64 << 20;

// INVALID_ARGUMENT for a member that is wrong or unknown: a test that misspells
// its directive must not pass by luck.
absl::StatusOr<SimDirective> ParseSimDirective(const RawObject& parameters);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_SIM_DIRECTIVE_H_
