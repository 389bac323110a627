#include "server/genesys/rest_genesys_client.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/errors.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/retry_after.h"
#include "server/net/timer.h"
#include "server/net/url.h"

namespace gcjobs {
namespace {

// All calls of the API are below it.
constexpr absl::string_view kApiRoot = "/api/";

// Genesys Cloud's services learn of a token one after another.
constexpr absl::Duration kSettlingTime = absl::Seconds(1);

// For another token than the one that was refused.
constexpr absl::Duration kMaxTokenWait = absl::Seconds(30);

// Roles change by hand.
constexpr absl::Duration kBetweenRenewalsFor403 = absl::Minutes(5);

RestGenesysClient::Options Normalised(RestGenesysClient::Options options) {
  const auto without_slash = [](absl::string_view url) {
    return std::string(absl::StripSuffix(url, "/"));
  };
  options.api_url = without_slash(options.api_url);
  options.login_url = without_slash(options.login_url);
  return options;
}

TokenSource::Options TokenOptions(const RestGenesysClient::Options& options) {
  TokenSource::Options token_options;
  token_options.org = options.org;
  token_options.login_url = options.login_url;
  token_options.credentials = options.credentials;
  token_options.user_agent = options.user_agent;
  return token_options;
}

bool IsThrottled(const ApiReply& reply) {
  const int http_status = reply.response.status;
  return reply.retry_after.has_value() && (http_status == 429 || http_status == 503);
}

// A long wait is the quota of one endpoint: it holds back the jobs of one kind,
// whose reply says so, and not the others of their class. In the classes in
// which no job waits nobody else would heed it.
bool StopsClass(RequestClass request_class, absl::Duration retry_after) {
  const bool is_of_jobs = request_class == RequestClass::kSubmit ||
                          request_class == RequestClass::kPoll ||
                          request_class == RequestClass::kCancel;
  return !is_of_jobs || !IsQuota(retry_after);
}

// The reply to a call that went no further than `refusal`, the 401 of its first
// attempt, if it went so far.
ApiReply NotSentAgain(const absl::Status& status, std::optional<HttpResponse> refusal) {
  ApiReply reply = Unsent(status);
  // That our credentials are refused is what the 401 meant.
  if (refusal && absl::IsFailedPrecondition(status)) {
    reply.fate = HttpResult::Fate::kAnswered;
    reply.response = *std::move(refusal);
  }
  return reply;
}

// Nothing that echoes its request gets a token into our errors.
void HideToken(const std::string& token, HttpResponse* response) {
  if (response->status >= 400) absl::StrReplaceAll({{token, "***"}}, &response->body);
}

bool HasBody(const ApiRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

// A link in the answer to `base` must not be followed. `host` is where it leads
// to, if that is known; the rest of the link may hold secrets.
absl::Status ForeignLink(absl::string_view base, absl::string_view problem,
                         absl::string_view host) {
  const std::string path(base.substr(0, base.find('?')));
  std::string message = absl::StrCat("a link in the answer to ", path, " ", problem);
  if (!host.empty()) absl::StrAppend(&message, ": ", host);
  absl::Status status = MakeError(errors::kGenesysBadResponse, message,
                                  {{"request", path}, {"problem", "foreign_link"}});
  if (!host.empty()) AddErrorMetadata(&status, "host", host);
  return status;
}

}  // namespace

RestGenesysClient::RestGenesysClient(Options options, Deps deps)
    : options_(Normalised(std::move(options))),
      deps_(deps),
      tokens_(TokenOptions(options_), {deps.transport, deps.budget, deps.loop, deps.metrics}),
      permits_({options_.org, options_.max_waiting},
               {&tokens_, deps.budget, deps.families, deps.loop, deps.metrics}) {}

Task<absl::StatusOr<Permit>> RestGenesysClient::Acquire(RequestClass request_class,
                                                        std::string family,
                                                        absl::Duration max_wait) {
  return permits_.Acquire(request_class, std::move(family), max_wait);
}

absl::Duration RestGenesysClient::FamilyWait(RequestClass request_class,
                                             absl::string_view family) const {
  return deps_.families->Earliest(family, request_class) - deps_.loop->clock()->MonotonicNow();
}

// The exchange is a story of its own: it goes on when the one that waits for its
// reply ends, since what was sent counts until its end.
Task<ApiReply> RestGenesysClient::Send(Permit permit, ApiRequest request) {
  ApiReply reply = co_await Callback<ApiReply>([&](auto done) {
    Spawn<ApiReply>(Exchange(std::move(permit), std::move(request)), std::move(done));
  });
  co_return reply;
}

// One call, from its permit to its reply. The permit is given back if nothing is
// sent; from the moment that a request leaves, it counts until its end (Learn).
Task<ApiReply> RestGenesysClient::Exchange(Permit permit, ApiRequest request) {
  const RequestClass request_class = permit.request_class();
  // Followed by anything else, the URL's host could become another one, and the
  // token would go there.
  if (!absl::StartsWith(request.target, "/")) {
    co_await Sleep(deps_.loop, absl::ZeroDuration());
    co_return Unsent(
        MakeError(errors::kInvalidTarget, "the target of a request must begin with a slash"));
  }
  const bool has_place = !permit.family().empty();  // in the family's budget
  const std::string family = has_place ? permit.family() : FamilyOf(request.target);
  std::optional<HttpResponse> refusal;  // the last 401, if there was one
  for (Chances chances;;) {
    // The token that the permit was granted with may be gone by now.
    const absl::StatusOr<std::string> token = co_await tokens_.Get();
    if (!token.ok()) co_return NotSentAgain(token.status(), std::move(refusal));
    if (permit.family().empty()) deps_.families->Start(family, request_class);
    permit.Use();
    const absl::Time sent_at = deps_.loop->clock()->MonotonicNow();
    HttpResult result = co_await Callback<HttpResult>([&](HttpTransport::Done done) {
      deps_.transport->Send(BuildHttpRequest(request, *token), std::move(done));
    });
    Learn(request_class, family, sent_at, result);
    Log(LogLevel::kDebug, "upstream_request",
        {{"org", options_.org},
         {"class", Name(request_class)},
         {"method", request.method},
         {"path", absl::string_view(request.target).substr(0, request.target.find('?'))},
         {"http_status", result.response.status},
         {"took", deps_.loop->clock()->MonotonicNow() - sent_at}});
    HideToken(*token, &result.response);
    const int http_status = result.has_answer() ? result.response.status : 0;
    if (result.has_answer() && http_status != 401) tokens_.HasServed(*token, sent_at);
    permits_.Wake();
    // A 401 and a 403 have done nothing: in another way, and with another place in
    // the budget, the request may go once more.
    const absl::StatusOr<bool> better =
        co_await MayFareBetter(http_status, *token, sent_at, &chances);
    if (http_status == 401) refusal = result.response;
    if (!better.ok()) co_return NotSentAgain(better.status(), std::move(refusal));
    absl::StatusOr<Permit> another;
    if (*better) another = co_await permits_.Acquire(request_class, family, request.timeout);
    if (*better && another.ok()) {
      permit = *std::move(another);
      continue;
    }
    if (*better && http_status == 401) co_return NotSentAgain(another.status(), std::move(refusal));
    ApiReply reply = MakeApiReply(request, std::move(result), deps_.loop->clock()->Now());
    if (IsThrottled(reply)) Throttle(request_class, family, reply);
    co_return reply;
  }
}

Task<absl::StatusOr<absl::Time>> RestGenesysClient::RenewToken() {
  const absl::StatusOr<absl::Time> until = co_await tokens_.RenewNow();
  if (!until.ok()) co_return until.status();
  const Clock& clock = *deps_.loop->clock();
  co_return clock.Now() + (*until - clock.MonotonicNow());
}

// Whether the request is worth another try, once what that takes has been done. An
// error: there is no token for it.
Task<absl::StatusOr<bool>> RestGenesysClient::MayFareBetter(int http_status, std::string token,
                                                            absl::Time sent_at, Chances* chances) {
  const absl::Time now = deps_.loop->clock()->MonotonicNow();
  if (http_status == 403) {
    if (chances->has_other_token || now - renewed_for_403_at_ < kBetweenRenewalsFor403) {
      co_return false;
    }
    renewed_for_403_at_ = now;
    chances->has_other_token = true;
    const absl::StatusOr<std::string> other = co_await tokens_.Replace(token, kMaxTokenWait);
    co_return other.ok() && *other != token;
  }
  if (http_status != 401 || chances->has_other_token || tokens_.IsProven(token, sent_at)) {
    co_return false;
  }
  if (tokens_.AgeOf(token) - (now - sent_at) < kSettlingTime && !chances->has_waited) {
    chances->has_waited = true;
    co_await Sleep(deps_.loop, kSettlingTime);
    co_return true;
  }
  chances->has_other_token = true;
  const absl::StatusOr<std::string> other = co_await tokens_.Replace(token, kMaxTokenWait);
  if (!other.ok()) co_return other.status();
  co_return *other != token;
}

absl::Time RestGenesysClient::ThrottledUntil(RequestClass request_class,
                                             absl::string_view family) const {
  const absl::Time until = std::max(deps_.budget->ThrottledUntil(request_class),
                                    deps_.families->ThrottledUntil(family, request_class));
  if (until == absl::InfinitePast()) return until;
  return deps_.loop->clock()->Now() + (until - deps_.loop->clock()->MonotonicNow());
}

absl::StatusOr<std::string> RestGenesysClient::ResolveLink(absl::string_view base,
                                                           absl::string_view link) const {
  ASSIGN_OR_RETURN(const Url api, ResolveUrl(options_.api_url, ""));
  const absl::StatusOr<Url> url = ResolveUrl(absl::StrCat(options_.api_url, base), link);
  if (!url.ok()) return ForeignLink(base, absl::StrCat("is ", url.status().message()), "");
  if (!HaveSameOrigin(api, *url)) return ForeignLink(base, "leads to another origin", url->host);
  const absl::string_view gateway = absl::StripSuffix(api.target, "/");
  absl::string_view target = url->target;
  absl::string_view rest = target;
  if (absl::ConsumePrefix(&rest, gateway) && absl::StartsWith(rest, kApiRoot)) target = rest;
  if (!absl::StartsWith(target, kApiRoot)) return ForeignLink(base, "leads out of the API", "");
  return std::string(target);
}

HttpRequest RestGenesysClient::BuildHttpRequest(const ApiRequest& request,
                                                absl::string_view token) const {
  HttpRequest http;
  http.method = request.method;
  http.url = absl::StrCat(options_.api_url, request.target);
  http.headers = {{"Authorization", absl::StrCat("Bearer ", token)},
                  {"Accept", "application/json"},
                  {"User-Agent", options_.user_agent}};
  if (HasBody(request)) http.headers.emplace_back("Content-Type", "application/json");
  http.body = request.body;
  http.timeout = request.timeout;
  http.max_body_bytes = options_.max_body_bytes;
  return http;
}

void RestGenesysClient::Learn(RequestClass request_class, const std::string& family,
                              absl::Time sent_at, const HttpResult& result) {
  const std::string outcome = result.has_answer() ? absl::StrCat(result.response.status) : "none";
  deps_.metrics->UpstreamRequests(options_.org, std::string(Name(request_class)), outcome)
      .Increment();
  deps_.budget->End(request_class);
  deps_.families->End(family, request_class);
  if (!result.has_answer()) return;
  const RateLimitReport report = RateLimitReportOf(result.response);
  deps_.budget->OnReport(deps_.families->OnReport(family, request_class, report, sent_at), sent_at);
  // A failure may come from a gateway that does not count.
  if (result.response.is_success() && !report.count) deps_.budget->OnSilence();
}

void RestGenesysClient::Throttle(RequestClass request_class, const std::string& family,
                                 const ApiReply& reply) {
  if (StopsClass(request_class, *reply.retry_after)) {
    const NamedLimit limit = NamedLimitOf(reply.response, deps_.budget->limit());
    if (limit.is_of_endpoint || IsQuota(*reply.retry_after)) {
      deps_.families->OnThrottled(family, request_class, *reply.retry_after, limit.per_minute);
    } else {
      deps_.budget->OnThrottled(request_class, *reply.retry_after);
    }
  }
  Log(LogLevel::kWarning, "upstream_throttled",
      {{"org", options_.org},
       {"class", Name(request_class)},
       {"retry_after", *reply.retry_after},
       {"error", reply.status}});
}

}  // namespace gcjobs
