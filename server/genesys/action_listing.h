#ifndef GCJOBS_SERVER_GENESYS_ACTION_LISTING_H_
#define GCJOBS_SERVER_GENESYS_ACTION_LISTING_H_

#include "absl/status/statusor.h"
#include "server/genesys/action_timeouts.h"
#include "server/genesys/genesys_client.h"
#include "server/net/http_transport.h"

namespace gcjobs {

// The wire of the two listings of data actions. Thread-safe.

// The request for the page that `query` asks for; page size and number out of
// range become the nearest that can be asked for.
ApiRequest BuildListRequest(const ActionTimeouts::ListQuery& query);

// Reads a 2xx answer; GENESYS_BAD_RESPONSE when it has no `entities`. Entities
// without an id are left out, and those whose name does not match: a page can
// hold fewer actions than asked for, or none, and yet not be the last.
absl::StatusOr<ActionTimeouts::ListPage> ParseListPage(const ActionTimeouts::ListQuery& query,
                                                       const HttpResponse& response);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_ACTION_LISTING_H_
