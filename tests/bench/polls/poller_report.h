#ifndef GCJOBS_TESTS_BENCH_POLLS_POLLER_REPORT_H_
#define GCJOBS_TESTS_BENCH_POLLS_POLLER_REPORT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "tests/bench/polls/workload.h"
#include "tests/integration/support/simulator_process.h"

namespace gcjobs::bench {

// What one run comes to, in seconds where it is time.
struct PollerReport {
  size_t seen = 0;      // jobs whose end was seen
  size_t given_up = 0;  // the others: they have no lag
  double polls = 0;     // answered ones, per job
  int requests = 0;     // but for tokens, refused ones too
  int refused = 0;      // with 429
  // Mean time from a job's arrival to its start upstream: what submissions
  // wait for where polls have used up the limit.
  double start_delay = 0;
  // From a job's end upstream until its watcher knew.
  double mean_lag = 0, median_lag = 0, p99_lag = 0;
};

// Compares what the watcher saw with what the simulator knows. `seen_before`:
// how many of the simulator's requests are of an earlier run.
PollerReport Report(const std::vector<WatchedJob>& watched, testing::SimulatorProcess* simulator,
                    size_t seen_before = 0);

void PrintHead();
// `base`: the report whose mean lag is 1.
void Print(const std::string& poller, const PollerReport& report, const PollerReport& base);

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_POLLS_POLLER_REPORT_H_
