#ifndef GCJOBS_SERVER_GENESYS_ERROR_MAPPING_H_
#define GCJOBS_SERVER_GENESYS_ERROR_MAPPING_H_

#include <initializer_list>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/genesys/genesys_client.h"
#include "server/net/http_transport.h"

namespace gcjobs {

// Reasons of domain `genesys.cloud` (contract.md section 5).
inline constexpr absl::string_view kReasonBadRequest = "GENESYS_BAD_REQUEST";
inline constexpr absl::string_view kReasonCredentialsRejected = "GENESYS_CREDENTIALS_REJECTED";
inline constexpr absl::string_view kReasonForbidden = "GENESYS_FORBIDDEN";
inline constexpr absl::string_view kReasonNotFound = "GENESYS_NOT_FOUND";
inline constexpr absl::string_view kReasonVersionConflict = "GENESYS_VERSION_CONFLICT";
inline constexpr absl::string_view kReasonTimeout = "GENESYS_TIMEOUT";
inline constexpr absl::string_view kReasonRateLimited = "GENESYS_RATE_LIMITED";
inline constexpr absl::string_view kReasonUnavailable = "GENESYS_UNAVAILABLE";
inline constexpr absl::string_view kReasonBadResponse = "GENESYS_BAD_RESPONSE";
inline constexpr absl::string_view kReasonJobFailed = "GENESYS_JOB_FAILED";
inline constexpr absl::string_view kReasonResultExpired = "GENESYS_RESULT_EXPIRED";

// An error with a google.rpc.ErrorInfo of domain `genesys.cloud`.
absl::Status MakeGenesysError(
    absl::StatusCode code, absl::string_view reason, absl::string_view message,
    std::initializer_list<std::pair<absl::string_view, absl::string_view>> metadata = {});

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
