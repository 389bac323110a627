#ifndef GCJOBS_COMMON_FAILURE_BODY_H_
#define GCJOBS_COMMON_FAILURE_BODY_H_

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// v1::FailureBody, the upstream's own words on a failure, as a payload of an
// absl::Status. As error_info.h, for a detail that is not google.rpc's.

// What is kept of a body in a job's error.
inline constexpr size_t kMaxFailureBodyBytes = 64 << 10;

// An answer as a FailureBody, cut to kMaxFailureBodyBytes.
v1::FailureBody MakeFailureBody(int http_status, absl::string_view content_type,
                                absl::string_view body);

// Cuts a longer body to `max_bytes`, between characters, and marks it as
// truncated.
void TrimFailureBody(size_t max_bytes, v1::FailureBody* body);

// Adds or replaces it. REQUIRES: !status->ok().
void SetFailureBody(absl::Status* status, const v1::FailureBody& body);

// The FailureBody of a status, if it has one.
std::optional<v1::FailureBody> GetFailureBody(const absl::Status& status);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_FAILURE_BODY_H_
