#ifndef GCJOBS_SERVER_STORE_JOB_STATE_H_
#define GCJOBS_SERVER_STORE_JOB_STATE_H_

#include "absl/time/time.h"

#include "common/time_conversion.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// What the store has to know of a job's state; the arrows between states are
// not its business.

// Whether the job is not at its end. The live states are numbered below the
// terminal ones, which the SQL of the live jobs' index relies on.
inline bool IsLive(v1::JobState state) { return state <= v1::JOB_STATE_RUNNING; }
static_assert(v1::JOB_STATE_QUEUED < v1::JOB_STATE_RUNNING &&
                  v1::JOB_STATE_PENDING < v1::JOB_STATE_RUNNING && v1::JOB_STATE_RUNNING == 3 &&
                  v1::JOB_STATE_SUCCEEDED > v1::JOB_STATE_RUNNING,
              "the live states are 1 to 3");

// Whether the job is terminal and its time is up at `now`.
inline bool ExpiresBy(const v1::Job& job, absl::Time now) {
  return !IsLive(job.state()) && job.has_expire_time() && FromProto(job.expire_time()) <= now;
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_JOB_STATE_H_
