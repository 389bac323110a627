#ifndef GCJOBS_SERVER_GENESYS_ACTION_TIMEOUTS_H_
#define GCJOBS_SERVER_GENESYS_ACTION_TIMEOUTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/task.h"
#include "gcjobs/v1/action_service.pb.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/genesys_client.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Reads and sets the time limits of an organisation's data actions, in both families
// (see action_service.proto). Each call is a story of REST calls within the
// organisation's budget; nothing of it is stored here. Loop thread only.
class ActionTimeouts {
 public:
  // Both outlive this; this outlives every call under way.
  ActionTimeouts(GenesysClient* client, EventLoop* loop) : client_(client), loop_(loop) {}
  ActionTimeouts(const ActionTimeouts&) = delete;
  ActionTimeouts& operator=(const ActionTimeouts&) = delete;

  // Which action a caller means: by its id, or by its name to the letter, which is
  // looked up then.
  struct ActionChoice {
    std::string action_id;
    std::string action_name;
    std::string flow_id;  // empty: an integration action
  };

  // Errors of both: with a name, FindActionByName's.
  Task<absl::StatusOr<v1::ActionTimeout>> Get(ActionChoice choice);

  struct Update {
    ActionChoice action;
    absl::Duration timeout;
    std::optional<int64_t> expected_version;
  };
  // ABORTED/GENESYS_VERSION_CONFLICT when the action has another version than
  // the expected one, or others keep changing it.
  Task<absl::StatusOr<v1::ActionTimeout>> Set(Update update);

 private:
  Task<absl::StatusOr<ActionRef>> Resolve(ActionChoice choice);
  Task<absl::StatusOr<ActionRecord>> Read(ActionRef action);

  GenesysClient* const client_;
  EventLoop* const loop_;
  absl::BitGen random_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_ACTION_TIMEOUTS_H_
