#ifndef GCJOBS_SERVER_JOBS_JOB_STATE_H_
#define GCJOBS_SERVER_JOBS_JOB_STATE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/job_state.h"

#include "gcjobs/v1/job.pb.h"
#include "server/store/stored_job.pb.h"

namespace gcjobs {

// The job state machine (contract.md, section 3):
//
//   QUEUED ──► PENDING ──► RUNNING ──► SUCCEEDED | FAILED | CANCELLED |
//     │           │                    OUTCOME_UNKNOWN
//     │           └──────────────────► (the same)
//     └──────────► RUNNING, or any of the same
//
// Terminal states have no way out.

bool IsLegalTransition(v1::JobState from, v1::JobState to);

// Performs a transition on the record: state and times. The only function that
// writes `state`. REQUIRES: the transition is legal.
void EnterState(v1::JobState to, absl::Time now, store::StoredJob* job);

// EnterState with the reason of a FAILED or OUTCOME_UNKNOWN job. The error gets
// the job's id into its metadata.
void EnterState(v1::JobState to, absl::Time now, absl::Status error, store::StoredJob* job);

// The answer of a submission, now and whenever it is repeated: the job, or the
// error when Genesys Cloud refused the submission.
absl::Status RejectionOf(const v1::Job& job);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_JOB_STATE_H_
