#ifndef GCJOBS_SERVER_GENESYS_GENESYS_CLIENT_H_
#define GCJOBS_SERVER_GENESYS_GENESYS_CLIENT_H_

#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
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

  // OK when answered with 2xx. Otherwise the error of contract.md section 5:
  // code, ErrorInfo (domain `genesys.cloud`, metadata `http_status`,
  // `genesys_code`, `correlation_id`) and, where a retry is worth it,
  // RetryInfo.
  absl::Status status;

  // How long the upstream asked us to wait, as a duration from now
  // (Retry-After in either form, or as 429 bodies spell it).
  std::optional<absl::Duration> retry_after;
};

// The REST API of one organisation: its token, its budget, its hosts. Loop
// thread only.
//
// A call has two steps, so that a caller can commit its intent between them
// with nothing left to wait for: Acquire waits for a token and for the budget,
// Send sends.
class GenesysClient {
 public:
  using Granted = absl::AnyInvocable<void(absl::Status)>;
  using Done = absl::AnyInvocable<void(ApiReply)>;

  virtual ~GenesysClient() = default;

  // Runs `granted` exactly once, never from within Acquire. OK: a permit is
  // yours; use it with Send or Release, soon. Permits are granted by class,
  // then in order. Errors (no permit):
  // - FAILED_PRECONDITION/GENESYS_CREDENTIALS_REJECTED: the client credentials
  //   are refused;
  // - UNAVAILABLE/GENESYS_UNAVAILABLE or RESOURCE_EXHAUSTED/
  //   GENESYS_RATE_LIMITED (with RetryInfo): no token can be had just now;
  // - RESOURCE_EXHAUSTED/GENESYS_RATE_LIMITED (with RetryInfo): the budget
  //   gave none within `max_wait`.
  virtual void Acquire(RequestClass request_class, absl::Duration max_wait, Granted granted) = 0;

  // Gives an unused permit back.
  virtual void Release(RequestClass request_class) = 0;

  // Sends with a permit of the request's class. Runs `done` exactly once,
  // never from within Send. A 401 renews the token and sends once more, by
  // itself and within the budget.
  virtual void Send(ApiRequest request, Done done) = 0;

  // Until when requests of that class are stopped because the upstream said
  // so, as time of day; InfinitePast when they are not. A wait that IsQuota
  // does not stop the classes of jobs (kSubmit, kPoll, kCancel): whoever gets
  // it in a reply is to hold back what goes to the same endpoint.
  virtual absl::Time ThrottledUntil(RequestClass request_class) const = 0;

  // The target (ApiRequest::target) of a link that Genesys Cloud gave in an
  // answer to `base`, absolute or relative (RFC 3986). INTERNAL/
  // GENESYS_BAD_RESPONSE, metadata `problem` = `foreign_link`, when it leads to
  // another origin than this API's: the token must not travel there.
  virtual absl::StatusOr<std::string> ResolveLink(absl::string_view base,
                                                  absl::string_view link) const = 0;
};

// Percent-encodes one path segment or query value (RFC 3986: all but
// unreserved characters). Ids are opaque: they go through this, always.
std::string PercentEncode(absl::string_view text);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_GENESYS_CLIENT_H_
