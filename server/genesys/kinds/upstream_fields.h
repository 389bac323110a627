#ifndef GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_FIELDS_H_
#define GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_FIELDS_H_

#include <initializer_list>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/genesys/json_codec.h"
#include "server/genesys/kinds/kind_spec.h"
#include "server/net/http_transport.h"

namespace gcjobs {

// What the job kinds read from answers. Upstream is not trusted: whatever
// cannot be used is GENESYS_BAD_RESPONSE or missing.

// The body as a JSON object. `what` names the call in the error. The value
// refers to `response`.
absl::StatusOr<JsonValue> ParseBody(absl::string_view what, const HttpResponse& response);

// The value at `path`; unset when there is none.
std::optional<JsonValue> FindAt(const JsonValue& body, const JsonPathSpec& path);

// The first of the members `names` that holds an id: a non-empty string, or an
// integer as it is spelt. "" when none does.
std::string FindId(const JsonValue& body, std::initializer_list<absl::string_view> names);

// The id at `path`; "" when there is none.
std::string FindIdAt(const JsonValue& body, const JsonPathSpec& path);

// The last path segment of the `Location` header (absolute or relative),
// percent-decoded. "" when there is none that could be an id.
std::string IdFromLocation(const HttpResponse& response);

// The string at `path` as a status: GENESYS_BAD_RESPONSE when it is missing, no
// string, empty or absurdly long.
absl::StatusOr<std::string> FindStatus(absl::string_view what, const JsonValue& body,
                                       const JsonPathSpec& path, const HttpResponse& response);

// Why a job failed: `error`, what the answer says of it, as text or as an
// object with `message` and `code`; or, without it, its status. Code and
// ErrorInfo: UNKNOWN/GENESYS_JOB_FAILED, or ABORTED/GENESYS_RESULT_EXPIRED when
// `is_expired`: such a result can only be had by running the job again.
absl::Status JobFailure(absl::string_view upstream_status, bool is_expired,
                        const std::optional<JsonValue>& error, const HttpResponse& response);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_FIELDS_H_
