#ifndef GCJOBS_SERVER_RPC_SUBMIT_QUERY_JSON_H_
#define GCJOBS_SERVER_RPC_SUBMIT_QUERY_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// A conversation query that is said in fields, as the JSON that Genesys Cloud reads. It
// reads two languages, which say the same in different words:
//
// - the official one: `interval`, `conversationFilters`, `segmentFilters`, `paging`,
//   the filters as they are in the request, groups in groups;
// - that of endpoint `details/query` as its guide has it: `dateRange`, `view`,
//   `pageLimit`, and `filterCriteria`, a flat list of which all must hold.

// Each filter is well-formed: groups are `and` or `or`, predicates have a name and known
// words. INVALID_ARGUMENT/INVALID_REQUEST.
absl::Status ValidateQueryFilters(const v1::SubmitConversationQueryRequest& request);

// In the official language. `interval` is `start/end`; a `page_size` of 0 leaves the
// paging out. REQUIRES: the filters are valid.
std::string OfficialQueryJson(const v1::SubmitConversationQueryRequest& request,
                              absl::string_view interval, int page_size);

// In the guide's. INVALID_ARGUMENT/INVALID_REQUEST for a group of type `or` with more than
// one member, which a flat list cannot say. REQUIRES: the filters are valid.
absl::StatusOr<std::string> GuideQueryJson(const v1::SubmitConversationQueryRequest& request,
                                           absl::string_view interval);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_QUERY_JSON_H_
