#ifndef GCJOBS_SERVER_RPC_AUTH_TLS_FILES_H_
#define GCJOBS_SERVER_RPC_AUTH_TLS_FILES_H_

#include "absl/status/status.h"

#include "server/rpc/auth/auth_options.h"

namespace gcjobs {

// Whether the TLS files can be read, hold what they should, and key and
// certificate belong together. gRPC would find out too, but only at each
// handshake, and tell nobody but its own log.
// Errors: NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT, naming the file.
absl::Status CheckTlsFiles(const AuthOptions& options);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_AUTH_TLS_FILES_H_
