#ifndef GCJOBS_TESTS_BENCH_POLLS_WORKLOAD_H_
#define GCJOBS_TESTS_BENCH_POLLS_WORKLOAD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace gcjobs::bench {

// One job, the same for every poller.
struct PlannedJob {
  absl::Duration arrival;  // from the run's beginning
  std::string action_id;
  std::string parameters_json;  // with the directive that makes it last so long
};

struct WorkloadOptions {
  int jobs = 200;
  absl::Duration span = absl::Seconds(200);  // in which about all of them arrive
  double stretch = 1;                        // of their durations
  uint64_t seed = 1;
};

// How long jobs last, in seconds, before `stretch`: lognormal. The fast ones are
// as in the guides' examples.
inline constexpr double kFastMedian = 20, kFastSigma = 1;
inline constexpr double kSlowMedian = 60, kSlowSigma = 0.5;
inline constexpr double kLongest = 150;  // what would last longer lasts so long

// Jobs that arrive at random (Poisson). Two of three are fast and run one
// action of the simulator's, the others are slow and run another.
std::vector<PlannedJob> PlanJobs(const WorkloadOptions& options);

// What a poller made of a PlannedJob.
struct WatchedJob {
  absl::Time arrival;                  // when the poller got it, by the time of day
  std::string execution_id;            // the simulator's
  std::optional<absl::Time> end_seen;  // by the watcher's clock; unset: given up
};

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_POLLS_WORKLOAD_H_
