#ifndef GCJOBS_SERVER_GENESYS_RETRY_AFTER_H_
#define GCJOBS_SERVER_GENESYS_RETRY_AFTER_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/net/http_transport.h"
#include "server/scheduler/request_budget.h"

namespace gcjobs {

// How long an answer asks us to wait, in its various spellings.

// The longest wait believed. Genesys Cloud's daily limits last for hours; more
// than a day is a mistake of the sender.
inline constexpr absl::Duration kMaxRetryAfter = absl::Hours(24);

// The shortest wait after a 429: headers count whole seconds, and a "0" would
// make us send again at once.
inline constexpr absl::Duration kMinThrottleDelay = absl::Seconds(1);

// What to wait when a 429 or a 5xx does not say: what Genesys Cloud recommends.
inline constexpr absl::Duration kDefaultRetryDelay = absl::Seconds(3);

// A wait of more than a few of Genesys Cloud's windows of a minute does not come
// from the token's rate, which recovers within one: it is the quota of one
// endpoint, mostly for a day. So it must stop what goes to that endpoint and
// nothing else, such as the polls of jobs of other kinds.
inline constexpr absl::Duration kLongestRateWait = absl::Minutes(2);
inline bool IsQuota(absl::Duration retry_after) { return retry_after > kLongestRateWait; }

// How long `response` asks us to wait, between zero and kMaxRetryAfter; unset
// when it does not. Retry-After is a number of seconds, or a date in one of the
// three forms of RFC 9110 (section 5.6.7), which counts from `now`, the time of
// day. A 429 always asks: where Retry-After is missing, by the number in the
// brackets of its message ("... in [42] seconds"), else by
// `inin-ratelimit-reset`, else for kDefaultRetryDelay.
std::optional<absl::Duration> RetryAfterOf(const HttpResponse& response, absl::Time now);

// What a response that says "too much" says of the limit that was met.
struct NamedLimit {
  // It is the limit of an endpoint, and says nothing of the organisation's: the
  // body names it (`limit.key`, or a path), or the headers have a number below the
  // organisation's, or it is a 503, which is about a service.
  bool is_of_endpoint = false;
  std::optional<int> per_minute;  // unset: unknown
};
// `organisation_limit` is what is believed of that, in requests a minute.
NamedLimit NamedLimitOf(const HttpResponse& response, int organisation_limit);

// The `inin-ratelimit-*` headers of `response`; what makes no sense is left unset.
RateLimitReport RateLimitReportOf(const HttpResponse& response);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_RETRY_AFTER_H_
