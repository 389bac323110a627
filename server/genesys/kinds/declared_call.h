#ifndef GCJOBS_SERVER_GENESYS_KINDS_DECLARED_CALL_H_
#define GCJOBS_SERVER_GENESYS_KINDS_DECLARED_CALL_H_

#include "server/genesys/genesys_client.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/kind_spec.h"

namespace gcjobs {

// The request that `call` is for `job`, whose values stand in the path,
// percent-encoded. Whoever submits a job checks that it has all of them.
ApiRequest BuildCall(RequestClass request_class, const CallSpec& call, const JobRef& job);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_DECLARED_CALL_H_
