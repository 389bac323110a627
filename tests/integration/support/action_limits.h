#ifndef GCJOBS_TESTS_INTEGRATION_SUPPORT_ACTION_LIMITS_H_
#define GCJOBS_TESTS_INTEGRATION_SUPPORT_ACTION_LIMITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/grpc_status.h"
#include "common/time_conversion.h"
#include "tests/integration/support/system.h"

// Time limits of data actions, as a client sets them and as the simulator has them.

namespace gcjobs::testing {

// UpdateActionTimeout; an empty `flow`: an integration action.
inline absl::StatusOr<v1::ActionTimeout> SetLimit(System* system, const std::string& action,
                                                  const std::string& flow, absl::Duration timeout,
                                                  std::optional<int64_t> expected_version = {}) {
  grpc::ClientContext context;
  v1::UpdateActionTimeoutRequest request;
  request.set_action_id(action);
  request.set_flow_id(flow);
  *request.mutable_timeout() = ToProto(timeout);
  if (expected_version) request.set_expected_version(*expected_version);
  v1::ActionTimeout answer;
  const grpc::Status status = system->actions().UpdateActionTimeout(&context, request, &answer);
  if (!status.ok()) return FromGrpc(status);
  return answer;
}

// The action as the simulator keeps it: JSON.
inline std::string StoredAction(System* system, const std::string& action) {
  return system->simulator().Get("/__sim/actions/" + action);
}

// The requests that changed an action.
inline std::vector<SeenRequest> ActionWrites(System* system) {
  return system->simulator().Seen([](const SeenRequest& request) {
    return request.method == "PUT" || request.method == "PATCH";
  });
}

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_INTEGRATION_SUPPORT_ACTION_LIMITS_H_
