#ifndef GCJOBS_SERVER_STORE_JOB_STATE_H_
#define GCJOBS_SERVER_STORE_JOB_STATE_H_

#include "absl/time/time.h"

#include "common/job_state.h"
#include "common/time_conversion.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// The SQL of the live jobs' index relies on the numbers of the live states.
static_assert(v1::JOB_STATE_QUEUED == 1 && v1::JOB_STATE_PENDING == 2 &&
                  v1::JOB_STATE_RUNNING == 3 && v1::JOB_STATE_SUCCEEDED == 4,
              "the live states are 1 to 3, the terminal ones come after them");

// Whether the job is terminal and its time is up at `now`.
inline bool ExpiresBy(const v1::Job& job, absl::Time now) {
  return IsTerminal(job.state()) && job.has_expire_time() && FromProto(job.expire_time()) <= now;
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_JOB_STATE_H_
