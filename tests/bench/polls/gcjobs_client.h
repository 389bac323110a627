#ifndef GCJOBS_TESTS_BENCH_POLLS_GCJOBS_CLIENT_H_
#define GCJOBS_TESTS_BENCH_POLLS_GCJOBS_CLIENT_H_

#include <string>
#include <vector>

#include "gcjobs/v1/job_service.grpc.pb.h"
#include "tests/bench/polls/workload.h"

namespace gcjobs::bench {

// Submits each job to a server at its arrival, and watches them all on one
// stream until the last has ended. `run` tells these jobs from others of the
// server. Ends the process when a call fails or a job does not succeed.
std::vector<WatchedJob> RunGcjobs(v1::JobService::Stub* stub, const std::string& run,
                                  const std::vector<PlannedJob>& jobs);

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_POLLS_GCJOBS_CLIENT_H_
