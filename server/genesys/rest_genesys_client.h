#ifndef GCJOBS_SERVER_GENESYS_REST_GENESYS_CLIENT_H_
#define GCJOBS_SERVER_GENESYS_REST_GENESYS_CLIENT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "common/metrics.h"
#include "server/genesys/genesys_client.h"
#include "server/genesys/permit_queue.h"
#include "server/genesys/token_source.h"
#include "server/net/event_loop.h"
#include "server/net/http_transport.h"
#include "server/scheduler/family_budgets.h"
#include "server/scheduler/request_budget.h"

namespace gcjobs {

// GenesysClient over HTTP. Loop thread only; must live until the loop turns no
// more.
class RestGenesysClient final : public GenesysClient {
 public:
  struct Options {
    std::string org;        // for metrics and logs
    std::string api_url;    // such as `https://api.mypurecloud.com`
    std::string login_url;  // such as `https://login.mypurecloud.com`
    ClientCredentials credentials;
    std::string user_agent = "gcjobs";
    // A longer answer is dropped: GENESYS_BAD_RESPONSE.
    size_t max_body_bytes = 16 << 20;
    // Requests of one class that may wait for a permit.
    size_t max_waiting = 10'000;
  };

  struct Deps {  // all outlive the client
    HttpTransport* transport;
    RequestBudget* budget;    // this organisation's alone
    FamilyBudgets* families;  // the same
    EventLoop* loop;
    Metrics* metrics;
  };

  RestGenesysClient(Options options, Deps deps);

  Task<absl::StatusOr<Permit>> Acquire(RequestClass request_class, std::string family,
                                       absl::Duration max_wait) override;
  absl::Duration FamilyWait(RequestClass request_class, absl::string_view family) const override;

  // A refused request is sent again where that may help:
  // - after a 401, with the same token a second later if the token is younger than
  //   that, since Genesys Cloud may not know it everywhere yet; otherwise with a new
  //   token, unless the token is known to be good (TokenSource::IsProven);
  // - after a 403, with a new token, which has the client's roles as they are now;
  //   at most once in five minutes for all requests.
  // When a request that got a 401 cannot be sent again (no token or no permit),
  // the reply is kNotSent, since a 401 has done nothing, and its status says why;
  // only GENESYS_CREDENTIALS_REJECTED is kAnswered, with the 401.
  Task<ApiReply> Send(Permit permit, ApiRequest request) override;

  Task<absl::StatusOr<absl::Time>> RenewToken() override;

  // Used from the next token on.
  void SetCredentials(ClientCredentials credentials) {
    tokens_.SetCredentials(std::move(credentials));
  }

  absl::Time ThrottledUntil(RequestClass request_class, absl::string_view family) const override;

  // An absolute link must have the scheme, host and port of `api_url`. Where
  // that has a path of its own (a gateway's), links are accepted with it or, since
  // Genesys Cloud does not know of it, without it; the rest must be below `/api/`.
  absl::StatusOr<std::string> ResolveLink(absl::string_view base,
                                          absl::string_view link) const override;

 private:
  // What was done for a request that was refused.
  struct Chances {
    bool has_waited = false;
    bool has_other_token = false;
  };

  Task<ApiReply> Exchange(Permit permit, ApiRequest request);
  Task<absl::StatusOr<bool>> MayFareBetter(int http_status, std::string token, absl::Time sent_at,
                                           Chances* chances);
  HttpRequest BuildHttpRequest(const ApiRequest& request, absl::string_view token) const;
  // One request has ended: the metric, and what the budget learns from it.
  void Learn(RequestClass request_class, const std::string& family, absl::Time sent_at,
             const HttpResult& result);
  void Throttle(RequestClass request_class, const std::string& family, const ApiReply& reply);

  const Options options_;
  const Deps deps_;
  TokenSource tokens_;
  PermitQueue permits_;
  absl::Time renewed_for_403_at_ = absl::InfinitePast();
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_REST_GENESYS_CLIENT_H_
