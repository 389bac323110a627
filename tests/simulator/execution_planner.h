#ifndef GCJOBS_TESTS_SIMULATOR_EXECUTION_PLANNER_H_
#define GCJOBS_TESTS_SIMULATOR_EXECUTION_PLANNER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"
#include "tests/simulator/durations.h"
#include "tests/simulator/execution.h"
#include "tests/simulator/raw_json.h"
#include "tests/simulator/sim_directive.h"

namespace gcjobs::sim {

// How the jobs of one action go, unless a job's parameters say otherwise.
struct ActionBehaviour {
  std::optional<DurationLaw> durations;  // absent: the simulator's --durations
  double failure_rate = 0;               // 0 to 1
  std::string failure_message;
  bool never_ends = false;
};

// Decides what will happen to a job when it is submitted. The n-th job of an
// action always gets the same draw for the same seed, however the threads run.
// Thread-safe.
class ExecutionPlanner {
 public:
  struct Options {
    uint64_t seed = 1;
    double speed = 1;       // simulated seconds per real second
    DurationLaw durations;  // of actions without a law of their own
    DurationLaw queued;     // before the work starts
  };
  explicit ExecutionPlanner(Options options) : options_(std::move(options)) {}

  double speed() const { return options_.speed; }

  // `parameters` are the caller's, with its "$sim" (sim_directive.h) if any.
  // INVALID_ARGUMENT when that is wrong.
  absl::StatusOr<ExecutionScript> Plan(absl::string_view action_id,
                                       const ActionBehaviour& behaviour,
                                       const RawObject& parameters) ABSL_LOCKS_EXCLUDED(mu_);

  // The same for a job that is no action's. Its `result` is the directive's, or
  // empty.
  ExecutionScript PlanJob(absl::string_view kind, const SimDirective& directive)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  ExecutionScript Draw(absl::string_view name, uint64_t ordinal, const ActionBehaviour& behaviour,
                       const SimDirective& directive) const;
  uint64_t NextOrdinal(absl::string_view name) ABSL_LOCKS_EXCLUDED(mu_);

  const Options options_;
  Mutex mu_;
  absl::flat_hash_map<std::string, uint64_t> ordinals_ ABSL_GUARDED_BY(mu_);  // by action or kind
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_EXECUTION_PLANNER_H_
