#ifndef GCJOBS_TESTS_SIMULATOR_CONTROL_API_H_
#define GCJOBS_TESTS_SIMULATOR_CONTROL_API_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock.h"
#include "tests/simulator/document_store.h"
#include "tests/simulator/execution_engine.h"
#include "tests/simulator/fault_plan.h"
#include "tests/simulator/rate_limiter.h"
#include "tests/simulator/request_log.h"
#include "tests/simulator/router.h"
#include "tests/simulator/token_store.h"

namespace gcjobs::sim {

// What tests and demos use to steer the simulator, outside of tokens, rate
// limit, faults and log:
//
//   POST   /__sim/faults              arms a fault (fault_plan.h); answers its id
//   GET    /__sim/faults              all faults and how often each has hit
//   DELETE /__sim/faults              disarms all
//   POST   /__sim/tokens/revoke       every token so far is invalid
//   POST   /__sim/rate-limit          {"limit": N}, 0 is none
//   GET    /__sim/actions/{id}        a data action of either family, as stored
//   POST   /__sim/actions/{id}/touch  another writer's change: the version grows and {"set": {...}}
//                                     is merged; without it category or description changes
//   GET    /__sim/jobs                every execution and every job: times, phase, status
//   POST   /__sim/jobs/{id}           {"finish": "completed", "result": ..., "message": "..."} or
//                                     {"status": "RUNNING"} (null: the real one) or {"forget":
//                                     true}
//   GET    /__sim/log?after=SEQ       the request log's lines
//   GET    /__sim/stats               totals
//
// Thread-safe.
class ControlApi {
 public:
  struct Collaborators {  // all outlive the API
    const Clock* clock;
    TokenStore* tokens;
    RateLimiter* limiter;
    FaultPlan* faults;
    DocumentStore* actions;
    DocumentStore* flow_actions;
    ExecutionEngine* engine;
    RequestLog* log;
  };
  explicit ControlApi(const Collaborators& collaborators) : with_(collaborators) {}

  // The API outlives the router.
  void AddRoutes(Router* router);

 private:
  ApiResponse AddFault(const Call& call);
  ApiResponse SetRateLimit(const Call& call);
  ApiResponse GetAction(const Call& call) const;
  ApiResponse TouchAction(const Call& call);
  ApiResponse ListJobs() const;
  ApiResponse ChangeJob(const Call& call);
  absl::Status ChangeJob(const std::string& id, const RawObject& change);
  ApiResponse ReadLog(const Call& call) const;
  ApiResponse Stats() const;

  const Collaborators with_;
};

// Lets another writer change the data action of either family: merges
// `changes`, or when that is empty changes a member of its own choice.
// NOT_FOUND.
absl::StatusOr<RawObject> TouchDataAction(DocumentStore* actions, DocumentStore* flow_actions,
                                          absl::string_view id, const RawObject& changes);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_CONTROL_API_H_
