#ifndef GCJOBS_CLIENT_USAGE_ERROR_H_
#define GCJOBS_CLIENT_USAGE_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// An error of the command line, found before anything is sent: INVALID_ARGUMENT,
// hence ExitCode::kUsage. `hint` says what to write instead; may be empty.
absl::Status UsageError(absl::string_view message, absl::string_view hint = "");

// `status` with a hint for whoever reads it; keeps a hint that is there.
// REQUIRES: !status.ok().
absl::Status WithHint(absl::Status status, absl::string_view hint);

// The hint that the status carries, or "".
std::string GetHint(const absl::Status& status);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_USAGE_ERROR_H_
