#ifndef GCJOBS_SERVER_RPC_REFLECTION_SERVICE_H_
#define GCJOBS_SERVER_RPC_REFLECTION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <utility>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"

namespace gcjobs {

// The answer to one question of the reflection protocol: `services` are the full
// names of those served, everything else is what this program's protos say.
// Thread-safe.
grpc::reflection::v1::ServerReflectionResponse Reflect(
    const grpc::reflection::v1::ServerReflectionRequest& request,
    const std::vector<std::string>& services);

// A stream that answers each request by one response.
grpc::ServerBidiReactor<grpc::reflection::v1::ServerReflectionRequest,
                        grpc::reflection::v1::ServerReflectionResponse>*
StartReflection(std::vector<std::string> services);

// Server reflection under one of its names. gRPC 1.51's own plugin knows v1alpha
// alone, and keeps threads that wait.
template <typename Service>
class ReflectionService final : public Service::CallbackService {
 public:
  explicit ReflectionService(std::vector<std::string> services) : services_(std::move(services)) {}

  grpc::ServerBidiReactor<grpc::reflection::v1::ServerReflectionRequest,
                          grpc::reflection::v1::ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext* /*context*/) override {
    return StartReflection(services_);
  }

 private:
  const std::vector<std::string> services_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_REFLECTION_SERVICE_H_
