#include "server/genesys/api_call.h"

#include <utility>

#include "common/error_info.h"

namespace gcjobs {

void CallApi(GenesysClient* client, ApiRequest request, absl::Duration max_wait,
             GenesysClient::Done done) {
  const RequestClass request_class = request.request_class;
  client->Acquire(
      request_class, max_wait,
      [client, request = std::move(request), done = std::move(done)](absl::Status granted) mutable {
        if (granted.ok()) {
          client->Send(std::move(request), std::move(done));
          return;
        }
        ApiReply reply;
        reply.fate = HttpResult::Fate::kNotSent;
        reply.retry_after = GetRetryDelay(granted);
        reply.status = std::move(granted);
        done(std::move(reply));
      });
}

}  // namespace gcjobs
