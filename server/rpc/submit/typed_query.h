#ifndef GCJOBS_SERVER_RPC_SUBMIT_TYPED_QUERY_H_
#define GCJOBS_SERVER_RPC_SUBMIT_TYPED_QUERY_H_

#include <string>

#include <google/protobuf/repeated_ptr_field.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// A conversation query's filters, as clients say them in typed fields and as
// Genesys Cloud reads them. Pure, thread-safe.

using QueryFilters = google::protobuf::RepeatedPtrField<v1::QueryFilter>;

// Refusals are as in request_validation.h and name the place, such as
// `segment_filters[0].predicates[1].operator`.
absl::Status ValidateFilters(absl::string_view field, const QueryFilters& filters);

// The typed query as Genesys Cloud's JSON. `page_size` 0 = no paging.
// REQUIRES: its filters are valid.
std::string QueryJson(const v1::SubmitConversationQueryRequest& request, absl::string_view interval,
                      int page_size);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_TYPED_QUERY_H_
