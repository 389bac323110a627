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

// The shortest wait after a 429: headers count whole seconds, and "0" would
// have us hammer.
inline constexpr absl::Duration kMinThrottleDelay = absl::Seconds(1);

// What to wait when a 429 or a 5xx does not say: what Genesys Cloud recommends.
inline constexpr absl::Duration kDefaultRetryDelay = absl::Seconds(3);

// A wait beyond a few of Genesys Cloud's windows of a minute does not come from
// the token's rate, which is back within one: it is the quota of one endpoint,
// of a day most often. So it must stop what goes to that endpoint, and nothing
// else: not the looks at jobs of other kinds.
inline constexpr absl::Duration kLongestRateWait = absl::Minutes(2);
inline bool IsQuota(absl::Duration retry_after) { return retry_after > kLongestRateWait; }

// A Retry-After value: seconds, or a date in one of the three forms of RFC 9110
// (section 5.6.7), which counts from `now`, the time of day. Between zero and
// kMaxRetryAfter; unset when it is neither.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view value, absl::Time now);

// How long `response` asks us to wait; unset when it does not. A 429 always
// asks: where Retry-After is missing, by the number in brackets of its message
// ("... in [42] seconds"), else by `inin-ratelimit-reset`, else for
// kDefaultRetryDelay.
std::optional<absl::Duration> RetryAfterOf(const HttpResponse& response, absl::Time now);

// The `inin-ratelimit-*` headers of `response`; what makes no sense is left out.
RateLimitReport RateLimitReportOf(const HttpResponse& response);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_RETRY_AFTER_H_
