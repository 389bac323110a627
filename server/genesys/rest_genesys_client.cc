#include "server/genesys/rest_genesys_client.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/error_info.h"
#include "common/log.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/retry_after.h"
#include "server/net/url.h"

namespace gcjobs {
namespace {

// All calls of the API are below it.
constexpr absl::string_view kApiRoot = "/api/";

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

bool IsAnswer(const HttpResult& result) {
  return result.fate == HttpResult::Fate::kAnswered ||
         result.fate == HttpResult::Fate::kBodyTooLarge;
}

bool IsSuccess(const HttpResponse& response) {
  return response.status >= 200 && response.status < 300;
}

bool IsThrottled(const ApiReply& reply) {
  const int http_status = reply.response.status;
  return reply.retry_after.has_value() && (http_status == 429 || http_status == 503);
}

// A long wait is an endpoint's quota, of which only the jobs of its kind need
// to know. Where no job waits, the class does.
bool StopsClass(RequestClass request_class, absl::Duration retry_after) {
  const bool is_a_jobs = request_class == RequestClass::kSubmit ||
                         request_class == RequestClass::kPoll ||
                         request_class == RequestClass::kCancel;
  return !is_a_jobs || !IsQuota(retry_after);
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
// to, if that is known; the rest of it may hold secrets.
absl::Status ForeignLink(absl::string_view base, absl::string_view problem,
                         absl::string_view host) {
  const std::string path(base.substr(0, base.find('?')));
  std::string message = absl::StrCat("a link in the answer of ", path, " ", problem);
  if (!host.empty()) absl::StrAppend(&message, ": ", host);
  absl::Status status = MakeGenesysError(absl::StatusCode::kInternal, kReasonBadResponse, message,
                                         {{"request", path}, {"problem", "foreign_link"}});
  if (!host.empty()) AddErrorMetadata(&status, "host", host);
  return status;
}

}  // namespace

RestGenesysClient::RestGenesysClient(Options options, HttpTransport* transport,
                                     RequestBudget* budget, EventLoop* loop, Metrics* metrics)
    : options_(Normalised(std::move(options))),
      transport_(transport),
      budget_(budget),
      loop_(loop),
      metrics_(metrics),
      tokens_(TokenOptions(options_), transport, budget, loop, metrics),
      permits_({options_.org, options_.max_waiting}, &tokens_, budget, loop, metrics) {}

void RestGenesysClient::Acquire(RequestClass request_class, absl::Duration max_wait,
                                Granted granted) {
  permits_.Acquire(request_class, max_wait, std::move(granted));
}

void RestGenesysClient::Release(RequestClass request_class) { permits_.Release(request_class); }

void RestGenesysClient::Send(ApiRequest request, Done done) {
  auto call = std::make_unique<Call>();
  call->request = std::move(request);
  call->done = std::move(done);
  // With anything else behind it the URL's host could become another one's,
  // and the token would go there.
  if (!absl::StartsWith(call->request.target, "/")) {
    loop_->Post([this, call = std::move(call)]() mutable {
      permits_.Release(call->request.request_class);
      FailUnsent(std::move(call), MakeError(absl::StatusCode::kInternal, "INVALID_TARGET",
                                            "the target of a request must begin with a slash"));
    });
    return;
  }
  Dispatch(std::move(call));
}

absl::Time RestGenesysClient::ThrottledUntil(RequestClass request_class) const {
  const absl::Time until = budget_->ThrottledUntil(request_class);
  if (until == absl::InfinitePast()) return until;
  return loop_->clock()->Now() + (until - loop_->clock()->MonotonicNow());
}

absl::StatusOr<std::string> RestGenesysClient::ResolveLink(absl::string_view base,
                                                           absl::string_view link) const {
  const absl::StatusOr<Url> api = ResolveUrl(options_.api_url, "");
  if (!api.ok()) return api.status();
  const absl::StatusOr<Url> url = ResolveUrl(absl::StrCat(options_.api_url, base), link);
  if (!url.ok()) return ForeignLink(base, absl::StrCat("is ", url.status().message()), "");
  if (!HaveSameOrigin(*api, *url)) return ForeignLink(base, "leads to another origin", url->host);
  const absl::string_view gateway = absl::StripSuffix(api->target, "/");
  absl::string_view target = url->target;
  if (absl::StartsWith(target, absl::StrCat(gateway, kApiRoot)))
    target.remove_prefix(gateway.size());
  if (!absl::StartsWith(target, kApiRoot)) return ForeignLink(base, "leads out of the API", "");
  return std::string(target);
}

// The token that the permit was granted with may be gone by now.
void RestGenesysClient::Dispatch(CallPtr call) {
  std::optional<std::string> token = tokens_.Current();
  if (token) {
    Transmit(std::move(call), *std::move(token));
    return;
  }
  tokens_.Get([this, call = std::move(call)](absl::StatusOr<std::string> renewed) mutable {
    if (renewed.ok()) {
      Transmit(std::move(call), *std::move(renewed));
    } else {
      permits_.Release(call->request.request_class);
      FailUnsent(std::move(call), renewed.status());
    }
  });
}

void RestGenesysClient::Transmit(CallPtr call, std::string token) {
  call->token = std::move(token);
  call->sent_at = loop_->clock()->MonotonicNow();
  HttpRequest request = BuildHttpRequest(*call);
  transport_->Send(std::move(request), [this, call = std::move(call)](HttpResult result) mutable {
    OnResult(std::move(call), std::move(result));
  });
}

HttpRequest RestGenesysClient::BuildHttpRequest(const Call& call) const {
  HttpRequest request;
  request.method = call.request.method;
  request.url = absl::StrCat(options_.api_url, call.request.target);
  request.headers = {{"Authorization", absl::StrCat("Bearer ", call.token)},
                     {"Accept", "application/json"},
                     {"User-Agent", options_.user_agent}};
  if (HasBody(call.request)) request.headers.emplace_back("Content-Type", "application/json");
  request.body = call.request.body;
  request.timeout = call.request.timeout;
  request.max_body_bytes = options_.max_body_bytes;
  return request;
}

void RestGenesysClient::OnResult(CallPtr call, HttpResult result) {
  Learn(*call, result);
  const bool is_refused = IsAnswer(result) && result.response.status == 401;
  if (is_refused && !call->is_replay) {
    Replay(std::move(call), std::move(result.response));
    return;
  }
  HideToken(call->token, &result.response);
  ApiReply reply = MakeApiReply(call->request, std::move(result), loop_->clock()->Now());
  if (IsThrottled(reply)) Throttle(*call, reply);
  permits_.Wake();
  call->done(std::move(reply));
}

void RestGenesysClient::Replay(CallPtr call, HttpResponse refusal) {
  tokens_.Invalidate(call->token);
  call->is_replay = true;
  call->first_response = std::move(refusal);
  const RequestClass request_class = call->request.request_class;
  const absl::Duration max_wait = call->request.timeout;
  permits_.Acquire(request_class, max_wait,
                   [this, call = std::move(call)](const absl::Status& granted) mutable {
                     if (granted.ok()) {
                       Dispatch(std::move(call));
                     } else {
                       FailUnsent(std::move(call), granted);
                     }
                   });
}

void RestGenesysClient::Learn(const Call& call, const HttpResult& result) {
  const std::string outcome = IsAnswer(result) ? absl::StrCat(result.response.status) : "none";
  metrics_->UpstreamRequests(options_.org, std::string(Name(call.request.request_class)), outcome)
      .Increment();
  budget_->End(call.request.request_class);
  if (!IsAnswer(result)) return;
  const RateLimitReport report = RateLimitReportOf(result.response);
  budget_->OnReport(report, call.sent_at);
  // A failure may come from a gateway that does not count.
  if (IsSuccess(result.response) && !report.count) budget_->OnSilence();
}

void RestGenesysClient::Throttle(const Call& call, const ApiReply& reply) {
  const RequestClass request_class = call.request.request_class;
  if (StopsClass(request_class, *reply.retry_after)) {
    budget_->OnThrottled(request_class, *reply.retry_after);
  }
  Log(LogLevel::kWarning, "upstream_throttled",
      {{"org", options_.org},
       {"class", Name(request_class)},
       {"retry_after", *reply.retry_after},
       {"error", reply.status}});
}

void RestGenesysClient::FailUnsent(CallPtr call, absl::Status status) {
  ApiReply reply;
  reply.fate = HttpResult::Fate::kNotSent;
  const bool is_verdict = status.code() == absl::StatusCode::kFailedPrecondition;
  if (call->is_replay && is_verdict) {
    reply.fate = HttpResult::Fate::kAnswered;
    reply.response = std::move(call->first_response);
  }
  reply.retry_after = GetRetryDelay(status);
  reply.status = std::move(status);
  call->done(std::move(reply));
}

}  // namespace gcjobs
