#ifndef GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_STATUS_H_
#define GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_STATUS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// Lower case, without what separates words: `In_Progress`, `in-progress` and
// `InProgress` are one status.
std::string FoldUpstreamStatus(absl::string_view status);

// The state that an upstream status means (the case is folded,
// `-`, `_` and space alike); unset when it is not known. `expired` is FAILED.
std::optional<v1::JobState> StateOfUpstreamStatus(absl::string_view status);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_UPSTREAM_STATUS_H_
