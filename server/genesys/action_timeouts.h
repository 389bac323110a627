#ifndef GCJOBS_SERVER_GENESYS_ACTION_TIMEOUTS_H_
#define GCJOBS_SERVER_GENESYS_ACTION_TIMEOUTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/task.h"
#include "gcjobs/v1/action_service.pb.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/genesys_client.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Lists an organisation's data actions and reads and sets their time limits,
// in both families (see action_service.proto). Each call is a story of REST
// calls within the organisation's budget; nothing of it is stored here. Loop
// thread only.
class ActionTimeouts {
 public:
  // Both outlive this; this outlives every call under way.
  ActionTimeouts(GenesysClient* client, EventLoop* loop) : client_(client), loop_(loop) {}
  ActionTimeouts(const ActionTimeouts&) = delete;
  ActionTimeouts& operator=(const ActionTimeouts&) = delete;

  // A page of actions whose name contains `name` (ignoring case). Page tokens
  // are the caller's: here a page is where to go on upstream. What is out of
  // range is brought into it.
  struct ListQuery {
    std::string name;
    std::string flow_id;
    int page_size = 50;   // 1 to 100, as upstream allows
    int page_number = 1;  // 1, 2, 3 ...
  };
  // A page can hold fewer actions than asked for, or none, and yet not be the
  // last: upstream's entities without an id are left out, and those whose name
  // does not match.
  struct ListPage {
    std::vector<v1::Action> actions;
    std::optional<int> next_page_number;  // unset on the last page
  };
  // GENESYS_BAD_RESPONSE when the answer has no `entities`.
  Task<absl::StatusOr<ListPage>> List(ListQuery query);

  Task<absl::StatusOr<v1::ActionTimeout>> Get(std::string action_id, std::string flow_id);

  struct Update {
    std::string action_id;
    std::string flow_id;
    absl::Duration timeout;
    std::optional<int64_t> expected_version;
  };
  // ABORTED/GENESYS_VERSION_CONFLICT when the action has another version than
  // the expected one, or others keep changing it.
  Task<absl::StatusOr<v1::ActionTimeout>> Set(Update update);

 private:
  Task<absl::StatusOr<ActionRecord>> Read(ActionRef action);

  GenesysClient* const client_;
  EventLoop* const loop_;
  absl::BitGen random_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_ACTION_TIMEOUTS_H_
