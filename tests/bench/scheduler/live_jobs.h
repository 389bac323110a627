#ifndef GCJOBS_TESTS_BENCH_SCHEDULER_LIVE_JOBS_H_
#define GCJOBS_TESTS_BENCH_SCHEDULER_LIVE_JOBS_H_

#include <cstddef>

namespace gcjobs::bench {

// What the scheduler costs with many live jobs, measured on this machine.
struct LiveJobsCost {
  size_t jobs = 0;
  double bytes_per_job = 0;           // of heap, all included
  double add_microseconds = 0;        // mean, of one job
  double decision_microseconds = 0;   // mean: choose a job, take the answer, put it back
  double slowest_1_percent_from = 0;  // microseconds
};

// Adds so many jobs of 20 classes, of all ages up to an hour, and takes
// `decisions` polls; one in four finds the job ended, and another takes its
// place.
LiveJobsCost MeasureLiveJobs(size_t jobs, int decisions);

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_SCHEDULER_LIVE_JOBS_H_
