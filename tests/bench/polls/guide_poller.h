#ifndef GCJOBS_TESTS_BENCH_POLLS_GUIDE_POLLER_H_
#define GCJOBS_TESTS_BENCH_POLLS_GUIDE_POLLER_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "tests/bench/polls/workload.h"

namespace gcjobs::bench {

// How a guide tells people to poll.
struct Guide {
  std::string name;
  // Time before poll n = 0, 1 ... of a job; nothing: it gives up.
  std::function<std::optional<absl::Duration>(int n)> gap;
};

const std::vector<Guide>& Guides();

// Submits each job at its arrival and polls it as the guide says, each
// job by itself and one request after another. A request that is refused with
// 429 is sent again after Retry-After, and does not count as a poll. Returns
// when every job was seen to end or given up. Ends the process when the API
// answers anything that it should not.
std::vector<WatchedJob> RunGuide(const Guide& guide, const std::string& api_url,
                                 const std::vector<PlannedJob>& jobs);

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_POLLS_GUIDE_POLLER_H_
