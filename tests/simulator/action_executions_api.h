#ifndef GCJOBS_TESTS_SIMULATOR_ACTION_EXECUTIONS_API_H_
#define GCJOBS_TESTS_SIMULATOR_ACTION_EXECUTIONS_API_H_

#include <memory>

#include "absl/status/statusor.h"
#include "tests/simulator/action_catalog.h"
#include "tests/simulator/execution_engine.h"
#include "tests/simulator/execution_planner.h"
#include "tests/simulator/router.h"
#include "tests/simulator/waiter.h"

namespace gcjobs::sim {

// Where the reply to an async execute says the execution's id.
enum class ExecutionIdField { kId, kExecutionId, kJobId, kLocation };

// POST …/actions/{actionId}/execute, async and direct, the status of async
// executions, and POST …/actions/{actionId}/test. A direct call and a test hold
// their thread until they end. Thread-safe.
class ActionExecutionsApi {
 public:
  struct Collaborators {  // all outlive the API
    const Clock* clock;
    const ActionCatalog* actions;
    ExecutionPlanner* planner;
    ExecutionEngine* engine;
    Waiter* waiter;
  };
  // `has_async` false: a body that asks for an asynchronous execution is an
  // action's parameters like any other.
  ActionExecutionsApi(const Collaborators& collaborators, ExecutionIdField id_field, bool has_async)
      : with_(collaborators), id_field_(id_field), has_async_(has_async) {}

  // The API outlives the router.
  void AddRoutes(Router* router);

 private:
  ApiResponse Execute(Call* call);
  ApiResponse StartAsync(Call* call, const DocumentStore::Document& action, const RawObject& body);
  ApiResponse RunDirect(Call* call, const DocumentStore::Document& action,
                        const RawObject& body) const;
  ApiResponse Test(Call* call) const;
  // A call that is held until the work ends or its time is up.
  struct HeldCall {
    std::shared_ptr<const ExecutionScript> script;
    bool in_time = false;
  };
  // INVALID_ARGUMENT for a wrong directive, UNAVAILABLE when the simulator stops.
  absl::StatusOr<HeldCall> Hold(Call* call, const DocumentStore::Document& action,
                                const RawObject& parameters) const;
  ApiResponse GetStatus(Call* call) const;
  ApiResponse Accepted(const Execution& execution) const;

  const Collaborators with_;
  const ExecutionIdField id_field_;
  const bool has_async_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_ACTION_EXECUTIONS_API_H_
