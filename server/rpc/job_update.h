#ifndef GCJOBS_SERVER_RPC_JOB_UPDATE_H_
#define GCJOBS_SERVER_RPC_JOB_UPDATE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job_service.pb.h"
#include "server/jobs/job_engine.h"

namespace gcjobs {

// What UpdateJob's request does to a job. An execution timeout that the mask names and
// the request does not set becomes `default_timeout`.
//
// INVALID_ARGUMENT/INVALID_REQUEST when a field is out of range, or the mask names
// something else, or there is nothing to change; the change itself refuses a poll
// policy that is out of order only together with what the job has already.
absl::StatusOr<JobEngine::JobChange> BuildJobChange(const v1::UpdateJobRequest& request,
                                                    absl::Duration default_timeout);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_JOB_UPDATE_H_
