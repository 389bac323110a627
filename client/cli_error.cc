#include "client/cli_error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/types/optional.h"

#include "common/error_info.h"
#include "common/errors.h"

namespace gcjobs {
namespace {

// Never leaves the process.
constexpr absl::string_view kHintUrl = "gcjobs.client/hint";

}  // namespace

absl::Status UsageError(absl::string_view message, absl::string_view hint) {
  return WithHint(absl::InvalidArgumentError(message), hint);
}

absl::Status WithHint(absl::Status status, absl::string_view hint) {
  if (!hint.empty() && GetHint(status).empty()) status.SetPayload(kHintUrl, absl::Cord(hint));
  return status;
}

std::string GetHint(const absl::Status& status) {
  const absl::optional<absl::Cord> hint = status.GetPayload(kHintUrl);
  return hint.has_value() ? std::string(*hint) : "";
}

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
      return HasReason(status, errors::kGenesysCredentialsRejected) ? ExitCode::kRefused
                                                                    : ExitCode::kFailed;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    default:
      return ExitCode::kFailed;
  }
}

}  // namespace gcjobs
