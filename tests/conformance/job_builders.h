#ifndef GCJOBS_TESTS_CONFORMANCE_JOB_BUILDERS_H_
#define GCJOBS_TESTS_CONFORMANCE_JOB_BUILDERS_H_

#include <string>

#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "server/store/stored_job.pb.h"
#include "server/store/write.h"

namespace gcjobs::testing {

// A moment of the tests' day.
absl::Time At(int seconds);

// A queued job of organisation `main`, created (and last updated) at At(created).
store::StoredJob NewJob(const std::string& id, int created = 0);

// Jobs are given as they were last committed: their
// revision is what the write expects.
Write InsertOf(const store::StoredJob& job);
Write TransitionOf(const store::StoredJob& job, v1::JobState to, int at = 0);
// An UPDATED event: the state stays.
Write ThrottlingOf(const store::StoredJob& job, int until, int at = 0);
Write SilentUpdateOf(const store::StoredJob& job);
Write DeleteOf(const store::StoredJob& job, int at = 0);

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_CONFORMANCE_JOB_BUILDERS_H_
