#ifndef GCJOBS_SERVER_RPC_REQUEST_VALIDATION_H_
#define GCJOBS_SERVER_RPC_REQUEST_VALIDATION_H_

#include <string>

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/map.h>
#include <google/protobuf/timestamp.pb.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/json.h"
#include "gcjobs/v1/job.pb.h"
#include "server/rpc/org_names.h"

namespace gcjobs {

// Checks of what clients send. All are pure and thread-safe. A refusal is
// INVALID_ARGUMENT/INVALID_REQUEST, names the field and says what is allowed
// and what was sent. Strings are valid UTF-8: gRPC refuses all others when it
// parses the request.

// How refusals quote what a client sent. Errors travel in HTTP/2 trailers, which
// clients cap at 8 KiB by default: a megabyte quoted there would hide the error
// behind one of gRPC's own.

// At most the first `max_bytes`, cut between characters, with `...` after a cut.
std::string Excerpt(absl::string_view text, size_t max_bytes = 64);

// The excerpt in double quotes, control characters escaped.
std::string Quote(absl::string_view text);

// The checks.

// `text` has at most `max_bytes`; with kRequired also at least one.
enum class Presence { kOptional, kRequired };
absl::Status ValidateText(absl::string_view field, absl::string_view text, size_t max_bytes,
                          Presence presence);

// `text` has 1 to 256 bytes and can stand between two slashes of a path. It is
// percent-encoded there, but `.` and `..` would still mean another path.
absl::Status ValidatePathSegment(absl::string_view field, absl::string_view text);

absl::Status ValidateActionId(absl::string_view action_id);
// Fields `action_id` and `action_name`, of which one must be set.
absl::Status ValidateActionChoice(absl::string_view action_id, absl::string_view action_name);
absl::Status ValidateJobId(absl::string_view job_id);

using Labels = google::protobuf::Map<std::string, std::string>;
// At most 64; keys of 1 to 256 bytes, values of at most 256.
absl::Status ValidateLabels(absl::string_view field, const Labels& labels);

// A well-formed Duration of `min` to `max`, both allowed.
absl::Status ValidateDuration(absl::string_view field, const google::protobuf::Duration& duration,
                              absl::Duration min, absl::Duration max);

// A Duration that a job's execution timeout can have.
absl::Status ValidateExecutionTimeout(absl::string_view field,
                                      const google::protobuf::Duration& timeout);

// Intervals within their bounds, in order; a number of attempts.
absl::Status ValidatePollPolicy(absl::string_view field, const v1::PollPolicy& poll);

// A well-formed Timestamp.
absl::Status ValidateTimestamp(absl::string_view field, const google::protobuf::Timestamp& time);

// Org names must be configured (else UNKNOWN_ORG), states must be real ones,
// labels as in a submission, times well-formed, at most 100 values a field.
absl::Status ValidateFilter(const v1::JobFilter& filter, const OrgNames& orgs);

// `text` as one JSON object of at most `max_bytes`, of any depth. The value refers
// to `text`, without a byte order mark in front.
absl::StatusOr<JsonValue> ParseJsonObject(absl::string_view field, absl::string_view text,
                                          size_t max_bytes);

// The same for one JSON object or array.
absl::StatusOr<JsonValue> ParseJsonContainer(absl::string_view field, absl::string_view text,
                                             size_t max_bytes);

// How many entries a page has: 0 means the default, more than 1000 means 1000,
// a negative number is refused.
absl::StatusOr<int> PageSize(int requested);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_REQUEST_VALIDATION_H_
