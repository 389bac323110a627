#ifndef GCJOBS_SERVER_GENESYS_CONVERSATION_VIEWS_H_
#define GCJOBS_SERVER_GENESYS_CONVERSATION_VIEWS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/task.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/genesys/genesys_client.h"

namespace gcjobs {

// The views of conversation queries and their dimensions, as Genesys Cloud lists them;
// with a `view`, that one alone. A REST call within the organisation's budget; `client`
// outlives it. Loop thread only.
//
// Errors: Genesys Cloud's; NOT_FOUND/VIEWS_NOT_SUPPORTED when it knows no such list;
// NOT_FOUND/VIEW_NOT_FOUND, metadata `near_names`, when it has not that view;
// GENESYS_BAD_RESPONSE when the answer is no list.
Task<absl::StatusOr<v1::ListConversationViewsResponse>> ListConversationViews(GenesysClient* client,
                                                                              std::string view);

// Whether an answer of Genesys Cloud says that a query names a dimension that is not
// supported.
bool IsAboutDimensions(absl::string_view body);

// What to tell somebody whose query was refused for its dimensions: which of those in
// `query_json` the view does not have, and which ones come near; sentences. Asks for
// the views; says so where there are none to be had. "" when nothing is to be told.
Task<std::string> AdviseOnDimensions(GenesysClient* client, std::string query_json);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_CONVERSATION_VIEWS_H_
