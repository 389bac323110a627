#ifndef GCJOBS_SERVER_RPC_ACTION_SERVICE_H_
#define GCJOBS_SERVER_RPC_ACTION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/action_service.grpc.pb.h"
#include "server/net/event_loop.h"
#include "server/rpc/action_backend.h"
#include "server/rpc/auth/authenticator.h"
#include "server/rpc/org_names.h"
#include "server/rpc/unary_call.h"

namespace gcjobs {

// gcjobs.v1.ActionService on the wire: validates, then asks the organisation's
// backend on the loop. A call goes on when its client has gone: half an update
// is worse than one that nobody hears of.
class ActionService final : public v1::ActionService::CallbackService {
 public:
  // All pointers are borrowed: they must outlive the gRPC server that has this
  // service, and every task that it posted.
  struct Options {
    EventLoop* loop;
    // By organisation, one for each of `orgs`; used on the loop only.
    absl::flat_hash_map<std::string, ActionBackend*> backends;
    const Authenticator* authenticator;
    OrgNames orgs;
  };
  explicit ActionService(Options options) : options_(std::move(options)) {}

  grpc::ServerUnaryReactor* ListActions(grpc::CallbackServerContext* context,
                                        const v1::ListActionsRequest* request,
                                        v1::ListActionsResponse* response) override;
  grpc::ServerUnaryReactor* GetActionTimeout(grpc::CallbackServerContext* context,
                                             const v1::GetActionTimeoutRequest* request,
                                             v1::ActionTimeout* response) override;
  grpc::ServerUnaryReactor* UpdateActionTimeout(grpc::CallbackServerContext* context,
                                                const v1::UpdateActionTimeoutRequest* request,
                                                v1::ActionTimeout* response) override;

 private:
  // The handlers' work behind authentication: each validates and hands the
  // call on, or returns why not.
  absl::Status BeginList(const v1::ListActionsRequest& request,
                         CallPtr<v1::ListActionsResponse> call) const;
  absl::Status BeginGet(const v1::GetActionTimeoutRequest& request,
                        CallPtr<v1::ActionTimeout> call) const;
  absl::Status BeginUpdate(const v1::UpdateActionTimeoutRequest& request,
                           CallPtr<v1::ActionTimeout> call) const;

  const Options options_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_ACTION_SERVICE_H_
