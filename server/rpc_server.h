#ifndef GCJOBS_SERVER_RPC_SERVER_H_
#define GCJOBS_SERVER_RPC_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/metrics.h"
#include "server/config.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/job_engine.h"
#include "server/net/event_loop.h"
#include "server/org_stack.h"
#include "server/rpc/action_service.h"
#include "server/rpc/auth/authenticator.h"
#include "server/rpc/job_service.h"
#include "server/rpc/reflection_service.h"
#include "server/rpc/results/results_service.h"
#include "server/rpc/watch/watch_service.h"
#include "server/store/reader_pool.h"
#include "server/store/store.h"
#include "server/watch/watch_hub.h"

namespace gcjobs {

// Who may call, and over what, as the settings say.
AuthOptions AuthOptionsOf(const ServerConfig& config);

// What clients talk to: the listener, who may call, and the services, which
// hand on to the parts.
class RpcServer {
 public:
  // All must outlive this; the loop must have stopped before it is destroyed.
  struct Parts {
    EventLoop* loop = nullptr;
    ReaderPool* readers = nullptr;
    Metrics* metrics = nullptr;
    const JobKindRegistry* kinds = nullptr;
    JobEngine* engine = nullptr;
    WatchHub* hub = nullptr;
    std::vector<OrgStack*> orgs;
  };

  // Listens and serves. Errors say which setting is at fault, or that the
  // address is taken.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(const ServerConfig& config,
                                                          const Parts& parts);

  // HOST:PORT as bound: the port is never 0.
  const std::string& address() const { return address_; }

  // Reads again who may call: the tokens, which count at once. Certificates are read
  // again by themselves; whether they are usable is checked. What is wrong changes
  // nothing: the error says what it is.
  absl::Status ReloadAccess();

  // Health says NOT_SERVING from now on, so that clients go elsewhere.
  void AnnounceStop();

  // Ends result streams, then everything: calls that have not ended by
  // `deadline`, a time of day, are cut off. Watch streams are the hub's to
  // drain, before.
  void Stop(absl::Time deadline);

 private:
  explicit RpcServer(const ServerConfig& config);

  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(Metrics* metrics);
  void MakeServices(const Parts& parts);
  absl::Status Listen(const std::shared_ptr<grpc::ServerCredentials>& credentials);
  void ConfigureBuilder(grpc::ServerBuilder* builder);

  const ServerConfig config_;
  std::string address_;

  // Destroyed the other way round.
  std::shared_ptr<Authenticator> authenticator_;
  std::unique_ptr<WatchService> watch_service_;
  std::unique_ptr<ResultsService> results_service_;
  std::unique_ptr<JobService> job_service_;
  std::unique_ptr<ActionService> action_service_;
  ReflectionService<grpc::reflection::v1::ServerReflection> reflection_v1_;
  ReflectionService<grpc::reflection::v1alpha::ServerReflection> reflection_v1alpha_;
  std::unique_ptr<grpc::Server> grpc_server_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SERVER_H_
