#ifndef GCJOBS_SERVER_RPC_ACTION_BACKEND_H_
#define GCJOBS_SERVER_RPC_ACTION_BACKEND_H_

#include <string>

#include "gcjobs/v1/action_service.pb.h"
#include "server/genesys/action_timeouts.h"

namespace gcjobs {

// What the RPC layer asks of one organisation's data actions: ActionTimeouts
// in the server, a fake in tests. Loop thread only; `done` runs exactly once,
// on the loop.
class ActionBackend {
 public:
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  using ListPage = ActionTimeouts::ListPage;
  using ListQuery = ActionTimeouts::ListQuery;
  using Update = ActionTimeouts::Update;

  virtual ~ActionBackend() = default;

  virtual void List(ListQuery query, Done<ListPage> done) = 0;
  virtual void Get(std::string action_id, std::string flow_id, Done<v1::ActionTimeout> done) = 0;
  virtual void Set(Update update, Done<v1::ActionTimeout> done) = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_ACTION_BACKEND_H_
