#ifndef GCJOBS_TESTS_SIMULATOR_CONVERSATION_VIEWS_API_H_
#define GCJOBS_TESTS_SIMULATOR_CONVERSATION_VIEWS_API_H_

#include "absl/status/status.h"
#include "tests/simulator/raw_json.h"
#include "tests/simulator/router.h"

namespace gcjobs::sim {

// GET /api/v2/analytics/conversations/details/views: the views that a query can name,
// and the dimensions of each (assumption: its form is described nowhere). Stateless,
// thread-safe.
class ConversationViewsApi {
 public:
  void AddRoutes(Router* router);
};

// INVALID_ARGUMENT when a query's `filterCriteria` names a dimension that its view does
// not have; without a view that is known, that no view has.
absl::Status CheckViewOf(const RawObject& query);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_CONVERSATION_VIEWS_API_H_
