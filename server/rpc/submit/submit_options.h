#ifndef GCJOBS_SERVER_RPC_SUBMIT_SUBMIT_OPTIONS_H_
#define GCJOBS_SERVER_RPC_SUBMIT_SUBMIT_OPTIONS_H_

#include "absl/status/status.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// Checks all of SubmitOptions but `org`, which OrgNames resolves. Refusals are
// as in request_validation.h. Pure, thread-safe.
absl::Status ValidateSubmitOptions(const v1::SubmitOptions& options);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_SUBMIT_OPTIONS_H_
