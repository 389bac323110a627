#ifndef GCJOBS_SERVER_JOBS_JOB_RECORD_H_
#define GCJOBS_SERVER_JOBS_JOB_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/job_state.h"

#include "gcjobs/v1/job.pb.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/store/stored_job.pb.h"

namespace gcjobs {

// The record of a job and the changes it may undergo:
//
//   QUEUED ──► PENDING ──► RUNNING ──► SUCCEEDED | FAILED | CANCELLED |
//     │           │                    OUTCOME_UNKNOWN
//     │           └──────────────────► (the same)
//     └──────────► RUNNING, or any of the same
//
// No arrow leaves the terminal states. All functions are pure: they change the
// record that they are given and nothing else.

bool IsLegalTransition(v1::JobState from, v1::JobState to);

// Performs a transition: the only function that writes the state of a job that
// exists, together with the times that go with it.
// REQUIRES: the transition is legal.
void EnterState(v1::JobState to, absl::Time now, store::StoredJob* record);

// EnterState with the reason of a FAILED or OUTCOME_UNKNOWN job. The job's id is
// added to the error's metadata.
void EnterState(v1::JobState to, absl::Time now, absl::Status error, store::StoredJob* record);

// What Genesys Cloud said a job came to.
struct JobOutcome {
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  absl::Status error;       // FAILED
  std::string result_json;  // SUCCEEDED; empty = none in the answer
  bool bytes_replaced = false;
  int64_t unread_bytes = 0;  // see PollReport
};

// EnterState with the error or the result. Of a result larger than
// `max_result_bytes` only the size is kept. REQUIRES: as EnterState.
void EnterOutcome(JobOutcome outcome, const JobKind& kind, size_t max_result_bytes, absl::Time now,
                  store::StoredJob* record);

// When the job fails with JOB_TIMED_OUT.
absl::Time DeadlineOf(const store::StoredJob& record);

// Jobs that run one action last about as long: their poll class.
inline std::string PollClassOfAction(absl::string_view kind, absl::string_view action_id) {
  return absl::StrCat(kind, "/", action_id);
}

// The job is to run an action of which only the name is known.
bool NeedsActionId(const store::StoredJob& record);

// The request may have left, and its answer is not known yet.
bool IsBeingSubmitted(const store::StoredJob& record);

// What the job's kind needs to know of it. Refers to `record`.
inline JobRef RefOf(const store::StoredJob& record) {
  return {record.job().action_id(), record.job().upstream_id(), &record.path_parameters()};
}

// How a submission is answered, the first time and whenever it is repeated: with
// the error if Genesys Cloud refused it, else (OK) with the job.
absl::Status RejectionOf(const v1::Job& job);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_JOB_RECORD_H_
