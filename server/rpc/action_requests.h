#ifndef GCJOBS_SERVER_RPC_ACTION_REQUESTS_H_
#define GCJOBS_SERVER_RPC_ACTION_REQUESTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "gcjobs/v1/action_service.pb.h"
#include "server/rpc/action_backend.h"

namespace gcjobs {

// Checks ActionService's requests and turns them into the backend's terms; the
// organisation is the caller's business. Pure, thread-safe. Errors:
// INVALID_ARGUMENT with INVALID_REQUEST, INVALID_PAGE_TOKEN or
// TIMEOUT_OUT_OF_RANGE.

// `org` is the one that the request means. A page has at most 100 actions,
// however many are asked for: upstream gives no more at a time.
absl::StatusOr<ActionBackend::ListQuery> BuildActionQuery(const v1::ListActionsRequest& request,
                                                          absl::string_view org);

// The answer to that query, with the token of the next page if there is one.
v1::ListActionsResponse MakeListActionsResponse(const ActionBackend::ListQuery& query,
                                                absl::string_view org,
                                                ActionBackend::ListPage page);

absl::Status ValidateGetActionTimeout(const v1::GetActionTimeoutRequest& request);

// A limit that no action can have is refused here already; the exact range
// depends on the action and is the backend's.
absl::StatusOr<ActionBackend::Update> BuildTimeoutUpdate(
    const v1::UpdateActionTimeoutRequest& request);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_ACTION_REQUESTS_H_
