#ifndef GCJOBS_SERVER_SCHEDULER_POLL_EXPLANATION_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_EXPLANATION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gcjobs {

// What says when a poll is due.
enum class PollLimit {
  kWaste,         // it is not worth its price before
  kMinGap,        // no two polls in quicker succession
  kMaxGap,        // no gap longer than this
  kPolicy,        // the caller's PollPolicy
  kBackoff,       // the last poll failed
  kBudget,        // it is due, and waits for a request to spend
  kPollUnderWay,  // it is being polled
};

// For operators: `waste`, `min_gap`, ...
absl::string_view Name(PollLimit limit);

// Why a job's next poll is when it is.
struct PollExplanation {
  std::string poll_class;  // whose durations are the measure
  double samples = 0;      // ends of such jobs, after decay
  bool proven = false;     // so many that long gaps are trusted
  absl::Time seen_at;      // last seen unfinished; when accepted, if never
  double survival = 1;     // chance that it is still running now, given that
  absl::Duration waste;    // expected time since its end, undetected
  double weight = 1;       // of the waste: more while the job is watched
  absl::Duration price;    // the weighted waste at which a poll is worth it
  absl::Time next_poll;    // InfiniteFuture: under way
  PollLimit limit = PollLimit::kWaste;
  int budget_left = 0;          // requests that polls may send now
  int budget_limit = 0;         // requests in a window
  double polls_per_second = 0;  // that the budget can hold, for all jobs
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_EXPLANATION_H_
