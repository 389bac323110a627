#include "tests/simulator/oauth_api.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/simulator/error_body.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {
namespace {

struct Credentials {
  std::string id;
  std::string secret;
};

// The token endpoint's errors are OAuth's, not ErrorBody.
ApiResponse OAuthError(int status, absl::string_view error, absl::string_view description) {
  ApiResponse response;
  response.status = status;
  response.body = RawObject()
                      .SetString("error", error)
                      .SetString("description", description)
                      .SetString("error_description", description)
                      .ToString();
  return response;
}

// From the Basic header, else from the form: some clients send them there.
std::optional<Credentials> FindCredentials(const ApiRequest& request, const QueryParams& form) {
  absl::string_view header = request.Header("authorization");
  if (absl::ConsumePrefix(&header, "Basic ")) {
    std::string decoded;
    if (!absl::Base64Unescape(header, &decoded)) return std::nullopt;
    const std::pair<std::string, std::string> pair =
        absl::StrSplit(decoded, absl::MaxSplits(':', 1));
    if (pair.first.empty()) return std::nullopt;
    return Credentials{pair.first, pair.second};
  }
  const std::optional<std::string> id = FindParam(form, "client_id");
  if (!id.has_value() || id->empty()) return std::nullopt;
  return Credentials{*id, FindParam(form, "client_secret").value_or("")};
}

}  // namespace

void OAuthApi::AddRoutes(Router* router) {
  router->Add({"POST", "/oauth/token", "token", RouteClass::kToken,
               [this](Call* call) { return GrantToken(*call); }});
  router->Add({"GET", "/api/v2/tokens/me", "get_token", RouteClass::kRead,
               [this](Call* call) { return DescribeToken(*call); }});
  router->Add({"DELETE", "/api/v2/tokens/me", "revoke_token", RouteClass::kWrite,
               [this](Call* call) { return RevokeToken(*call); }});
}

ApiResponse OAuthApi::GrantToken(const Call& call) {
  if (!absl::StartsWith(call.request->Header("content-type"),
                        "application/x-www-form-urlencoded")) {
    return OAuthError(400, "invalid_request", "the body must be a form");
  }
  const QueryParams form = ParseQuery(call.request->body);
  if (FindParam(form, "grant_type") != "client_credentials") {
    return OAuthError(400, "unsupported_grant_type", "grant_type must be client_credentials");
  }
  // 401 for wrong clients is an assumption: the real one may say 400.
  const std::optional<Credentials> credentials = FindCredentials(*call.request, form);
  if (!credentials.has_value() || credentials->id != options_.client_id.value_or(credentials->id)) {
    return OAuthError(401, "invalid_client", "client not found");
  }
  if (credentials->secret != options_.client_secret.value_or(credentials->secret)) {
    return OAuthError(401, "invalid_client", "authentication failed");
  }
  ApiResponse response;
  response.body = RawObject()
                      .SetString("access_token", tokens_->Issue(credentials->id))
                      .SetString("token_type", "bearer")
                      .SetInt("expires_in", absl::ToInt64Seconds(tokens_->lifetime()))
                      .ToString();
  return response;
}

ApiResponse OAuthApi::DescribeToken(const Call& call) {
  constexpr char kOrganization[] =
      R"({"id":"00000000-0000-4000-8000-0000000000aa","name":"Simulated Organisation"})";
  const RawObject client = RawObject()
                               .SetString("id", call.client_id)
                               .SetString("name", "Simulated client")
                               .SetString("authorizedGrantType", "CLIENT-CREDENTIALS")
                               .Set("organization", kOrganization);
  ApiResponse response;
  response.body = RawObject()
                      .Set("organization", kOrganization)
                      .Set("homeOrganization", kOrganization)
                      .Set("authorizedScope", "[]")
                      .Set("OAuthClient", client.ToString())
                      .ToString();
  return response;
}

ApiResponse OAuthApi::RevokeToken(const Call& call) {
  tokens_->Revoke(call.token);
  ApiResponse response;
  response.status = 204;
  return response;
}

}  // namespace gcjobs::sim
