#ifndef GCJOBS_TESTS_SIMULATOR_JOB_KINDS_API_H_
#define GCJOBS_TESTS_SIMULATOR_JOB_KINDS_API_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock.h"
#include "server/genesys/kinds/kind_spec.h"
#include "tests/simulator/execution_engine.h"
#include "tests/simulator/execution_planner.h"
#include "tests/simulator/result_plan.h"
#include "tests/simulator/router.h"

namespace gcjobs::sim {

// The upstream's side of the declared job kinds (server/genesys/kinds): for
// each, what its KindSpec says of submission, status, results, cancel and second
// phase. Jobs take their course as actions do, steered by a member "$sim" of the
// submission's body (sim_directive.h).
//
// Not documented, thus assumptions: results before the end are 400; results of
// a job that ended otherwise than by completing are 404; a cancel of an ended
// job changes nothing and succeeds; a page size beyond the kind's largest is
// taken for that. Thread-safe.
class JobKindsApi {
 public:
  struct Options {
    uint64_t seed = 1;
    ResultPlan results;  // where a job's directive says nothing else
    // Kinds that can run within their submission (KindSpec::synchronous) do, and
    // there are no jobs of them.
    bool runs_at_once = false;
  };
  struct Collaborators {  // all outlive the API
    const Clock* clock;
    ExecutionPlanner* planner;
    ExecutionEngine* engine;
  };
  JobKindsApi(std::vector<KindSpec> kinds, Options options, const Collaborators& collaborators);

  // The API outlives the router.
  void AddRoutes(Router* router);

 private:
  struct Kind {
    KindSpec spec;
    std::shared_ptr<const StatusWords> words;
  };
  // A job and its kind. Copies: jobs change under other threads' hands.
  struct Job {
    const Kind* kind;
    Execution execution;
  };

  void AddSubmitRoute(const Kind& kind, Router* router);
  // A route of jobs that exist, unless an earlier kind brought the same one.
  void AddJobRoute(const CallSpec& call, absl::string_view name, RouteClass route_class,
                   Router* router);

  bool RunsAtOnce(const Kind& kind) const;
  ApiResponse Submit(const Kind& kind, Call* call);
  // A page of the results, as the body asks for it. Nothing of it is kept: the
  // pages of all such jobs are alike.
  ApiResponse RunAtOnce(const Kind& kind, Call* call);
  absl::StatusOr<ExecutionScript> Plan(const Kind& kind, absl::string_view body);
  // Any call to a job that exists: the route says which calls it may be, the
  // job's kind which one it is.
  ApiResponse Serve(const CallSpec& route, Call* call);
  std::optional<Job> FindJob(const Call& call) const;
  ApiResponse Cancel(const Job& job);
  ApiResponse LetGoOn(const Job& job, const Call& call);
  // The job as it is after a change.
  ApiResponse TellAgain(const Job& job) const;
  ApiResponse GetStatus(const Job& job, const Call& call) const;
  ApiResponse GetResults(const Job& job, const Call& call) const;
  // A page of results, in `envelope`.
  ApiResponse GetPage(const Job& job, const Call& call, RawObject envelope) const;

  const std::vector<Kind> kinds_;
  const Options options_;
  const Collaborators with_;
  absl::flat_hash_map<std::string, const Kind*> by_name_;  // constant after construction
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_JOB_KINDS_API_H_
