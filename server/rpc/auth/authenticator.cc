#include "server/rpc/auth/authenticator.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

constexpr char kAuthorization[] = "authorization";
constexpr absl::string_view kScheme = "bearer ";

absl::Status InvalidToken(absl::string_view message) {
  return MakeError(errors::kInvalidToken, message);
}

// The name in a client's certificate: its SAN where it has one, else its CN.
std::string PeerName(const grpc::CallbackServerContext& context) {
  const auto auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return "";
  const std::vector<grpc::string_ref> names = auth->GetPeerIdentity();
  if (names.empty()) return "";
  return ToValidUtf8(absl::string_view(names[0].data(), names[0].size()));
}

}  // namespace

absl::StatusOr<std::shared_ptr<Authenticator>> Authenticator::Create(const AuthOptions& options,
                                                                     Metrics* metrics) {
  std::shared_ptr<Authenticator> authenticator(new Authenticator(options, metrics));
  RETURN_IF_ERROR(authenticator->Reload());
  return authenticator;
}

absl::Status Authenticator::Reload() {
  if (!asks_for_tokens()) return absl::OkStatus();
  ASSIGN_OR_RETURN(TokenTable tokens, TokenTable::Load(options_.token_file));
  auto shared = std::make_shared<const TokenTable>(std::move(tokens));
  MutexLock lock(&mu_);
  tokens_ = std::move(shared);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Authenticator::Authenticate(
    const grpc::CallbackServerContext& context) const {
  if (!asks_for_tokens()) return options_.client_ca_file.empty() ? "" : PeerName(context);
  absl::StatusOr<std::string> principal = PrincipalOfToken(context.client_metadata());
  if (!principal.ok()) refusals_.Add(context.peer(), principal.status());
  return principal;
}

absl::Status Authenticator::CheckToken(const Metadata& metadata) const {
  if (!asks_for_tokens()) return absl::OkStatus();
  absl::Status status = PrincipalOfToken(metadata).status();
  if (!status.ok()) refusals_.Add("", status);
  return status;
}

absl::StatusOr<std::string> Authenticator::PrincipalOfToken(const Metadata& metadata) const {
  const auto [begin, end] = metadata.equal_range(kAuthorization);
  if (begin == end) return InvalidToken("the call carries no `authorization: Bearer` token");
  // An attacker could make us and a proxy read different ones.
  if (std::next(begin) != end) {
    return InvalidToken("the call carries more than one `authorization` header");
  }
  absl::string_view token(begin->second.data(), begin->second.size());
  if (!absl::StartsWithIgnoreCase(token, kScheme)) {
    return InvalidToken("the scheme of `authorization` is not Bearer");
  }
  token.remove_prefix(kScheme.size());
  std::shared_ptr<const TokenTable> tokens;
  {
    MutexLock lock(&mu_);
    tokens = tokens_;
  }
  std::optional<std::string> principal = tokens->FindPrincipal(token);
  if (!principal) return InvalidToken("the token is not known to this server");
  return *std::move(principal);
}

}  // namespace gcjobs
