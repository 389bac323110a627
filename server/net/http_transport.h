#ifndef GCJOBS_SERVER_NET_HTTP_TRANSPORT_H_
#define GCJOBS_SERVER_NET_HTTP_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gcjobs {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;  // upper case
  std::string url;     // absolute, http or https
  HttpHeaders headers;
  std::string body;  // sent with Content-Length when not empty or when method is POST, PUT or PATCH

  // Time for DNS, TCP and TLS.
  absl::Duration connect_timeout = absl::Seconds(10);
  // Time for all of it.
  absl::Duration timeout = absl::Seconds(30);
  // A longer answer is cut off and reported as kBodyTooLarge.
  size_t max_body_bytes = 16 << 20;  // after decompression
};

// INVALID_ARGUMENT when the request cannot be put on the wire as it is: a URL
// that is not absolute http or https or that carries credentials, a method or
// header name that is no token, or a line break where it would start a header.
absl::Status Validate(const HttpRequest& request);

// `GET https://host/path`: the request for logs and errors. What may hold a
// secret is left out: credentials, query, fragment, headers and body.
std::string Describe(const HttpRequest& request);

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;  // in the order received, names as sent
  std::string body;

  // A status of 2xx.
  bool is_success() const { return status >= 200 && status < 300; }

  // The first header of that name, ignoring case; empty when there is none.
  absl::string_view Header(absl::string_view name) const;
};

// What became of a request. An HTTP status of any value is an answer; the wire
// breaking is an error. They are told apart here and nowhere else.
struct HttpResult {
  enum class Fate {
    kAnswered,      // `response` is whole
    kNotSent,       // no byte of the request can have been acted on: DNS, connect or TLS failed, or
                    // the request was cancelled before it was sent
    kBroken,        // sent, at least in part; no whole answer: reset, time-out, truncated
    kBodyTooLarge,  // sent and answered; `response` has status and headers, the body was dropped
  };
  Fate fate = Fate::kNotSent;
  HttpResponse response;
  absl::Status error;  // OK when answered; else what broke, for people, without the URL's query
  bool timed_out = false;

  // Status and headers came, and perhaps the body.
  bool has_answer() const { return fate == Fate::kAnswered || fate == Fate::kBodyTooLarge; }
};

// Sends HTTP requests. All methods and callbacks: loop thread only.
//
// A token never leaves for an origin that was not asked for: redirects are not
// followed (a 3xx is an answer), and only http and https are spoken.
class HttpTransport {
 public:
  using Done = absl::AnyInvocable<void(HttpResult)>;
  using RequestId = uint64_t;

  virtual ~HttpTransport() = default;

  // Runs `done` exactly once, never from within Send. Requests still under way
  // when the transport is destroyed get no callback.
  virtual RequestId Send(HttpRequest request, Done done) = 0;

  // Gives the request up: `done` runs with kNotSent or kBroken, from the loop.
  // Harmless when the request is over.
  virtual void Cancel(RequestId id) = 0;

  // Requests under way.
  virtual size_t in_flight() const = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_NET_HTTP_TRANSPORT_H_
