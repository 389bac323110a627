#ifndef GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_FIELDS_H_
#define GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_FIELDS_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/json.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/net/http_transport.h"

namespace gcjobs {

// What the job kinds read from answers. Upstream is not trusted: whatever
// cannot be used is GENESYS_BAD_RESPONSE or missing, and what is read depends
// on the members that are asked for alone (common/json.h).

// FindJson in the body; GENESYS_BAD_RESPONSE when that is no JSON object.
// `what` names the call in the error. The values refer to `response`.
template <size_t kPaths>
absl::StatusOr<std::array<std::optional<JsonValue>, kPaths>> ReadFields(
    absl::string_view what, const HttpResponse& response, const JsonPath (&paths)[kPaths]) {
  auto found = FindJson(response.body, paths);
  if (!found.ok()) return BadResponse(what, found.status().message(), response);
  return found;
}

// `value` as an id: a non-empty string, or an integer as it is spelt. "" when
// it is none.
std::string IdOf(const std::optional<JsonValue>& value);

// The last path segment of the `Location` header (absolute or relative),
// percent-decoded. "" when there is none that could be an id.
std::string IdFromLocation(const HttpResponse& response);

// What an answer to a submission says of the work, as far as its kind can read it.
struct Receipt {
  std::string id;  // empty = none
  // There is an id that only a receipt has.
  bool names_work = false;
  std::string status;                 // as spelt; may be empty
  std::optional<v1::JobState> state;  // what it means; unset if it is none of the kind's
};

// What a 2xx answer to a submission means: JobKind::ParseSubmit. The Location
// header stands in for an id that the body does not have. An end that is told
// without an id needs none.
absl::StatusOr<SubmitReceipt> JudgeReceipt(absl::string_view what, Receipt receipt,
                                           const HttpResponse& response);

// The report on work that was done within the call that `response` answers: its
// body is the result, `null` if it is empty.
PollReport RanAtOnce(const HttpResponse& response);

// `value`, which was found at `path`, as a time: GENESYS_BAD_RESPONSE when it is
// missing or no ISO 8601 date and time.
absl::StatusOr<absl::Time> TimeOf(absl::string_view what, const std::optional<JsonValue>& value,
                                  const JsonPath& path, const HttpResponse& response);

// `value`, which was found at `path`, as a status: GENESYS_BAD_RESPONSE when it
// is missing, no string, empty or absurdly long.
absl::StatusOr<std::string> StatusOf(absl::string_view what, const std::optional<JsonValue>& value,
                                     const JsonPath& path, const HttpResponse& response);

// Why a job failed: all that the answer says of it at `error_fields` or, where
// that is nothing, at the usual places (`error`, `errors`, `errorMessage`);
// without it, its status. Code and ErrorInfo: UNKNOWN/GENESYS_JOB_FAILED, or
// ABORTED/GENESYS_RESULT_EXPIRED when `is_expired`: only running the job again
// can give such a result.
absl::Status JobFailure(absl::string_view upstream_status, bool is_expired,
                        absl::Span<const JsonPath> error_fields, const HttpResponse& response);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_FIELDS_H_
