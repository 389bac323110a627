#ifndef GCJOBS_SERVER_GENESYS_API_CALL_H_
#define GCJOBS_SERVER_GENESYS_API_CALL_H_

#include "absl/time/time.h"
#include "server/genesys/genesys_client.h"

namespace gcjobs {

// Acquire and Send in one, for callers with nothing to do between the two. An
// error of Acquire becomes a reply that is kNotSent. Runs `done` exactly once,
// never from within. `client` must outlive the call.
void CallApi(GenesysClient* client, ApiRequest request, absl::Duration max_wait,
             absl::AnyInvocable<void(ApiReply)> done);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_API_CALL_H_
