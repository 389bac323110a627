#ifndef GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_FIELDS_H_
#define GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_FIELDS_H_

#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/genesys/json_codec.h"
#include "server/net/http_transport.h"

namespace gcjobs {

// What the job kinds read from answers. Upstream is not trusted: whatever
// cannot be used is GENESYS_BAD_RESPONSE or missing.

// The body as a JSON object. `what` names the call in the error. The value
// refers to `response`.
absl::StatusOr<JsonValue> ParseBody(absl::string_view what, const HttpResponse& response);

// The first of the members `names` that holds an id: a non-empty string, or an
// integer as it is spelt. "" when none does.
std::string FindId(const JsonValue& body, std::initializer_list<absl::string_view> names);

// The last path segment of the `Location` header (absolute or relative),
// percent-decoded. "" when there is none that could be an id.
std::string IdFromLocation(const HttpResponse& response);

// `body`'s string member `name` as a status: GENESYS_BAD_RESPONSE when it is
// missing, no string, empty or absurdly long.
absl::StatusOr<std::string> FindStatus(absl::string_view what, const JsonValue& body,
                                       absl::string_view name, const HttpResponse& response);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_FIELDS_H_
