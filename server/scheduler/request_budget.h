#ifndef GCJOBS_SERVER_SCHEDULER_REQUEST_BUDGET_H_
#define GCJOBS_SERVER_SCHEDULER_REQUEST_BUDGET_H_

#include <array>
#include <deque>
#include <optional>

#include "absl/time/time.h"
#include "common/clock.h"
#include "server/scheduler/request_class.h"

namespace gcjobs {

// What a response said of Genesys Cloud's own count (headers
// `inin-ratelimit-allowed`, `-count`, `-reset`); what it did not say is unset.
struct RateLimitReport {
  std::optional<int> allowed;
  std::optional<int> count;
  std::optional<absl::Duration> reset;
};

// How many requests an organisation may still send. There is one budget for
// everything that uses the organisation's token.
//
// - *Counting.* A request counts from its start until a window and a margin after its
//   end. When in between it arrived upstream is not known: a slow connection may take
//   seconds. Counted like this, Genesys Cloud, which counts arrivals, never sees more
//   than the limit in any window, whether its own window is fixed or sliding. (A call
//   that is held for a minute counts for two: the price of not knowing.)
// - *Others.* What others send with the same token is learned from reports, and so is
//   the limit, which 429s also lower; both recover by themselves.
// - *A blind start.* The process that ran before this one is such an other: what it
//   sent in its last minute still counts upstream. So a budget starts as if all were
//   used up, and lets only Options::blind_requests through until the first report or
//   the end of a window. (An upstream that does not report is trusted after its first
//   response; Genesys Cloud does report.) As many requests are never spent otherwise,
//   so that the blind ones of the next process find room. The alternatives: keeping
//   the last minute on disk costs a write for each request, and waiting for a minute
//   makes every start take one.
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
    // Requests that may be sent before it is known what was sent before this start;
    // at most a twentieth of the limit, but at least one. 0: nobody else uses the
    // token, and nothing was sent. Raising it speeds up the first second after a
    // start, and takes as many requests from bursts of submissions.
    int blind_requests = 0;
  };

  // `clock` must outlive the budget; its monotonic time is used.
  RequestBudget(Options options, const Clock* clock);

  // The limit is another from now on (Options::limit). What responses have told of it
  // is forgotten until the next one.
  void SetLimit(int limit);

  // When a request of that class may be started, on the clock's monotonic scale; now or
  // earlier means at once. A later time may change as requests end or are reported.
  absl::Time Earliest(RequestClass request_class) const;

  // A request is under way from now on. End or GiveBack must follow, whatever becomes
  // of it. REQUIRES: Earliest() <= now.
  void Start(RequestClass request_class);

  // A request that was started has ended: answered, broken or given up.
  void End(RequestClass request_class);

  // A request that was started will not be sent, and does not count. Harmless when none
  // is under way.
  void GiveBack(RequestClass request_class);

  // A request that takes no time: Start and End.
  void Take(RequestClass request_class);

  // Learns from a response: the limit that it names, and how many requests others have
  // sent with the same token. Those count for a window and the margin, unless a later
  // report says less. Where they leave no room, one request may go when the reported
  // reset has passed, to learn from its report. Call it for every response, after End
  // and before OnThrottled; `sent_at` is when its request was sent.
  void OnReport(const RateLimitReport& report, absl::Time sent_at);
  // The same for a request that took no time.
  void OnReport(const RateLimitReport& report);

  // A successful response came without a count: this upstream does not report, so there
  // is nothing to wait for. Ends a blind start, and has no other effect.
  void OnSilence();

  // A 429, or a 503 with Retry-After: no request of that class for `retry_after` from
  // now on. Where the response did not name the limit, it is also assumed to be a tenth
  // lower for the length of a window.
  void OnThrottled(RequestClass request_class, absl::Duration retry_after);

  // Until when OnThrottled has stopped the class, on the monotonic scale; InfinitePast
  // when it has not.
  absl::Time ThrottledUntil(RequestClass request_class) const;

  // Requests in a window as now believed: at most Options::limit.
  int limit() const;

  // Requests counted in the window that ends now, others' included.
  int used() const;

  // How many requests of that class may be sent up to `time`, which is not in the past,
  // if nothing else is sent: what is free now, and what leaves the window until then,
  // given that those under way end now. 0 when the class is stopped at `time`.
  int LeftBy(RequestClass request_class, absl::Time time) const;

  // How long a request counts: the window and the margin.
  absl::Duration Span() const { return options_.window + options_.margin; }

 private:
  struct Ended {
    absl::Time time;
    RequestClass request_class;
  };

  // How many requests may be counted, of all classes, for one more of that class.
  int Allowance(RequestClass request_class) const;
  int ResultsAllowance() const;
  // How many blind requests the limit allows; all others keep as many free.
  int BlindAllowance() const;

  // Requests that count at `time` if nothing is sent until then: our own, those
  // of others, both.
  int OwnAt(absl::Time time) const;
  int OthersAt(absl::Time time) const { return time < others_until_ ? others_ : 0; }
  int CountAt(absl::Time time) const { return OwnAt(time) + OthersAt(time); }

  absl::Time WhenCountIsBelow(int allowance) const;
  absl::Time WhenOwnIsBelow(int allowance) const;
  absl::Time WhenResultsAreBelow(int allowance) const;
  // Requests of ours that are certainly part of the count reported in the response to
  // one sent at that time; there may be more.
  int SurelyCounted(absl::Time sent_at) const;
  std::deque<Ended>::const_iterator FirstThatCounts(absl::Time time) const;
  // Requests that may go although those of others leave no room, to learn from their
  // reports.
  int ProbesLeftAt(absl::Time time) const;
  void Forget();
  void LowerLimit();

  Options options_;
  const Clock* const clock_;

  int reported_limit_;  // as answers name it, at most options_.limit
  bool last_report_had_limit_ = false;
  int lowered_limit_ = 0;  // in force until lowered_until_
  absl::Time lowered_at_ = absl::InfinitePast();
  absl::Time lowered_until_ = absl::InfinitePast();

  std::array<int, kRequestClasses> under_way_{};
  int all_under_way_ = 0;
  std::deque<Ended> ended_;  // oldest first; those older than Span() do not count

  int others_ = 0;  // sent by others with our token, at most; in force until others_until_
  absl::Time others_until_ = absl::InfinitePast();
  absl::Time others_stale_at_ = absl::InfinitePast();  // the upstream's reset
  bool blind_ = false;                                 // no report yet
  int probes_ = 0;                                     // started since the last report
  int most_probes_ = 1;

  std::array<absl::Time, kRequestClasses> not_before_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_REQUEST_BUDGET_H_
