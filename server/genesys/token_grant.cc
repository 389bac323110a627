#include "server/genesys/token_grant.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "server/genesys/genesys_client.h"

namespace gcjobs {
namespace {

constexpr size_t kMaxGrantBytes = 64 << 10;
constexpr size_t kMaxTokenBytes = 16 << 10;

// The range of an OAuth client's token duration at Genesys Cloud.
constexpr absl::Duration kMinLifetime = absl::Minutes(5);
constexpr absl::Duration kMaxLifetime = absl::Hours(48);

std::string BasicCredentials(const ClientCredentials& credentials) {
  return absl::Base64Escape(absl::StrCat(credentials.client_id, ":", credentials.client_secret));
}

// Visible ASCII: what a header may carry, and nothing that could end its line.
bool IsSendable(absl::string_view token) {
  return !token.empty() && token.size() <= kMaxTokenBytes &&
         std::all_of(token.begin(), token.end(),
                     [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
}

absl::Duration LifetimeOf(const std::optional<JsonValue>& expires_in) {
  const double seconds = expires_in ? expires_in->AsDouble().value_or(0) : 0;
  if (seconds <= 0) return kMinLifetime;
  return std::min(absl::Seconds(seconds), kMaxLifetime);
}

}  // namespace

HttpRequest BuildTokenRequest(absl::string_view login_url, const ClientCredentials& credentials) {
  HttpRequest request;
  request.method = "POST";
  request.url = absl::StrCat(login_url, "/oauth/token");
  request.headers = {{"Authorization", absl::StrCat("Basic ", BasicCredentials(credentials))},
                     {"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  request.body = "grant_type=client_credentials";
  if (!credentials.scopes.empty()) {
    absl::StrAppend(&request.body, "&scope=", PercentEncode(credentials.scopes));
  }
  request.max_body_bytes = kMaxGrantBytes;
  return request;
}

absl::StatusOr<TokenGrant> ParseTokenGrant(absl::string_view body) {
  if (body.size() > kMaxGrantBytes) return absl::InvalidArgumentError("the answer is too large");
  ASSIGN_OR_RETURN(const auto found,
                   FindJson(body, {{"access_token"}, {"token_type"}, {"expires_in"}}));
  const auto& [access_token, token_type, expires_in] = found;
  const std::string token = StringOf(access_token);
  if (!IsSendable(token)) return absl::InvalidArgumentError("no usable access_token");
  const std::string type = StringOf(token_type);
  if (!type.empty() && !absl::EqualsIgnoreCase(type, "bearer")) {
    return absl::InvalidArgumentError("token_type is not bearer");
  }
  return TokenGrant{token, LifetimeOf(expires_in)};
}

std::string WithoutSecret(absl::string_view text, const ClientCredentials& credentials) {
  if (credentials.client_secret.empty()) return std::string(text);
  return absl::StrReplaceAll(
      text, {{credentials.client_secret, "***"}, {BasicCredentials(credentials), "***"}});
}

}  // namespace gcjobs
