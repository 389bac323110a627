#include "server/rpc/auth/token_processor.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/grpc_status.h"

namespace gcjobs {
namespace {

// Open to all: what it tells is whether the server serves.
constexpr absl::string_view kHealth = "/grpc.health.v1.Health/";

// Every handler of these begins with Authenticator::Authenticate. A service
// that is not in this list is closed without a token.
constexpr absl::string_view kSelfCheckingServices[] = {
    "/gcjobs.v1.JobService/",
    "/gcjobs.v1.ActionService/",
};

bool PassesUnchecked(absl::string_view path) {
  if (absl::StartsWith(path, kHealth)) return true;
  for (const absl::string_view service : kSelfCheckingServices) {
    if (absl::StartsWith(path, service)) return true;
  }
  return false;
}

}  // namespace

grpc::Status TokenProcessor::Process(const InputMetadata& metadata, grpc::AuthContext*,
                                     OutputMetadata*, OutputMetadata*) {
  const auto path = metadata.find(":path");
  if (path != metadata.end() &&
      PassesUnchecked(absl::string_view(path->second.data(), path->second.size()))) {
    return grpc::Status::OK;
  }
  return ToGrpc(authenticator_->CheckToken(metadata));
}

}  // namespace gcjobs
