#ifndef GCJOBS_TESTS_SIMULATOR_RESULT_PAGING_H_
#define GCJOBS_TESTS_SIMULATOR_RESULT_PAGING_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/genesys/kinds/kind_spec.h"
#include "tests/simulator/execution.h"
#include "tests/simulator/result_plan.h"
#include "tests/simulator/router.h"

namespace gcjobs::sim {

// How a declared kind's result pages are asked for and lead to one another.

// The call of a LINK kind's further pages: any place would do.
CallSpec LinkCall(const KindSpec& kind);

// The page that a call with this query asks for. INVALID_ARGUMENT for a cursor
// or a page size that is none, OUT_OF_RANGE for a page that is not there.
absl::StatusOr<PageWindow> FindWindow(const KindSpec& kind, const ExecutionScript& script,
                                      const QueryParams& query);

// What leads from `window` to the next: a cursor, or a link of the plan's style
// that keeps the page size of `call`. REQUIRES: there is a next one.
std::string NextOf(const KindSpec& kind, const Execution& execution, const PageWindow& window,
                   const Call& call);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_RESULT_PAGING_H_
