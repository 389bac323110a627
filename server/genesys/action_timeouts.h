#ifndef GCJOBS_SERVER_GENESYS_ACTION_TIMEOUTS_H_
#define GCJOBS_SERVER_GENESYS_ACTION_TIMEOUTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "gcjobs/v1/action_service.pb.h"
#include "server/genesys/genesys_client.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Lists an organisation's data actions and reads and sets their time limits,
// in both families (see action_service.proto). Each call is a chain of REST
// calls within the organisation's budget; nothing of it is stored here. Loop
// thread only; `done` runs exactly once, on the loop.
class ActionTimeouts {
 public:
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  // `client` and `loop` must outlive this and every call under way.
  ActionTimeouts(GenesysClient* client, EventLoop* loop);

  // A page of actions whose name contains `name` (ignoring case). Page tokens
  // are the caller's: here a page is where to go on upstream.
  struct ListPage {
    std::vector<v1::Action> actions;
    std::optional<int> next_page_number;  // unset on the last page
  };
  struct ListQuery {
    std::string name;
    std::string flow_id;
    int page_size = 50;   // at most 100, as upstream allows
    int page_number = 1;  // 1, 2, 3 ...
  };
  void List(ListQuery query, Done<ListPage> done);

  void Get(std::string action_id, std::string flow_id, Done<v1::ActionTimeout> done);

  struct Update {
    std::string action_id;
    std::string flow_id;
    absl::Duration timeout;
    std::optional<int64_t> expected_version;
  };
  void Set(Update update, Done<v1::ActionTimeout> done);

 private:
  GenesysClient* const client_;
  EventLoop* const loop_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_ACTION_TIMEOUTS_H_
