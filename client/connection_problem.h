#ifndef GCJOBS_CLIENT_CONNECTION_PROBLEM_H_
#define GCJOBS_CLIENT_CONNECTION_PROBLEM_H_

#include <string>

#include "absl/status/status.h"

#include "client/global_options.h"

namespace gcjobs {

// What stood between this program and the server, for a person: gRPC's own
// words ("failed to connect to all addresses; last error: UNKNOWN: ...") name
// the place in gRPC where it was noticed.
struct ConnectionProblem {
  std::string message;
  std::string hint;
};

// REQUIRES: IsUnreachable(status), and it has no ErrorInfo.
ConnectionProblem DescribeConnectionProblem(const absl::Status& status,
                                            const GlobalOptions& options);

// Whether no connection was made, so that the call cannot have arrived. False
// when that is not known.
bool WasNeverConnected(const absl::Status& status);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_CONNECTION_PROBLEM_H_
