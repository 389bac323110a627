#ifndef GCJOBS_TESTS_SIMULATOR_SIMULATOR_H_
#define GCJOBS_TESTS_SIMULATOR_SIMULATOR_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/genesys/kinds/kind_spec.h"
#include "tests/simulator/action_catalog.h"
#include "tests/simulator/action_executions_api.h"
#include "tests/simulator/availability_api.h"
#include "tests/simulator/control_api.h"
#include "tests/simulator/conversation_views_api.h"
#include "tests/simulator/execution_engine.h"
#include "tests/simulator/execution_planner.h"
#include "tests/simulator/fault_plan.h"
#include "tests/simulator/flow_action_catalog.h"
#include "tests/simulator/flow_actions_api.h"
#include "tests/simulator/integration_actions_api.h"
#include "tests/simulator/job_kinds_api.h"
#include "tests/simulator/oauth_api.h"
#include "tests/simulator/rate_limiter.h"
#include "tests/simulator/request_log.h"
#include "tests/simulator/result_plan.h"
#include "tests/simulator/router.h"
#include "tests/simulator/token_store.h"
#include "tests/simulator/waiter.h"

namespace gcjobs::sim {

// Which of the two families of APIs it speaks (server/genesys/api_family.h).
enum class ApiProfile {
  kBoth,      // each call of either; where they differ, the guides'
  kGuides,    // no jobs but the guides' queries
  kOfficial,  // no asynchronous executions, and no actions of flows
};

struct SimulatorOptions {
  // Actions, durations and failures are the same for the same seed.
  uint64_t seed = 1;
  // Simulated seconds of work per real second: executions, and the timeouts of
  // direct ones. Tokens, the rate limit and faults' delays keep real time,
  // since it is the client's clock that they are about.
  double speed = 1;
  // From acceptance to the start of the work, and from there to its end, for
  // actions without a law of their own.
  DurationLaw queued = *DurationLaw::Parse("uniform:0.1,0.5");
  DurationLaw durations = *DurationLaw::Parse("lognormal:5,0.7");
  // Laws of single actions, by id or name.
  std::vector<std::pair<std::string, DurationLaw>> action_durations;

  OAuthApi::Options oauth;
  absl::Duration token_lifetime = absl::Hours(24);
  int rate_limit = 300;  // requests per token and minute; 0: none
  RateWindow rate_window = RateWindow::kFixed;
  ExecutionIdField execution_id_field = ExecutionIdField::kId;
  ConflictStyle conflict_style = ConflictStyle::k409;
  std::vector<KindSpec> kinds;  // the job kinds it serves besides actions
  ResultPlan results;           // of jobs that say nothing else; within its bounds
  std::string log_path;         // "": no file
  ApiProfile profile = ApiProfile::kBoth;
};

// A Genesys Cloud organisation behind its REST API, without the socket. A
// request passes: token, rate limit, route, fault, handler, log. Thread-safe.
//
// More of the API is added as one class with AddRoutes, a member here, and one
// line in the constructor; work that takes time goes through ExecutionPlanner
// and ExecutionEngine, which know nothing of actions.
class Simulator {
 public:
  // INVALID_ARGUMENT, NOT_FOUND (action_durations), UNAVAILABLE (the log).
  // `clock` and `waiter` outlive the simulator.
  static absl::StatusOr<std::unique_ptr<Simulator>> Create(const SimulatorOptions& options,
                                                           const Clock* clock, Waiter* waiter);

  // Answers one request. Blocks for held calls and delays.
  Reply Handle(const ApiRequest& request);

  // Bodies beyond this are 413: the platform's request.bytes.max.
  static constexpr size_t kMaxRequestBytes = 512'000;

 private:
  struct Exchange;

  Simulator(const SimulatorOptions& options, const Clock* clock, Waiter* waiter,
            std::unique_ptr<RequestLog> log);

  Exchange Arrive(const ApiRequest& request);
  ApiResponse HandleControl(const ApiRequest& request);
  // The refusals that come before any handler or fault, if one applies.
  std::optional<ApiResponse> Refusal(Exchange* exchange);
  std::optional<ApiResponse> RefuseToken(Exchange* exchange);
  std::optional<ApiResponse> RefuseRate(Exchange* exchange);
  std::optional<ApiResponse> RefuseBody(const Exchange& exchange);
  // Handler and fault.
  Reply Perform(Exchange* exchange);
  void LetOthersWrite(const Exchange& exchange);
  void Log(const Exchange& exchange, const Reply& reply);
  std::string NewCorrelationId() ABSL_LOCKS_EXCLUDED(random_mu_);

  const Clock* const clock_;
  Waiter* const waiter_;
  const std::unique_ptr<RequestLog> log_;
  TokenStore tokens_;
  RateLimiter limiter_;
  FaultPlan faults_;
  ActionCatalog actions_;
  FlowActionCatalog flow_actions_;
  ExecutionPlanner planner_;
  ExecutionEngine engine_;
  OAuthApi oauth_api_;
  IntegrationActionsApi integration_actions_api_;
  ActionExecutionsApi action_executions_api_;
  FlowActionsApi flow_actions_api_;
  JobKindsApi job_kinds_api_;
  AvailabilityApi availability_api_;
  ConversationViewsApi conversation_views_api_;
  ControlApi control_api_;
  Router router_;          // constant after construction
  Router control_router_;  // constant after construction

  Mutex random_mu_;
  absl::BitGen random_ ABSL_GUARDED_BY(random_mu_);
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_SIMULATOR_H_
