#ifndef GCJOBS_TESTS_BENCH_SCHEDULER_FLEET_H_
#define GCJOBS_TESTS_BENCH_SCHEDULER_FLEET_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/time/time.h"

#include "tests/bench/scheduler/duration_law.h"

namespace gcjobs::bench {

// One job of a run, in seconds from its beginning.
struct FleetJob {
  double accepted_at = 0;
  double duration = 0;  // from then on
  double lag = 0;       // from its end to the poll that saw it
  int polls = 0;
  bool lost = false;  // the poller gave up before its end
};

// Jobs that arrive at random (Poisson) at a rate, each with a duration.
std::vector<FleetJob> Arrivals(const DurationLaw& law, double jobs_a_second, int jobs,
                               uint64_t seed);

// What a run has shown.
struct FleetRun {
  std::vector<FleetJob> jobs;
  std::vector<double> sent;  // when polls were sent, ascending
};

enum class Knowledge {
  kKnown,     // the scheduler knows the law from the start
  kLearned,   // it has learned from the first kLearnedJobs, and learns no more
  kLearning,  // it starts with nothing, and learns all along
};
inline constexpr int kLearnedJobs = 300;

// Runs the server's own scheduler, models and budget over the jobs, in virtual
// time. `law` is what kKnown knows.
FleetRun RunScheduler(std::vector<FleetJob> jobs, Knowledge knowledge, const DurationLaw& law,
                      uint64_t seed);

// The same, knowing of each job which law it follows: the jobs up to `change`
// follow `before`, the others `after`.
FleetRun RunToldScheduler(std::vector<FleetJob> jobs, const DurationLaw& before,
                          const DurationLaw& after, size_t change, uint64_t seed);

// Runs a poller that polls each job by itself: gap(n) is the time before
// its poll n = 0, 1, ...; negative: it gives up. It knows of no budget, and is
// never refused anything here, which is kinder than what it would meet.
FleetRun RunPoller(std::vector<FleetJob> jobs, const std::function<double(int)>& gap);

// Requests beyond `limit`, as an upstream counts that looks back 60 s at each
// request, and as one that counts from each full minute.
int SlidingOverruns(const std::vector<double>& sent, int limit);
int FixedOverruns(const std::vector<double>& sent, int limit);

// What a budget of 300 a minute has for polls, in polls a second.
double PollCapacity();

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_SCHEDULER_FLEET_H_
