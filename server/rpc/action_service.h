#ifndef GCJOBS_SERVER_RPC_ACTION_SERVICE_H_
#define GCJOBS_SERVER_RPC_ACTION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"

#include "gcjobs/v1/action_service.grpc.pb.h"
#include "server/genesys/action_timeouts.h"
#include "server/genesys/genesys_client.h"
#include "server/net/event_loop.h"
#include "server/rpc/auth/authenticator.h"
#include "server/rpc/org_names.h"

namespace gcjobs {

// gcjobs.v1.ActionService on the wire: checks the request, then asks the
// organisation's REST API on the loop. A call goes on when its client has
// gone: half an update is worse than one that nobody hears of.
class ActionService final : public v1::ActionService::CallbackService {
 public:
  struct Org {
    GenesysClient* client = nullptr;
    ActionTimeouts* timeouts = nullptr;
  };
  // All must outlive the gRPC server that has this service, and every task that
  // it posted.
  struct Deps {
    EventLoop* loop = nullptr;
    // By name, one for each of the OrgNames; used on the loop only.
    absl::flat_hash_map<std::string, Org> orgs;
    const Authenticator* authenticator = nullptr;
  };
  ActionService(Deps deps, OrgNames orgs) : deps_(std::move(deps)), orgs_(std::move(orgs)) {}

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
  const Deps deps_;
  const OrgNames orgs_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_ACTION_SERVICE_H_
