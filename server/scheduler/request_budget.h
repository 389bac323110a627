#ifndef GCJOBS_SERVER_SCHEDULER_REQUEST_BUDGET_H_
#define GCJOBS_SERVER_SCHEDULER_REQUEST_BUDGET_H_

#include <array>
#include <deque>
#include <optional>

#include "absl/time/time.h"
#include "common/clock.h"
#include "server/scheduler/request_class.h"

namespace gcjobs {

// What an answer said of the upstream's own count (`inin-ratelimit-allowed`,
// `-count`, `-reset`); unset what it did not say.
struct RateLimitReport {
  std::optional<int> allowed;
  std::optional<int> count;
  std::optional<absl::Duration> reset;
};

// How many requests an organisation may still send: one for everything that
// uses its token.
//
// A request counts for a whole window (plus a margin) from when it is taken, so
// that the upstream, which counts arrivals, never sees more than the limit in
// any window, whether its own window is fixed or sliding. The limit is learned down from what
// answers report and from 429s, and recovers by itself when the reports do.
//
// Loop thread only.
class RequestBudget {
 public:
  struct Options {
    // Requests in a window. Genesys Cloud grants 300 a minute per token.
    int limit = 300;
    absl::Duration window = absl::Minutes(1);
    // Added to the window: what the upstream's clock and the wire may differ.
    absl::Duration margin = absl::Seconds(1);
    // Share of the limit that polls and result pages may not touch, kept for
    // submissions, cancels and token renewals.
    double reserve = 0.1;
    // Share of the limit that result pages may use.
    double results_share = 0.4;
  };

  // `clock` must outlive the budget; its monotonic time is used.
  RequestBudget(Options options, const Clock* clock);

  // When a request of that class may be sent, on the clock's monotonic scale:
  // now or earlier means at once.
  absl::Time Earliest(RequestClass request_class) const;

  // Counts a request as sent from now on. REQUIRES: Earliest() <= now.
  void Take(RequestClass request_class);

  // Uncounts one that was taken and not sent. Harmless when none is counted.
  void GiveBack(RequestClass request_class);

  // Learns from an answer: the limit that it names, and requests that others
  // sent with the same token, which count as used until the upstream's reset.
  // Call it for every answer, before OnThrottled.
  void OnReport(const RateLimitReport& report);

  // The upstream said not before `retry_after` from now (429, or 503 with
  // Retry-After): no request of that class until then. Where the answer's
  // report did not name the limit, the limit is also believed a tenth lower for
  // a window.
  void OnThrottled(RequestClass request_class, absl::Duration retry_after);

  // Until when the class is stopped by OnThrottled, on the monotonic scale;
  // InfinitePast when it is not.
  absl::Time ThrottledUntil(RequestClass request_class) const;

  // Requests in a window as now believed: at most Options::limit.
  int limit() const;

  // Requests counted in the window that ends now, others' included.
  int used() const;

  // How many requests of that class may be sent up to `time`, which is not in
  // the past, if nothing else is sent: what is free now, and what leaves the
  // window until then. 0 while the class is stopped at `time`.
  int LeftBy(RequestClass request_class, absl::Time time) const;

  // How long a request counts: the window and the margin.
  absl::Duration Span() const { return options_.window + options_.margin; }

 private:
  struct Sent {
    absl::Time time;
    RequestClass request_class;
  };

  // How many requests may be counted, of all classes, for one more of that class.
  int Allowance(RequestClass request_class) const;
  int ResultsAllowance() const;
  // Requests of others that count at `time`.
  int Others(absl::Time time) const;
  // Requests that count at `time` if nothing is sent until then.
  int CountAt(absl::Time time) const;
  absl::Time WhenCountIsBelow(int allowance) const;
  absl::Time WhenResultsAreBelow(int allowance) const;
  void Forget();
  void LowerLimit();

  const Options options_;
  const Clock* const clock_;

  int reported_limit_;  // as answers name it, at most options_.limit
  bool last_report_had_limit_ = false;
  int lowered_limit_ = 0;  // in force until lowered_until_
  absl::Time lowered_at_ = absl::InfinitePast();
  absl::Time lowered_until_ = absl::InfinitePast();

  std::deque<Sent> sent_;  // oldest first; those older than Span() do not count
  int others_ = 0;         // sent by others with our token; in force until others_until_
  absl::Time others_until_ = absl::InfinitePast();
  std::array<absl::Time, kRequestClasses> not_before_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_REQUEST_BUDGET_H_
