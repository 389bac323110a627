#ifndef GCJOBS_SERVER_GENESYS_ERROR_BODY_H_
#define GCJOBS_SERVER_GENESYS_ERROR_BODY_H_

#include <string>

#include "server/net/http_transport.h"

namespace gcjobs {

// What Genesys Cloud says of an error. Each part may be empty: gateways answer
// with HTML or with nothing. All parts are bounded, one line and UTF-8.
struct ErrorBody {
  std::string code;            // such as `not.found`
  std::string message;         // for people: all reasons, joined
  std::string correlation_id;  // for Genesys Cloud's support
};

// Reads the API's form (`code`, `message`, `contextId`, and the reasons in
// `errors` and `details`) and the token endpoint's (`error`,
// `error_description`). Never fails.
ErrorBody ParseErrorBody(const HttpResponse& response);

// `text` from upstream as it may stand in our messages: UTF-8, without control
// characters, at most 1 KiB.
std::string CleanUpstreamText(absl::string_view text);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_ERROR_BODY_H_
