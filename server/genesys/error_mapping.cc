#include "server/genesys/error_mapping.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/errors.h"
#include "server/genesys/error_body.h"
#include "server/genesys/permissions.h"
#include "server/genesys/retry_after.h"

namespace gcjobs {
namespace {

struct Verdict {
  ErrorReason reason;
  bool is_retryable;
};

constexpr Verdict kConflict = {errors::kGenesysVersionConflict, false};
constexpr Verdict kTimeout = {errors::kGenesysTimeout, true};
constexpr Verdict kUnavailable = {errors::kGenesysUnavailable, true};

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
      return {errors::kGenesysBadRequest, false};
    case 401:
      return {errors::kGenesysCredentialsRejected, false};
    case 403:
      return {errors::kGenesysForbidden, false};
    case 404:
    case 410:
      return {errors::kGenesysNotFound, false};
    case 408:
    case 504:
      return kTimeout;
    case 409:
      return kConflict;
    case 429:
      return {errors::kGenesysRateLimited, true};
    case 501:
      return {errors::kGenesysUnavailable, false};
    default:
      break;
  }
  if (http_status >= 400 && http_status < 500) return {errors::kGenesysBadRequest, false};
  if (http_status >= 500 && http_status < 600) return kUnavailable;
  // What is left are redirects, which are not followed, and nonsense.
  return {errors::kGenesysBadResponse, false};
}

// A 403 tells what its call needs.
void TellPermissions(const CallFacts& facts, absl::Status* status) {
  const std::string needed = PermissionPhrase(facts);
  if (needed.empty()) return;
  const auto& names = facts.permissions;
  AddErrorMetadata(status, "permissions", names.empty() ? facts.scope : absl::StrJoin(names, ", "));
  AddErrorMetadata(status, "permissions_needed", facts.needs_all ? "all" : "any");
  std::string scope;
  if (!facts.scope.empty()) {
    AddErrorMetadata(status, "scope", facts.scope);
    if (facts.scope != needed) scope = absl::StrCat(" (guides call it ", facts.scope, ")");
  }
  SetRemedy(status, absl::StrCat(
                        "The server's OAuth client lacks a permission that the call needs. Give "
                        "one of its roles ",
                        needed, scope,
                        ", in Admin > Integrations > OAuth, and check that the role covers the "
                        "division. The change counts from the next token: the server fetches one "
                        "by itself after a refusal, at most every 5 minutes, and at once on SIGHUP "
                        "or RenewToken."));
}

// A 404 tells what it was that is not there, or not for everybody's eyes.
void TellWhatIsMissing(const CallFacts& facts, absl::Status* status) {
  if (facts.about.empty()) return;
  AddErrorMetadata(status, "not_found", facts.about);
  std::string remedy = absl::StrCat("Genesys Cloud has no ", facts.about,
                                    " of this id, or does not show it to the server's OAuth "
                                    "client. Check the id and the organisation");
  const std::string needed = PermissionPhrase(facts);
  if (!needed.empty()) {
    absl::StrAppend(&remedy, ", and whether the client has a role with ", needed,
                    " that covers its division");
  }
  absl::StrAppend(&remedy, ".");
  if (facts.about == "action") {
    absl::StrAppend(&remedy, " Admin > Integrations > Data Actions lists all actions.");
  }
  SetRemedy(status, remedy);
}

// The error of an answer other than 2xx.
absl::Status StatusOfAnswer(const std::string& what, const HttpResponse& response,
                            std::optional<absl::Duration> retry_after) {
  const ErrorBody error = ParseErrorBody(response);
  const Verdict verdict = VerdictOnHttpStatus(response.status, error);
  std::string message = absl::StrCat(what, ": HTTP ", response.status);
  if (!error.code.empty()) absl::StrAppend(&message, ": ", error.code);
  if (!error.message.empty()) absl::StrAppend(&message, ": ", error.message);
  absl::Status status = MakeError(
      verdict.reason, message, {{"request", what}, {"http_status", absl::StrCat(response.status)}});
  if (!error.code.empty()) AddErrorMetadata(&status, "genesys_code", error.code);
  if (!error.correlation_id.empty()) {
    AddErrorMetadata(&status, "correlation_id", error.correlation_id);
  }
  if (const auto facts = FindCallFacts(what)) {
    if (response.status == 403) TellPermissions(*facts, &status);
    if (response.status == 404) TellWhatIsMissing(*facts, &status);
  }
  if (verdict.is_retryable) {
    SetRetryDelay(&status, retry_after.value_or(kDefaultRetryDelay));
  }
  return status;
}

absl::Status StatusOfBreak(const std::string& what, const HttpResult& result) {
  const bool was_sent = result.fate == HttpResult::Fate::kBroken;
  const Verdict verdict = was_sent && result.timed_out ? kTimeout : kUnavailable;
  return MakeRetryableError(verdict.reason, kDefaultRetryDelay,
                            absl::StrCat(what, was_sent ? ": no whole answer: " : ": not sent: ",
                                         CleanUpstreamText(result.error.message())),
                            {{"request", what}});
}

absl::Status StatusOfResult(const std::string& what, const HttpResult& result,
                            std::optional<absl::Duration> retry_after) {
  switch (result.fate) {
    case HttpResult::Fate::kNotSent:
    case HttpResult::Fate::kBroken:
      return StatusOfBreak(what, result);
    case HttpResult::Fate::kBodyTooLarge:
      if (!result.response.is_success()) break;
      return BadResponse(what, "the answer is too large", result.response);
    case HttpResult::Fate::kAnswered:
      if (!result.response.is_success()) break;
      return absl::OkStatus();
  }
  return StatusOfAnswer(what, result.response, retry_after);
}

}  // namespace

absl::Status BadResponse(absl::string_view what, absl::string_view problem,
                         const HttpResponse& response) {
  absl::Status status =
      MakeError(errors::kGenesysBadResponse,
                absl::StrCat(what, ": HTTP ", response.status, ", but ", problem),
                {{"request", what}, {"http_status", absl::StrCat(response.status)}});
  const std::string correlation_id = CleanUpstreamText(response.Header("ININ-Correlation-Id"));
  if (!correlation_id.empty()) AddErrorMetadata(&status, "correlation_id", correlation_id);
  return status;
}

ApiReply MakeApiReply(const ApiRequest& request, HttpResult result, absl::Time now) {
  ApiReply reply;
  reply.fate = result.fate;
  if (result.has_answer() && !result.response.is_success()) {
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
