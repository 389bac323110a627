#ifndef GCJOBS_SERVER_RPC_JOB_LISTING_H_
#define GCJOBS_SERVER_RPC_JOB_LISTING_H_

#include "absl/status/statusor.h"

#include "gcjobs/v1/job_service.pb.h"
#include "server/rpc/org_names.h"
#include "server/store/job_query.h"
#include "server/store/store.h"

namespace gcjobs {

// Checks a ListJobs request and turns it into the store's terms. Pure,
// thread-safe. Errors: INVALID_ARGUMENT with INVALID_REQUEST, UNKNOWN_ORG or
// INVALID_PAGE_TOKEN.
absl::StatusOr<JobQuery> BuildJobQuery(const v1::ListJobsRequest& request, const OrgNames& orgs);

// One page as the store has it, with the token of the next one if there is
// one. Blocks on disk. Errors: the store's.
absl::StatusOr<v1::ListJobsResponse> ReadJobPage(StoreReader& store, const JobQuery& query);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_JOB_LISTING_H_
