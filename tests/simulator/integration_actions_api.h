#ifndef GCJOBS_TESTS_SIMULATOR_INTEGRATION_ACTIONS_API_H_
#define GCJOBS_TESTS_SIMULATOR_INTEGRATION_ACTIONS_API_H_

#include "tests/simulator/document_store.h"
#include "tests/simulator/error_body.h"
#include "tests/simulator/router.h"

namespace gcjobs::sim {

// /api/v2/integrations/actions: list, read and change. Thread-safe.
class IntegrationActionsApi {
 public:
  // `actions` outlives the API, and the API the router.
  IntegrationActionsApi(DocumentStore* actions, ConflictStyle conflict_style)
      : actions_(actions), conflict_style_(conflict_style) {}

  void AddRoutes(Router* router);

 private:
  ApiResponse List(const Call& call) const;
  ApiResponse Get(const Call& call) const;
  ApiResponse Patch(const Call& call);

  DocumentStore* const actions_;
  const ConflictStyle conflict_style_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_INTEGRATION_ACTIONS_API_H_
