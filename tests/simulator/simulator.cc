#include "tests/simulator/simulator.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/deterministic_random.h"
#include "tests/simulator/epoch_seconds.h"

namespace gcjobs::sim {
namespace {

constexpr size_t kTokenSuffix = 6;  // enough to tell tokens apart in a log

bool IsControl(const ApiRequest& request) { return absl::StartsWith(request.path, "/__sim/"); }

bool HasJsonBody(const ApiRequest& request) {
  return !request.body.empty() && request.path != "/oauth/token";
}

std::string FirstOf(const std::map<std::string, std::string>& path,
                    std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = path.find(name);
    if (found != path.end()) return found->second;
  }
  return "";
}

std::string ActionIdOf(const Call& call) {
  return FirstOf(call.path, {"actionId", "dataActionId"});
}

// Those that the profile has.
std::vector<KindSpec> KindsOf(const SimulatorOptions& options) {
  std::vector<KindSpec> kinds = options.kinds;
  if (options.profile == ApiProfile::kGuides) {
    kinds.erase(std::remove_if(kinds.begin(), kinds.end(),
                               [](const KindSpec& kind) { return !kind.synchronous.has_value(); }),
                kinds.end());
  }
  return kinds;
}

void AddRateHeaders(const RateLimiter::Verdict& rate, ApiResponse* response) {
  if (rate.limit == 0) return;
  response->headers.emplace_back("inin-ratelimit-count", absl::StrCat(rate.count));
  response->headers.emplace_back("inin-ratelimit-allowed", absl::StrCat(rate.limit));
  response->headers.emplace_back("inin-ratelimit-reset", absl::StrCat(CeilSeconds(rate.reset)));
}

}  // namespace

// One request on its way.
struct Simulator::Exchange {
  const ApiRequest& request;
  absl::Time arrival;
  absl::Time arrival_monotonic;
  Router::Found found;
  Call call;
  RateLimiter::Verdict rate;
  std::optional<Fault> fault;
};

absl::StatusOr<std::unique_ptr<Simulator>> Simulator::Create(const SimulatorOptions& options,
                                                             const Clock* clock, Waiter* waiter) {
  if (!(options.speed > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("speed ", options.speed, " is not above 0"));
  }
  absl::StatusOr<std::unique_ptr<RequestLog>> log = RequestLog::Open(options.log_path);
  if (!log.ok()) return log.status();
  std::unique_ptr<Simulator> simulator(new Simulator(options, clock, waiter, *std::move(log)));
  for (const auto& [action, law] : options.action_durations) {
    const absl::Status status = simulator->actions_.SetDurations(action, law);
    if (!status.ok()) return status;
  }
  return simulator;
}

Simulator::Simulator(const SimulatorOptions& options, const Clock* clock, Waiter* waiter,
                     std::unique_ptr<RequestLog> log)
    : clock_(clock),
      waiter_(waiter),
      log_(std::move(log)),
      tokens_(clock, options.token_lifetime),
      limiter_(clock, options.rate_limit, options.rate_window),
      actions_(options.seed),
      flow_actions_(options.seed),
      planner_({options.seed, options.speed, options.durations, options.queued}),
      engine_(clock),
      oauth_api_(options.oauth, &tokens_),
      integration_actions_api_(&actions_.documents(), options.conflict_style),
      action_executions_api_({clock, &actions_, &planner_, &engine_, waiter},
                             options.execution_id_field, options.profile != ApiProfile::kOfficial),
      flow_actions_api_(&flow_actions_.documents(), options.conflict_style),
      job_kinds_api_(KindsOf(options),
                     {options.seed, options.results, options.profile == ApiProfile::kOfficial},
                     {clock, &planner_, &engine_}),
      availability_api_(clock),
      control_api_({clock, &tokens_, &limiter_, &faults_, &actions_.documents(),
                    &flow_actions_.documents(), &engine_, log_.get()}) {
  oauth_api_.AddRoutes(&router_);
  integration_actions_api_.AddRoutes(&router_);
  action_executions_api_.AddRoutes(&router_);
  if (options.profile != ApiProfile::kOfficial) flow_actions_api_.AddRoutes(&router_);
  job_kinds_api_.AddRoutes(&router_);
  if (options.profile != ApiProfile::kGuides) availability_api_.AddRoutes(&router_);
  if (options.profile != ApiProfile::kOfficial) conversation_views_api_.AddRoutes(&router_);
  control_api_.AddRoutes(&control_router_);
}

Reply Simulator::Handle(const ApiRequest& request) {
  if (IsControl(request)) return {HandleControl(request), false, std::nullopt};
  Exchange exchange = Arrive(request);
  std::optional<ApiResponse> refusal = Refusal(&exchange);
  Reply reply;
  if (refusal.has_value()) {
    reply.response = *std::move(refusal);
  } else {
    reply = Perform(&exchange);
  }
  reply.response.headers.emplace_back("ININ-Correlation-Id", exchange.call.context_id);
  AddRateHeaders(exchange.rate, &reply.response);
  Log(exchange, reply);
  // After the log: who reads it sees what has taken effect, though the client
  // does not yet.
  if (exchange.fault.has_value() && exchange.fault->when == Fault::When::kAfter) {
    waiter_->Wait(exchange.fault->delay);
  }
  return reply;
}

Simulator::Exchange Simulator::Arrive(const ApiRequest& request) {
  Exchange exchange{request,
                    clock_->Now(),
                    clock_->MonotonicNow(),
                    router_.Match(request.method, request.path),
                    {},
                    {},
                    {}};
  exchange.call.request = &request;
  exchange.call.path = exchange.found.path;
  exchange.call.query = ParseQuery(request.query);
  exchange.call.context_id = NewCorrelationId();
  return exchange;
}

