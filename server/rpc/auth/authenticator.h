#ifndef GCJOBS_SERVER_RPC_AUTH_AUTHENTICATOR_H_
#define GCJOBS_SERVER_RPC_AUTH_AUTHENTICATOR_H_

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/clock.h"
#include "common/metrics.h"
#include "common/mutex.h"
#include "server/rpc/auth/refusal_log.h"
#include "server/rpc/auth/token_table.h"

namespace gcjobs {

// Who may call, and over what. All empty: anybody, in clear text.
struct AuthOptions {
  // PEM files of the server's certificate chain and key; both or neither. They
  // are read again while the server runs, see MakeServerCredentials.
  std::string tls_cert_file;
  std::string tls_key_file;

  // PEM file of the authorities whose client certificates are accepted. Set:
  // every client must show one, and is named by it. Needs TLS.
  std::string client_ca_file;

  // The bearer tokens, see TokenTable. Set: every call must carry one. Without
  // TLS only clients on this machine are then served.
  std::string token_file;

  bool tls() const { return !tls_cert_file.empty(); }
};

// Says who calls. Thread-safe.
class Authenticator {
 public:
  using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

  // Reads the token file, if there is one. Errors: as TokenTable::Load. `metrics`
  // outlives this.
  static absl::StatusOr<std::shared_ptr<Authenticator>> Create(const AuthOptions& options,
                                                               Metrics* metrics);

  // Reads the token file again: it counts from now on, for calls that begin. Errors:
  // as Create; the tokens stay what they were.
  absl::Status Reload() ABSL_LOCKS_EXCLUDED(mu_);

  // The caller's name, for Job.created_by: by its token, else by its client
  // certificate; empty when the server asks for neither.
  // UNAUTHENTICATED/INVALID_TOKEN when a token is asked for and the call has
  // none, a wrong one or several; that is logged and counted. Every handler calls
  // this first.
  absl::StatusOr<std::string> Authenticate(const grpc::CallbackServerContext& context) const;

  // The part of it that needs no context: OK when `metadata` carries a known
  // token, or none is asked for.
  absl::Status CheckToken(const Metadata& metadata) const;

  bool asks_for_tokens() const { return !options_.token_file.empty(); }

 private:
  Authenticator(const AuthOptions& options, Metrics* metrics)
      : options_(options), refusals_(metrics, RealClock()) {}

  // REQUIRES: asks_for_tokens().
  absl::StatusOr<std::string> PrincipalOfToken(const Metadata& metadata) const
      ABSL_LOCKS_EXCLUDED(mu_);

  const AuthOptions options_;
  mutable RefusalLog refusals_;
  mutable Mutex mu_;  // leaf
  std::shared_ptr<const TokenTable> tokens_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_AUTH_AUTHENTICATOR_H_
