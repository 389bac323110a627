#ifndef GCJOBS_SERVER_GENESYS_GENESYS_CLIENT_H_
#define GCJOBS_SERVER_GENESYS_GENESYS_CLIENT_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/task.h"
#include "server/net/http_transport.h"
#include "server/scheduler/request_class.h"

namespace gcjobs {

// One call of the Genesys Cloud REST API.
struct ApiRequest {
  RequestClass request_class = RequestClass::kManage;
  std::string method;  // upper case
  // Path and query, percent-encoded, beginning with `/api/`.
  std::string target;
  std::string body;  // JSON, or empty
  absl::Duration timeout = absl::Seconds(30);
};

// What became of it.
struct ApiReply {
  HttpResult::Fate fate = HttpResult::Fate::kNotSent;
  HttpResponse response;  // whole when answered

  // OK when answered with 2xx. Otherwise what error_mapping.h makes of it: code,
  // ErrorInfo (domain `genesys.cloud`, metadata `http_status`, `genesys_code`,
  // `correlation_id`) and, where a retry is worth it, RetryInfo.
  absl::Status status;

  // How long Genesys Cloud asked us to wait, as a duration from now
  // (Retry-After in either form, or as the bodies of 429s spell it).
  std::optional<absl::Duration> retry_after;
};

// The right to send one request now: there was a token, and the request has its
// place in the budget. GenesysClient::Send takes it; one that goes unused gives
// its place back by itself. Movable; empty when default constructed, moved from
// or used. Loop thread only. It may outlive its client, and then does nothing.
class Permit {
 public:
  // Where an unused one goes back to.
  class Issuer {
   public:
    virtual void TakeBack(RequestClass request_class, const std::string& family) = 0;

   protected:
    ~Issuer() = default;
  };

  Permit() = default;
  Permit(std::weak_ptr<Issuer> issuer, RequestClass request_class, std::string family = "")
      : issuer_(std::move(issuer)), request_class_(request_class), family_(std::move(family)) {}
  Permit(Permit&&) noexcept = default;
  Permit& operator=(Permit&& other) noexcept {
    GiveBack();
    issuer_ = std::move(other.issuer_);
    request_class_ = other.request_class_;
    family_ = std::move(other.family_);
    return *this;
  }
  ~Permit() { GiveBack(); }

  RequestClass request_class() const { return request_class_; }
  // As it was asked for; empty: of no family's budget.
  const std::string& family() const { return family_; }

  // Ends it early. Harmless when it is empty.
  void GiveBack() {
    const std::shared_ptr<Issuer> issuer = std::exchange(issuer_, {}).lock();
    if (issuer != nullptr) issuer->TakeBack(request_class_, family_);
  }
  // The request leaves: its place is not given back any more. For clients only.
  void Use() { issuer_.reset(); }

 private:
  std::weak_ptr<Issuer> issuer_;
  RequestClass request_class_ = RequestClass::kManage;
  std::string family_;
};

// The family of endpoints that a path is of: the word behind `/api/v2/`, such as
// `analytics`. `path` may have a method in front and a query behind. Empty for any
// other path.
std::string FamilyOf(absl::string_view path);

// The REST API of one organisation: its token, its budgets, its hosts. Loop
// thread only.
//
// A call has two steps, so that a caller can commit its intent between them
// with nothing left to wait for: Acquire waits for a token and for the budget,
// Send sends:
//
//   CO_ASSIGN_OR_RETURN(Permit permit, co_await client->Acquire(...));
//   ApiReply reply = co_await client->Send(std::move(permit), std::move(request));
//
// Neither ends at once: the story always goes on in a later turn of the loop.
class GenesysClient {
 public:
  virtual ~GenesysClient() = default;

  // Waits for a permit of that class, for a request to that family of endpoints;
  // use it soon. Permits are granted by class, then in order, but for those whose
  // family's budget is used up. Who chooses the request only when there is a permit
  // names no family, and asks FamilyWait.  A story that ends while it waits leaves the queue.
  // Errors:
  // - FAILED_PRECONDITION/GENESYS_CREDENTIALS_REJECTED: the client credentials
  //   are refused;
  // - UNAVAILABLE/GENESYS_UNAVAILABLE or RESOURCE_EXHAUSTED/
  //   GENESYS_RATE_LIMITED (with RetryInfo): no token can be had just now;
  // - RESOURCE_EXHAUSTED/GENESYS_RATE_LIMITED (with RetryInfo): the budget
  //   gave none within `max_wait`.
  virtual Task<absl::StatusOr<Permit>> Acquire(RequestClass request_class, std::string family,
                                               absl::Duration max_wait) = 0;

  // How long the family's budget has no room for a request of that class; zero or
  // less: it has some.
  virtual absl::Duration FamilyWait(RequestClass request_class, absl::string_view family) const = 0;

  // Sends with a permit of the request's class and waits for what becomes of it.
  // After a 401 or a 403, which have done nothing, it is sent once more with
  // another token, by itself and within the budget, unless the token is known to be
  // good. When the story that waits ends, the request goes on and counts
  // until its own end; its answer is dropped.
  virtual Task<ApiReply> Send(Permit permit, ApiRequest request) = 0;

  // Acquire and Send in one, for callers with nothing to do between the two. An
  // error of Acquire becomes a reply that is kNotSent.
  Task<ApiReply> Call(ApiRequest request, absl::Duration max_wait);

  // Gets a token that is issued after this call, see RenewToken in
  // job_service.proto, and says until when it is good, as time of day. Errors: as
  // those of Acquire that are about the token.
  virtual Task<absl::StatusOr<absl::Time>> RenewToken() = 0;

  // Until when requests of that class to that family are stopped because the upstream said
  // so, as time of day; InfinitePast when they are not. A wait that IsQuota
  // does not stop the classes of jobs (kSubmit, kPoll, kCancel): whoever gets
  // it in a reply is to hold back what goes to the same endpoint.
  virtual absl::Time ThrottledUntil(RequestClass request_class, absl::string_view family) const = 0;

  // The target (ApiRequest::target) of a link that Genesys Cloud gave in an
  // answer to `base`, absolute or relative (RFC 3986). INTERNAL/
  // GENESYS_BAD_RESPONSE, metadata `problem` = `foreign_link`, when it leads to
  // another origin than this API's: the token must not travel there.
  virtual absl::StatusOr<std::string> ResolveLink(absl::string_view base,
                                                  absl::string_view link) const = 0;
};

// The reply to a call that was not sent, and why.
ApiReply Unsent(absl::Status status);

// Percent-encodes one path segment or query value (RFC 3986: all but
// unreserved characters). Ids are opaque: they go through this, always.
std::string PercentEncode(absl::string_view text);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_GENESYS_CLIENT_H_