ApiResponse Simulator::HandleControl(const ApiRequest& request) {
  Call call;
  call.request = &request;
  call.query = ParseQuery(request.query);
  call.context_id = NewCorrelationId();
  Router::Found found = control_router_.Match(request.method, request.path);
  if (found.route == nullptr) {
    return ToResponse(found.path_exists ? MethodNotAllowed() : NotFound(), call.context_id);
  }
  call.path = std::move(found.path);
  return found.route->handler(&call);
}

std::optional<ApiResponse> Simulator::Refusal(Exchange* exchange) {
  const Route* const route = exchange->found.route;
  const bool needs_token = route == nullptr ? absl::StartsWith(exchange->request.path, "/api/")
                                            : route->route_class != RouteClass::kToken;
  if (needs_token) {
    if (std::optional<ApiResponse> refusal = RefuseToken(exchange)) return refusal;
    if (std::optional<ApiResponse> refusal = RefuseRate(exchange)) return refusal;
  }
  if (route == nullptr) {
    return ToResponse(exchange->found.path_exists ? MethodNotAllowed() : NotFound(),
                      exchange->call.context_id);
  }
  return RefuseBody(*exchange);
}

std::optional<ApiResponse> Simulator::RefuseToken(Exchange* exchange) {
  Call& call = exchange->call;
  absl::string_view header = exchange->request.Header("authorization");
  if (!absl::StartsWithIgnoreCase(header, "bearer ")) {
    return ToResponse(AuthenticationRequired(), call.context_id);
  }
  header.remove_prefix(sizeof("bearer ") - 1);
  call.token = std::string(absl::StripAsciiWhitespace(header));
  const TokenStore::Check check = tokens_.Look(call.token);
  call.client_id = check.client_id;
  switch (check.verdict) {
    case TokenStore::Verdict::kValid:
      return std::nullopt;
    case TokenStore::Verdict::kExpired:
      return ToResponse(CredentialsExpired(), call.context_id);
    case TokenStore::Verdict::kUnknown:
      break;
  }
  return ToResponse(BadCredentials(), call.context_id);
}

std::optional<ApiResponse> Simulator::RefuseRate(Exchange* exchange) {
  exchange->rate = limiter_.Take(exchange->call.token);
  if (exchange->rate.allowed) return std::nullopt;
  ApiResponse response =
      ToResponse(TooManyRequests(exchange->rate.reset), exchange->call.context_id);
  response.headers.emplace_back("Retry-After", absl::StrCat(CeilSeconds(exchange->rate.reset)));
  return response;
}

std::optional<ApiResponse> Simulator::RefuseBody(const Exchange& exchange) {
  const ApiRequest& request = exchange.request;
  if (request.body.size() > kMaxRequestBytes) {
    return ToResponse(BodyTooLarge(kMaxRequestBytes), exchange.call.context_id);
  }
  const absl::string_view content_type = request.Header("content-type");
  if (HasJsonBody(request) && !absl::StartsWithIgnoreCase(content_type, "application/json")) {
    return ToResponse(UnsupportedMediaType(content_type), exchange.call.context_id);
  }
  return std::nullopt;
}

Reply Simulator::Perform(Exchange* exchange) {
  Call* const call = &exchange->call;
  const Handler& handler = exchange->found.route->handler;
  exchange->fault = faults_.Take(exchange->request.method, exchange->request.path);
  if (!exchange->fault.has_value()) return {handler(call), false, std::nullopt};

  const Fault& fault = *exchange->fault;
  if (fault.conflict) LetOthersWrite(*exchange);
  if (fault.when == Fault::When::kBefore) waiter_->Wait(fault.delay);
  std::optional<ApiResponse> original;
  if (fault.LetsPass()) original = handler(call);
  return ApplyFault(fault, std::move(original), call->context_id);
}

void Simulator::LetOthersWrite(const Exchange& exchange) {
  // Of a route without a data action there is nothing to change.
  TouchDataAction(&actions_.documents(), &flow_actions_.documents(), ActionIdOf(exchange.call), {})
      .IgnoreError();
}

void Simulator::Log(const Exchange& exchange, const Reply& reply) {
  const Call& call = exchange.call;
  const Route* const route = exchange.found.route;
  LogRecord record;
  record.arrival = exchange.arrival;
  record.arrival_monotonic = exchange.arrival_monotonic;
  record.duration = clock_->MonotonicNow() - exchange.arrival_monotonic;
  record.method = exchange.request.method;
  record.path = exchange.request.path;
  record.query = exchange.request.query;
  record.route = route == nullptr ? "" : route->name;
  record.route_class = route == nullptr ? "" : std::string(RouteClassName(route->route_class));
  record.client_id = call.client_id;
  record.token_suffix =
      call.token.substr(call.token.size() - std::min(call.token.size(), kTokenSuffix));
  record.status = reply.reset ? 0 : reply.response.status;
  record.fault = exchange.fault.has_value() ? exchange.fault->id : "";
  record.action_id = ActionIdOf(call);
  record.kind = call.kind;
  record.execution_id = call.execution_id;
  record.correlation_id = call.context_id;
  record.rate_count = exchange.rate.count;
  record.request_bytes = exchange.request.body.size();
  // A token request's body may hold the client's secret.
  const bool secret = route != nullptr && route->route_class == RouteClass::kToken;
  if (!secret) record.request_body = exchange.request.body;
  log_->Append(record);
}

std::string Simulator::NewCorrelationId() {
  MutexLock lock(&random_mu_);
  return DeterministicRandom(absl::Uniform<uint64_t>(random_)).Guid();
}

}  // namespace gcjobs::sim
