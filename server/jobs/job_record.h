#ifndef GCJOBS_SERVER_JOBS_JOB_RECORD_H_
#define GCJOBS_SERVER_JOBS_JOB_RECORD_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/job_engine.h"
#include "server/store/stored_job.pb.h"

namespace gcjobs {

// The record of a new job, from what was submitted at `now`.
store::StoredJob MakeRecord(std::string job_id, absl::Time now, JobSubmission submission);

// What the job's kind has to know of it. Refers to `record`.
inline JobRef RefOf(const store::StoredJob& record) {
  return {record.job().action_id(), record.job().upstream_id(), &record.path_parameters()};
}

// What Genesys Cloud said that a job came to.
struct JobOutcome {
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  absl::Status error;       // FAILED
  std::string result_json;  // SUCCEEDED; empty = none in the answer
};

// EnterState, with the error or the result. Of a result beyond
// `max_result_bytes` only the size is kept. REQUIRES: as EnterState.
void EnterOutcome(JobOutcome outcome, const JobKind& kind, size_t max_result_bytes, absl::Time now,
                  store::StoredJob* record);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_JOB_RECORD_H_
