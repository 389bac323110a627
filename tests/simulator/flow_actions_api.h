#ifndef GCJOBS_TESTS_SIMULATOR_FLOW_ACTIONS_API_H_
#define GCJOBS_TESTS_SIMULATOR_FLOW_ACTIONS_API_H_

#include <optional>

#include "tests/simulator/document_store.h"
#include "tests/simulator/error_body.h"
#include "tests/simulator/router.h"

namespace gcjobs::sim {

// The data actions of flows: list, read and replace. What was put is kept as
// it was written, but for its version. Thread-safe.
class FlowActionsApi {
 public:
  // `actions` (its groups are flows) outlives the API, and the API the router.
  FlowActionsApi(DocumentStore* actions, ConflictStyle conflict_style)
      : actions_(actions), conflict_style_(conflict_style) {}

  void AddRoutes(Router* router);

 private:
  ApiResponse List(const Call& call) const;
  ApiResponse Get(const Call& call) const;
  ApiResponse Put(const Call& call);

  // The action of the path, if it belongs to the flow of the path.
  std::optional<DocumentStore::Document> FindAction(const Call& call) const;

  DocumentStore* const actions_;
  const ConflictStyle conflict_style_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_FLOW_ACTIONS_API_H_
