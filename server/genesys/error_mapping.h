#ifndef GCJOBS_SERVER_GENESYS_ERROR_MAPPING_H_
#define GCJOBS_SERVER_GENESYS_ERROR_MAPPING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/genesys/genesys_client.h"
#include "server/net/http_transport.h"

namespace gcjobs {

// INTERNAL/GENESYS_BAD_RESPONSE: `what` was answered with 2xx, and `problem`
// is what is wrong with it.
absl::Status BadResponse(absl::string_view what, absl::string_view problem,
                         const HttpResponse& response);

// The reply to `request` that `result` is: fate, response, retry_after and
// status. `now` is the time of day.
ApiReply MakeApiReply(const ApiRequest& request, HttpResult result, absl::Time now);

// How messages name a request: method and path, without the query.
std::string Describe(const ApiRequest& request);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_ERROR_MAPPING_H_
