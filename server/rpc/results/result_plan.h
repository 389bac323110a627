#ifndef GCJOBS_SERVER_RPC_RESULTS_RESULT_PLAN_H_
#define GCJOBS_SERVER_RPC_RESULTS_RESULT_PLAN_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/results/result_pager.h"
#include "server/rpc/results/result_page.h"
#include "server/store/stored_job.pb.h"

namespace gcjobs {

// The organisations' clients, by name.
using GenesysClients = absl::flat_hash_map<std::string, GenesysClient*>;

// How a ReadResults is served: from the store, or page by page from Genesys
// Cloud.
struct ResultsPlan {
  ResultCursor start;
  std::optional<UpstreamPage> stored;  // the only page; else `source` is set
  ResultSource source;
};

// What a request may hold, checked before the store is asked.
// INVALID_ARGUMENT/INVALID_REQUEST.
absl::Status ValidateReadResults(const v1::ReadResultsRequest& request);

// Decides how to serve a valid request. Takes a millisecond for a megabyte that
// was stored. Thread-safe. Errors: FAILED_PRECONDITION with JOB_NOT_FINISHED,
// NO_RESULTS, KIND_NOT_CONFIGURED or ORG_NOT_CONFIGURED;
// INVALID_ARGUMENT/INVALID_CURSOR.
absl::StatusOr<ResultsPlan> PlanResults(const JobKindRegistry& kinds, const GenesysClients& clients,
                                        const ResultCursorCodec& cursors,
                                        const v1::ReadResultsRequest& request, store::StoredJob job,
                                        store::Submission submission);

// Whether PlanResults needs the job's submission; otherwise any will do.
bool NeedsSubmission(const JobKindRegistry& kinds, const store::StoredJob& job);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RESULTS_RESULT_PLAN_H_
