#include "client/cli_error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"

#include "common/error_info.h"
#include "common/errors.h"
#include "common/near_words.h"

namespace gcjobs {
namespace {

// Never leaves the process.
constexpr absl::string_view kHintUrl = "gcjobs.client/hint";
constexpr absl::string_view kInterruptedUrl = "gcjobs.client/interrupted";
constexpr absl::string_view kNotArrivedUrl = "gcjobs.client/not-arrived";

}  // namespace

absl::Status UsageError(absl::string_view message, absl::string_view hint) {
  return WithHint(absl::InvalidArgumentError(message), hint);
}

absl::Status UnknownWordError(absl::string_view option, absl::string_view thing,
                              absl::string_view text, const std::vector<std::string>& words) {
  const std::string near = DidYouMean(text, words);
  return UsageError(absl::StrCat(option, ": unknown ", thing, " \"", text, "\""),
                    near.empty() ? absl::StrCat("one of ", absl::StrJoin(words, ", ")) : near);
}

absl::Status WithHint(absl::Status status, absl::string_view hint) {
  if (!hint.empty() && GetHint(status).empty()) status.SetPayload(kHintUrl, absl::Cord(hint));
  return status;
}

std::string GetHint(const absl::Status& status) {
  const absl::optional<absl::Cord> hint = status.GetPayload(kHintUrl);
  return hint.has_value() ? std::string(*hint) : "";
}

absl::Status Interrupted(const absl::Status& status) {
  absl::Status interrupted = WithHint(absl::CancelledError("interrupted"), GetHint(status));
  interrupted.SetPayload(kInterruptedUrl, absl::Cord());
  return interrupted;
}

void MarkNotArrived(absl::Status* status) { status->SetPayload(kNotArrivedUrl, absl::Cord()); }

bool MayHaveArrived(const absl::Status& status) {
  const bool is_answer = GetErrorInfo(status).has_value() && !IsUnreachable(status);
  return !is_answer && !status.GetPayload(kNotArrivedUrl).has_value();
}

std::string WhatBroke(const absl::Status& status) {
  const std::optional<google::rpc::ErrorInfo> info = GetErrorInfo(status);
  if (!info.has_value()) return "connection lost";
  if (HasReason(status, errors::kGenesysRateLimited)) return "rate limited by Genesys Cloud";
  if (HasReason(status, errors::kServerDraining)) return "the server is shutting down";
  if (info->domain() != kDomainGenesys) return "the server is busy";
  const bool is_silent = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  return is_silent ? "Genesys Cloud does not answer" : "Genesys Cloud is not ready";
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
  if (status.GetPayload(kInterruptedUrl).has_value()) return ExitCode::kInterrupted;
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
