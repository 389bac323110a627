#ifndef GCJOBS_TESTS_SIMULATOR_OAUTH_API_H_
#define GCJOBS_TESTS_SIMULATOR_OAUTH_API_H_

#include <optional>
#include <string>

#include "tests/simulator/router.h"
#include "tests/simulator/token_store.h"

namespace gcjobs::sim {

// POST /oauth/token (client credentials) and /api/v2/tokens/me. Thread-safe.
class OAuthApi {
 public:
  struct Options {
    // Absent: every client is accepted.
    std::optional<std::string> client_id;
    std::optional<std::string> client_secret;
  };

  // `tokens` outlives the API, and the API the router.
  OAuthApi(Options options, TokenStore* tokens) : options_(std::move(options)), tokens_(tokens) {}

  void AddRoutes(Router* router);

 private:
  ApiResponse GrantToken(const Call& call);
  ApiResponse DescribeToken(const Call& call);
  ApiResponse RevokeToken(const Call& call);

  const Options options_;
  TokenStore* const tokens_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_OAUTH_API_H_
