#ifndef GCJOBS_SERVER_RPC_AUTH_AUTHENTICATOR_H_
#define GCJOBS_SERVER_RPC_AUTH_AUTHENTICATOR_H_

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/rpc/auth/auth_options.h"
#include "server/rpc/auth/token_table.h"

namespace gcjobs {

// Says who calls. Immutable, thread-safe.
class Authenticator {
 public:
  using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

  // Reads the token file, if there is one. Errors: as TokenTable::Load.
  static absl::StatusOr<std::shared_ptr<const Authenticator>> Create(const AuthOptions& options);

  // The caller's name, for Job.created_by: by its token, else by its client
  // certificate; empty when the server asks for neither.
  // UNAUTHENTICATED/INVALID_TOKEN when a token is asked for and the call has
  // none, a wrong one or several. Every handler calls this first.
  absl::StatusOr<std::string> Authenticate(const grpc::CallbackServerContext& context) const;

  // The part of it that needs no context: OK when `metadata` carries a token
  // that is known, or none is asked for.
  absl::Status CheckToken(const Metadata& metadata) const;

  bool asks_for_tokens() const { return tokens_.has_value(); }

 private:
  Authenticator(std::optional<TokenTable> tokens, bool trusts_certificates)
      : tokens_(std::move(tokens)), trusts_certificates_(trusts_certificates) {}

  // REQUIRES: asks_for_tokens().
  absl::StatusOr<std::string> PrincipalOfToken(const Metadata& metadata) const;

  const std::optional<TokenTable> tokens_;
  const bool trusts_certificates_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_AUTH_AUTHENTICATOR_H_
