#include "tests/bench/polls/workload.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "tests/bench/scheduler/duration_law.h"

namespace gcjobs::bench {
namespace {

constexpr double kShareOfFast = 2.0 / 3;
constexpr int kFastAction = 1, kSlowAction = 3;  // well known ones of the simulator

std::string ActionId(int n) { return absl::StrFormat("custom_-_00000000-0000-4000-8000-%012d", n); }

std::string Parameters(absl::Duration duration) {
  return absl::StrCat(R"({"$sim":{"queued":"0s","outcome":"completed","duration":")",
                      absl::FormatDuration(duration), R"("}})");
}

}  // namespace

std::vector<PlannedJob> PlanJobs(const WorkloadOptions& options) {
  const DurationLaw fast = Lognormal(kFastMedian, kFastSigma);
  const DurationLaw slow = Lognormal(kSlowMedian, kSlowSigma);
  std::mt19937_64 random(options.seed);
  std::exponential_distribution<double> gap(options.jobs / absl::ToDoubleSeconds(options.span));
  std::bernoulli_distribution is_fast(kShareOfFast);
  std::vector<PlannedJob> jobs(static_cast<size_t>(options.jobs));
  absl::Duration arrival;
  for (PlannedJob& job : jobs) {
    arrival += absl::Seconds(gap(random));
    job.arrival = arrival;
    const bool fast_one = is_fast(random);
    const double seconds = std::min((fast_one ? fast : slow).draw(random), kLongest);
    job.action_id = ActionId(fast_one ? kFastAction : kSlowAction);
    job.parameters_json = Parameters(absl::Seconds(seconds * options.stretch));
  }
  return jobs;
}

}  // namespace gcjobs::bench
