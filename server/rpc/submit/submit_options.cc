#include "server/rpc/submit/submit_options.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/time_conversion.h"
#include "server/rpc/quote.h"
#include "server/rpc/request_limits.h"
#include "server/rpc/request_validation.h"

namespace gcjobs {
namespace {

absl::Status ValidateRequestId(absl::string_view request_id) {
  const absl::Status status =
      ValidateText("options.request_id", request_id, kMaxRequestIdBytes, Presence::kOptional);
  if (!status.ok()) return status;
  const bool printable = std::all_of(request_id.begin(), request_id.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c));
  });
  if (printable) return absl::OkStatus();
  return InvalidField("options.request_id", absl::StrCat(Quote(request_id),
                                                         " holds other than printable ASCII "
                                                         "characters"));
}

absl::Status ValidateDurations(const v1::SubmitOptions& options) {
  absl::Status status;
  if (options.has_execution_timeout()) {
    status = ValidateDuration("options.execution_timeout", options.execution_timeout(),
                              kMinExecutionTimeout, kMaxExecutionTimeout);
  }
  if (status.ok() && options.has_retention()) {
    status = ValidateDuration("options.retention", options.retention(), absl::ZeroDuration(),
                              kMaxRetention);
  }
  if (status.ok() && options.has_wait()) {
    status = ValidateDuration("options.wait", options.wait(), absl::ZeroDuration(), kMaxWait);
  }
  return status;
}

absl::Status ValidateGuarantee(const v1::SubmitOptions& options) {
  if (v1::SubmitGuarantee_IsValid(options.submit_guarantee())) return absl::OkStatus();
  return InvalidField("options.submit_guarantee",
                      absl::StrCat("is ", static_cast<int>(options.submit_guarantee()),
                                   ", allowed are SUBMIT_GUARANTEE_AT_MOST_ONCE and "
                                   "SUBMIT_GUARANTEE_AT_LEAST_ONCE"));
}

absl::Status ValidateIntervals(const v1::PollPolicy& poll) {
  absl::Status status;
  if (poll.has_initial_interval()) {
    status = ValidateDuration("options.poll.initial_interval", poll.initial_interval(),
                              kMinPollInterval, kMaxPollInterval);
  }
  if (status.ok() && poll.has_max_interval()) {
    status = ValidateDuration("options.poll.max_interval", poll.max_interval(), kMinPollInterval,
                              kMaxPollInterval);
  }
  if (!status.ok() || !poll.has_initial_interval() || !poll.has_max_interval()) return status;
  const absl::Duration initial = FromProto(poll.initial_interval());
  const absl::Duration max = FromProto(poll.max_interval());
  if (max >= initial) return absl::OkStatus();
  return InvalidField(
      "options.poll.max_interval",
      absl::StrCat("is ", absl::FormatDuration(max), ", which is below initial_interval, ",
                   absl::FormatDuration(initial)));
}

absl::Status ValidatePoll(const v1::PollPolicy& poll) {
  const absl::Status status = ValidateIntervals(poll);
  if (!status.ok() || poll.max_attempts() >= 0) return status;
  return InvalidField(
      "options.poll.max_attempts",
      absl::StrCat("is ", poll.max_attempts(), ", allowed are 0 (no limit) and more"));
}

}  // namespace

absl::Status ValidateSubmitOptions(const v1::SubmitOptions& options) {
  absl::Status status = ValidateRequestId(options.request_id());
  if (status.ok()) status = ValidateLabels("options.labels", options.labels());
  if (status.ok()) status = ValidateDurations(options);
  if (status.ok()) status = ValidateGuarantee(options);
  if (status.ok()) status = ValidatePoll(options.poll());
  return status;
}

}  // namespace gcjobs
