#ifndef GCJOBS_TESTS_SIMULATOR_ACTION_EXECUTIONS_API_H_
#define GCJOBS_TESTS_SIMULATOR_ACTION_EXECUTIONS_API_H_

#include "absl/status/statusor.h"
#include "tests/simulator/action_catalog.h"
#include "tests/simulator/execution_engine.h"
#include "tests/simulator/execution_planner.h"
#include "tests/simulator/router.h"
#include "tests/simulator/waiter.h"

namespace gcjobs::sim {

// Where the reply to an async execute says the execution's id.
enum class ExecutionIdField { kId, kExecutionId, kJobId, kLocation };

// POST …/actions/{actionId}/execute, async and direct, and the status of async
// executions. A direct call holds its thread until it ends. Thread-safe.
class ActionExecutionsApi {
 public:
  struct Collaborators {  // all outlive the API
    const Clock* clock;
    const ActionCatalog* actions;
    ExecutionPlanner* planner;
    ExecutionEngine* engine;
    Waiter* waiter;
  };
  ActionExecutionsApi(const Collaborators& collaborators, ExecutionIdField id_field)
      : with_(collaborators), id_field_(id_field) {}

  // The API outlives the router.
  void AddRoutes(Router* router);

 private:
  ApiResponse Execute(Call* call);
  ApiResponse StartAsync(Call* call, const DocumentStore::Document& action, const RawObject& body);
  ApiResponse RunDirect(Call* call, const DocumentStore::Document& action, const RawObject& body);
  ApiResponse GetStatus(Call* call) const;
  ApiResponse Accepted(const Execution& execution) const;

  const Collaborators with_;
  const ExecutionIdField id_field_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_ACTION_EXECUTIONS_API_H_
