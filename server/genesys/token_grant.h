#ifndef GCJOBS_SERVER_GENESYS_TOKEN_GRANT_H_
#define GCJOBS_SERVER_GENESYS_TOKEN_GRANT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/net/http_transport.h"

namespace gcjobs {

// The wire of the client-credentials grant (RFC 6749, section 4.4).

struct ClientCredentials {
  std::string client_id;
  std::string client_secret;
  std::string scopes;  // separated by spaces; empty = all that the client has
};

struct TokenGrant {
  std::string token;
  absl::Duration lifetime;
};

// POST {login_url}/oauth/token. `login_url` has no slash at its end.
HttpRequest BuildTokenRequest(absl::string_view login_url, const ClientCredentials& credentials);

// Reads the body of a 2xx answer; INVALID_ARGUMENT, which quotes nothing of the
// body, when it holds no token that could be sent in a header. A lifetime that
// is missing or makes no sense is taken as the shortest that Genesys Cloud
// gives, and one that is too long as the longest.
absl::StatusOr<TokenGrant> ParseTokenGrant(absl::string_view body);

// `text` without the secret, in case that somebody echoes it.
std::string WithoutSecret(absl::string_view text, const ClientCredentials& credentials);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_TOKEN_GRANT_H_
