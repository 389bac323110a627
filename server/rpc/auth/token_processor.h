#ifndef GCJOBS_SERVER_RPC_AUTH_TOKEN_PROCESSOR_H_
#define GCJOBS_SERVER_RPC_AUTH_TOKEN_PROCESSOR_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "server/rpc/auth/authenticator.h"

namespace gcjobs {

// Refuses calls without a valid token before their handler runs, see
// MakeServerCredentials. gRPC carries none of an error's details from here:
// hence the services that check for themselves. Thread-safe.
class TokenProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit TokenProcessor(std::shared_ptr<const Authenticator> authenticator)
      : authenticator_(std::move(authenticator)) {}

  // A look into memory: not worth a thread of its own.
  bool IsBlocking() const override { return false; }

  // Leaves `context` alone: it belongs to the connection, and adding to it
  // from concurrent calls aborts the process (gRPC 1.51). Consumes nothing:
  // handlers find out by the same header who calls.
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* consumed, OutputMetadata* response) override;

 private:
  const std::shared_ptr<const Authenticator> authenticator_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_AUTH_TOKEN_PROCESSOR_H_
