#ifndef GCJOBS_CLIENT_CONNECTION_H_
#define GCJOBS_CLIENT_CONNECTION_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "client/global_options.h"
#include "gcjobs/v1/action_service.grpc.pb.h"
#include "gcjobs/v1/job_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace gcjobs {

// A channel and the stubs that use it.
struct Connection {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::JobService::Stub> jobs;
  std::unique_ptr<v1::ActionService::Stub> actions;
  std::unique_ptr<grpc::health::v1::Health::Stub> health;
};

// Makes connections to one server. Thread-safe.
class Connector {
 public:
  // Reads the TLS files. Errors: UsageError.
  static absl::StatusOr<Connector> Create(const GlobalOptions& options);

  // A connection of its own, shared with no other: it starts without the
  // back-off that an earlier one has run into. Connects with its first call.
  std::shared_ptr<Connection> Connect() const;

  const std::string& server() const { return server_; }

 private:
  Connector(std::string server, std::shared_ptr<grpc::ChannelCredentials> credentials);

  std::string server_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
};

// Whether `server` (a gRPC target such as HOST:PORT) is on this machine.
bool IsLocalAddress(absl::string_view server);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_CONNECTION_H_
