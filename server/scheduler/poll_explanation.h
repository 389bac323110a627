#ifndef GCJOBS_SERVER_SCHEDULER_POLL_EXPLANATION_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_EXPLANATION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gcjobs {

// What determines when a poll is due.
enum class PollLimit {
  kWaste,         // the poll is not worth its price before
  kMinGap,        // the shortest gap between two polls
  kMaxGap,        // the longest gap
  kPolicy,        // the caller's PollPolicy
  kBackoff,       // the last poll failed
  kBudget,        // the poll is due, and waits for the request budget
  kPollUnderWay,  // the job is being polled
};

// For operators: `waste`, `min_gap`, ...
absl::string_view Name(PollLimit limit);

// Why a job's next poll is when it is.
struct PollExplanation {
  std::string poll_class;  // the job's class: PollTask::poll_class or a class above it
  double samples = 0;      // ends of such jobs that were seen, after decay
  bool proven = false;     // enough of them to trust the law for long gaps
  absl::Time seen_at;      // when it was last seen unfinished, or accepted
  double survival = 1;     // the chance that it is still running, given that
  double older_than = 0;   // the share of such jobs that end before its age
  absl::Duration waste;    // the expected time since its end, undetected
  double weight = 1;       // of the waste; more than 1 while the job is watched
  absl::Duration price;    // the weighted waste at which a poll is due
  absl::Time next_poll;    // InfiniteFuture while a poll is under way
  PollLimit limit = PollLimit::kWaste;
  int budget_left = 0;          // requests that polls may send now
  int budget_limit = 0;         // requests in a window
  double polls_per_second = 0;  // that the budget can hold, for all jobs
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_EXPLANATION_H_
