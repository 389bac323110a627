#include "server/genesys/error_mapping.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/utf8.h"
#include "server/genesys/error_body.h"
#include "server/genesys/retry_after.h"

namespace gcjobs {
namespace {

using absl::StatusCode;

struct Verdict {
  StatusCode code;
  absl::string_view reason;
  bool is_retryable;
};

constexpr Verdict kConflict = {StatusCode::kAborted, kReasonVersionConflict, false};
constexpr Verdict kTimeout = {StatusCode::kDeadlineExceeded, kReasonTimeout, true};
constexpr Verdict kUnavailable = {StatusCode::kUnavailable, kReasonUnavailable, true};
constexpr Verdict kUnreadable = {StatusCode::kInternal, kReasonBadResponse, false};

bool IsSuccess(int http_status) { return http_status >= 200 && http_status < 300; }

// Genesys Cloud spells a stale version in several ways, some of them as 400:
// "Version does not match current version.", "The version number ... must match
// the version number in the database", code `invalid.update.wrong.version`.
bool SaysVersionMismatch(const ErrorBody& error) {
  const std::string text = absl::AsciiStrToLower(absl::StrCat(error.code, " ", error.message));
  if (!absl::StrContains(text, "version")) return false;
  for (const absl::string_view sign :
       {"not match", "n't match", "must match", "mismatch", "wrong.version", "wrong version",
        "unexpected version", "version.conflict", "version conflict"}) {
    if (absl::StrContains(text, sign)) return true;
  }
  return false;
}

Verdict VerdictOnHttpStatus(int http_status, const ErrorBody& error) {
  switch (http_status) {
    case 400:
      if (SaysVersionMismatch(error)) return kConflict;
      return {StatusCode::kInvalidArgument, kReasonBadRequest, false};
    case 401:
      return {StatusCode::kFailedPrecondition, kReasonCredentialsRejected, false};
    case 403:
      return {StatusCode::kPermissionDenied, kReasonForbidden, false};
    case 404:
    case 410:
      return {StatusCode::kNotFound, kReasonNotFound, false};
    case 408:
    case 504:
      return kTimeout;
    case 409:
      return kConflict;
    case 429:
      return {StatusCode::kResourceExhausted, kReasonRateLimited, true};
    case 501:
      return {StatusCode::kUnavailable, kReasonUnavailable, false};
    default:
      break;
  }
  if (http_status >= 400 && http_status < 500) {
    return {StatusCode::kInvalidArgument, kReasonBadRequest, false};
  }
  // What is left are redirects, which are not followed, and nonsense.
  return http_status >= 500 && http_status < 600 ? kUnavailable : kUnreadable;
}

// The reply of a status other than 2xx.
absl::Status StatusOfAnswer(const std::string& what, const HttpResponse& response,
                            std::optional<absl::Duration> retry_after) {
  const ErrorBody error = ParseErrorBody(response);
  const Verdict verdict = VerdictOnHttpStatus(response.status, error);
  std::string message = absl::StrCat(what, ": HTTP ", response.status);
  if (!error.code.empty()) absl::StrAppend(&message, ": ", error.code);
  if (!error.message.empty()) absl::StrAppend(&message, ": ", error.message);
  absl::Status status =
      MakeGenesysError(verdict.code, verdict.reason, message,
                       {{"request", what}, {"http_status", absl::StrCat(response.status)}});
  if (!error.code.empty()) AddErrorMetadata(&status, "genesys_code", error.code);
  if (!error.correlation_id.empty()) {
    AddErrorMetadata(&status, "correlation_id", error.correlation_id);
  }
  if (verdict.is_retryable) {
    SetRetryDelay(&status, retry_after.value_or(kDefaultRetryDelay));
  }
  return status;
}

absl::Status StatusOfBreak(const std::string& what, const HttpResult& result) {
  const bool was_sent = result.fate == HttpResult::Fate::kBroken;
  const Verdict verdict = was_sent && result.timed_out ? kTimeout : kUnavailable;
  absl::Status status =
      MakeGenesysError(verdict.code, verdict.reason,
                       absl::StrCat(what, was_sent ? ": no whole answer: " : ": not sent: ",
                                    CleanUpstreamText(result.error.message())),
                       {{"request", what}});
  SetRetryDelay(&status, kDefaultRetryDelay);
  return status;
}

absl::Status StatusOfResult(const std::string& what, const HttpResult& result,
                            std::optional<absl::Duration> retry_after) {
  switch (result.fate) {
    case HttpResult::Fate::kNotSent:
    case HttpResult::Fate::kBroken:
      return StatusOfBreak(what, result);
    case HttpResult::Fate::kBodyTooLarge:
      if (!IsSuccess(result.response.status)) break;
      return BadResponse(what, "the answer is too large", result.response);
    case HttpResult::Fate::kAnswered:
      if (!IsSuccess(result.response.status)) break;
      return absl::OkStatus();
  }
  return StatusOfAnswer(what, result.response, retry_after);
}

}  // namespace

absl::Status MakeGenesysError(
    StatusCode code, absl::string_view reason, absl::string_view message,
    std::initializer_list<std::pair<absl::string_view, absl::string_view>> metadata) {
  absl::Status status = MakeError(code, reason, message, metadata);
  google::rpc::ErrorInfo info = *GetErrorInfo(status);
  info.set_domain(std::string(kDomainGenesys));
  SetErrorInfo(&status, info);
  return status;
}

absl::Status BadResponse(absl::string_view what, absl::string_view problem,
                         const HttpResponse& response) {
  absl::Status status =
      MakeGenesysError(StatusCode::kInternal, kReasonBadResponse,
                       absl::StrCat(what, ": HTTP ", response.status, ", but ", problem),
                       {{"request", what}, {"http_status", absl::StrCat(response.status)}});
  const std::string correlation_id = CleanUpstreamText(response.Header("ININ-Correlation-Id"));
  if (!correlation_id.empty()) AddErrorMetadata(&status, "correlation_id", correlation_id);
  return status;
}

ApiReply MakeApiReply(const ApiRequest& request, HttpResult result, absl::Time now) {
  ApiReply reply;
  reply.fate = result.fate;
  const bool has_answer =
      result.fate == HttpResult::Fate::kAnswered || result.fate == HttpResult::Fate::kBodyTooLarge;
  if (has_answer && !IsSuccess(result.response.status)) {
    reply.retry_after = RetryAfterOf(result.response, now);
  }
  reply.status = StatusOfResult(Describe(request), result, reply.retry_after);
  reply.response = std::move(result.response);
  return reply;
}

std::string Describe(const ApiRequest& request) {
  const absl::string_view target = request.target;
  return absl::StrCat(request.method, " ", target.substr(0, target.find('?')));
}

}  // namespace gcjobs
