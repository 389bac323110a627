#ifndef GCJOBS_SERVER_RPC_ACTION_TIMEOUTS_BACKEND_H_
#define GCJOBS_SERVER_RPC_ACTION_TIMEOUTS_BACKEND_H_

#include <string>
#include <utility>

#include "server/rpc/action_backend.h"

namespace gcjobs {

// ActionTimeouts as an ActionBackend.
class ActionTimeoutsBackend final : public ActionBackend {
 public:
  // `timeouts` must outlive this and every call under way.
  explicit ActionTimeoutsBackend(ActionTimeouts* timeouts) : timeouts_(timeouts) {}

  void List(ListQuery query, Done<ListPage> done) override {
    Spawn<absl::StatusOr<ListPage>>(timeouts_->List(std::move(query)), std::move(done));
  }
  void Get(std::string action_id, std::string flow_id, Done<v1::ActionTimeout> done) override {
    Spawn<absl::StatusOr<v1::ActionTimeout>>(
        timeouts_->Get(std::move(action_id), std::move(flow_id)), std::move(done));
  }
  void Set(Update update, Done<v1::ActionTimeout> done) override {
    Spawn<absl::StatusOr<v1::ActionTimeout>>(timeouts_->Set(std::move(update)), std::move(done));
  }

 private:
  ActionTimeouts* const timeouts_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_ACTION_TIMEOUTS_BACKEND_H_
