#ifndef GCJOBS_SERVER_RPC_AUTH_LISTENER_CREDENTIALS_H_
#define GCJOBS_SERVER_RPC_AUTH_LISTENER_CREDENTIALS_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "server/rpc/auth/authenticator.h"

namespace gcjobs {

// Whether a listener on `host` (a name or an address, IPv6 with or without
// brackets) is safe enough to open. FAILED_PRECONDITION/INSECURE_LISTENER:
// - it reaches beyond loopback without TLS, and kAllow does not say so;
// - tokens would cross the network in clear text: that nothing allows.
// INVALID_ARGUMENT: `options` contradict themselves.
enum class ClearText { kRefuse, kAllow };
absl::Status CheckListener(absl::string_view host, const AuthOptions& options,
                           ClearText clear_text);

// Whether it is a loopback address, or `localhost`. Other names are not looked
// up: what they mean may change while the server runs.
bool IsLoopback(absl::string_view host);

// Whether the TLS files can be read, hold what they should, and key and
// certificate belong together. gRPC would find out too, but only at each
// handshake, and would tell nobody but the log. INVALID_ARGUMENT, NOT_FOUND,
// PERMISSION_DENIED say which file is at fault. REQUIRES: options.tls().
absl::Status CheckTlsFiles(const AuthOptions& options);

// The listener's credentials: TLS when there is a certificate (mutual TLS when
// there is a client CA too), otherwise clear text. With tokens, clear text is
// for clients on this machine only.
//
// Certificate, key and CA are read again every second, so that a renewed
// certificate needs no restart; open connections keep the old one. Change both
// files at once, for instance by exchanging a symbolic link to their directory:
// while they do not match each other, all new connections fail.
//
// With tokens, calls of JobService and ActionService check theirs in the
// handler, which can answer with INVALID_TOKEN in the error's details. Calls of
// all other services (reflection, channelz, and any that is added) are refused
// by gRPC before their handler runs, with UNAUTHENTICATED and the message
// alone. grpc.health.v1 is open, for probes.
//
// Errors: INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED: `options` contradict
// themselves, or a file cannot be read or is not what it should be.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const AuthOptions& options, std::shared_ptr<const Authenticator> authenticator);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_AUTH_LISTENER_CREDENTIALS_H_
