#ifndef GCJOBS_SERVER_RPC_RESULTS_RESULT_ERRORS_H_
#define GCJOBS_SERVER_RPC_RESULTS_RESULT_ERRORS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// How ReadResults is refused and ended. JOB_NOT_FOUND is the store's; what
// Genesys Cloud says comes from the ResultPager.

// FAILED_PRECONDITION/JOB_NOT_FINISHED.
absl::Status ResultsNotReadyError(const v1::Job& job);

// FAILED_PRECONDITION/NO_RESULTS; `why` goes on after "job ID: ".
absl::Status NoResultsError(const v1::Job& job, absl::string_view why);

// FAILED_PRECONDITION/ORG_NOT_CONFIGURED and KIND_NOT_CONFIGURED.
absl::Status ResultsOrgNotConfiguredError(const v1::Job& job);
absl::Status ResultsKindNotConfiguredError(const v1::Job& job);

// INVALID_ARGUMENT/INVALID_CURSOR.
absl::Status InvalidCursorError();

// UNAVAILABLE/SERVER_DRAINING, with RetryInfo.
absl::Status ResultsDrainingError();

// RESOURCE_EXHAUSTED/TOO_MANY_RESULT_STREAMS, with RetryInfo.
absl::Status TooManyResultStreamsError(size_t limit);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RESULTS_RESULT_ERRORS_H_
