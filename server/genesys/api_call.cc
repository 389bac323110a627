#include "server/genesys/api_call.h"

#include <utility>

namespace gcjobs {

void CallApi(GenesysClient* client, ApiRequest request, absl::Duration max_wait,
             absl::AnyInvocable<void(ApiReply)> done) {
  Spawn<ApiReply>(client->Call(std::move(request), max_wait), std::move(done));
}

}  // namespace gcjobs
