#include "client/exit_code.h"

#include <optional>

#include "common/error_info.h"

namespace gcjobs {

ExitCode ExitCodeForState(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_FAILED:
    case v1::JOB_STATE_CANCELLED:
      return ExitCode::kFailed;
    case v1::JOB_STATE_OUTCOME_UNKNOWN:
      return ExitCode::kOutcomeUnknown;
    default:
      return ExitCode::kDone;
  }
}

bool IsUnreachable(const absl::Status& status) {
  const std::optional<google::rpc::ErrorInfo> info = GetErrorInfo(status);
  if (absl::IsUnavailable(status)) return !info.has_value() || info->domain() == kDomainGcjobs;
  // Our own deadline carries no ErrorInfo; a time-out at Genesys Cloud does.
  return absl::IsDeadlineExceeded(status) && !info.has_value();
}

ExitCode ExitCodeForStatus(const absl::Status& status) {
  if (IsUnreachable(status)) return ExitCode::kUnreachable;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kUsage;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kRefused;
    case absl::StatusCode::kFailedPrecondition:
      return GetReason(status) == "GENESYS_CREDENTIALS_REJECTED" ? ExitCode::kRefused
                                                                 : ExitCode::kFailed;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    default:
      return ExitCode::kFailed;
  }
}

}  // namespace gcjobs
