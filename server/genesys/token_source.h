#ifndef GCJOBS_SERVER_GENESYS_TOKEN_SOURCE_H_
#define GCJOBS_SERVER_GENESYS_TOKEN_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/errors.h"
#include "common/metrics.h"
#include "common/task.h"
#include "server/genesys/token_grant.h"
#include "server/net/event_loop.h"
#include "server/net/http_transport.h"
#include "server/scheduler/request_budget.h"

namespace gcjobs {

// An organisation's access token, by its client credentials. Loop thread only.
//
// However many ask, one request is under way. A token is renewed when it is
// asked for late in its life, while the old one is still handed out. A token
// never appears in an error or in the log.
class TokenSource {
 public:
  struct Options {
    std::string org;        // for metrics and logs
    std::string login_url;  // such as `https://login.mypurecloud.com`
    ClientCredentials credentials;
    std::string user_agent = "gcjobs";
    // For one token request.
    absl::Duration timeout = absl::Seconds(15);
  };

  struct Deps {  // all outlive this
    HttpTransport* transport;
    RequestBudget* budget;
    EventLoop* loop;
    Metrics* metrics;
  };

  TokenSource(Options options, Deps deps)
      : options_(std::move(options)), deps_(deps), credentials_(options_.credentials) {}
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;

  // The token, if there is one that can be used now. Late in its life this
  // starts its renewal.
  std::optional<std::string> Current();

  // A token: at once, if there is one that can be used now, or after waiting for
  // its renewal. Errors:
  // - FAILED_PRECONDITION/GENESYS_CREDENTIALS_REJECTED;
  // - UNAVAILABLE/GENESYS_UNAVAILABLE or RESOURCE_EXHAUSTED/
  //   GENESYS_RATE_LIMITED, with RetryInfo.
  // After a failure the same failure is the answer, without a request, until the
  // time to wait after it is over.
  Task<absl::StatusOr<std::string>> Get();

  // A token that was issued after this call, however good the present one is: what a
  // token may do is decided when it is issued. Until it is there, and if there is none
  // to be had, the present one is handed out. When it lapses, on the monotonic scale.
  // Errors: as Get, but an earlier failure does not keep it from asking again.
  Task<absl::StatusOr<absl::Time>> RenewNow();

  // Used from the next renewal on.
  void SetCredentials(ClientCredentials credentials) { credentials_ = std::move(credentials); }

  // A request that was sent at that time with `token` got an answer that the token
  // was not refused by.
  void HasServed(absl::string_view token, absl::Time sent_at);

  // Whether a 401 that a request got which was sent at that time with `token` is the
  // request's own matter: the token has served others since, or it was fetched for
  // such a 401 a moment ago and has served.
  bool IsProven(absl::string_view token, absl::Time sent_at) const;

  // How old the token is; infinite when it is not the current one.
  absl::Duration AgeOf(absl::string_view token) const;

  // A token other than `token`: the current one, if it is another, or after waiting
  // for a new one. `token` stays in use meanwhile, since it may be good for all
  // others; however many ask, one request is sent. Errors: as Get; also
  // UNAVAILABLE/GENESYS_UNAVAILABLE when there is none within `max_wait`.
  Task<absl::StatusOr<std::string>> Replace(std::string token, absl::Duration max_wait);

 private:
  using Waiter = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;

  // Waits for the end of the renewal that is under way, or of one that it starts.
  Task<absl::StatusOr<std::string>> NextRenewal(absl::Duration max_wait);
  // The same, unless the last one has just failed.
  Task<absl::StatusOr<std::string>> Renewed(absl::Duration max_wait);
  void StartRenewal();
  Task<> Renew();
  // The grant, or why there is none.
  absl::StatusOr<TokenGrant> Judge(const HttpResult& result) const;
  void Adopt(absl::Time sent_at, TokenGrant grant);
  // Keeps the failure, and when to ask again: not before `asked` is over.
  void Remember(absl::Status failure, std::optional<absl::Duration> asked);
  absl::Status RememberedFailure() const;
  absl::Status MakeTokenError(const ErrorReason& reason, absl::string_view problem,
                              const HttpResponse& response) const;
  absl::Time Now() const { return deps_.loop->clock()->MonotonicNow(); }

  const Options options_;
  const Deps deps_;
  ClientCredentials credentials_;
  absl::BitGen random_;

  std::string token_;  // empty = none
  absl::Time adopted_at_ = absl::InfinitePast();
  absl::Time renew_at_ = absl::InfinitePast();
  absl::Time expires_at_ = absl::InfinitePast();

  absl::Time not_before_ = absl::InfinitePast();  // for the next token request
  bool is_renewing_ = false;
  int64_t requests_sent_ = 0;
  std::vector<Waiter> waiters_;  // for the end of the renewal
  Story renewal_;

  int failures_ = 0;  // in a row
  absl::Status failure_;

  absl::Time served_at_ = absl::InfinitePast();  // the latest HasServed of this token
  bool is_replaced_ = false;                     // somebody wants another one than this
  bool is_replacement_ = false;                  // this one was fetched for a Replace
  int early_refusals_ = 0;  // tokens in a row that were refused soon after they were issued
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_TOKEN_SOURCE_H_
