#ifndef GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gcjobs {

// A caller's wishes for one job; see v1.PollPolicy.
struct PollLimits {
  std::optional<absl::Duration> initial_interval;
  std::optional<absl::Duration> max_interval;
};

// What says when a look is due.
enum class PollLimit {
  kWaste,         // it is not worth its price before
  kMinGap,        // no two looks in quicker succession
  kMaxGap,        // no gap longer than this
  kPolicy,        // the caller's PollPolicy
  kBackoff,       // the last look failed
  kBudget,        // it is due, and waits for a request to spend
  kLookUnderWay,  // it is being looked at
};

// For operators: `waste`, `min_gap`, ...
absl::string_view Name(PollLimit limit);

// Why a job's next look is when it is.
struct PollExplanation {
  std::string poll_class;  // whose durations are the measure
  double samples = 0;      // ends of such jobs, after decay
  bool proven = false;     // so many that long gaps are trusted
  absl::Time seen_at;      // last seen unfinished; when accepted, if never
  double survival = 1;     // chance that it is still running now, given that
  absl::Duration waste;    // expected time since its end, undetected
  double weight = 1;       // of the waste: more while the job is watched
  absl::Duration price;    // the weighted waste at which a look is worth it
  absl::Time next_look;    // InfiniteFuture: under way
  PollLimit limit = PollLimit::kWaste;
  int budget_left = 0;          // requests that polls may send now
  int budget_limit = 0;         // requests in a window
  double looks_per_second = 0;  // that the budget can hold, for all jobs
};

// A job that is to be looked at until it ends.
struct PollTask {
  std::string job_id;
  // Jobs of one class last about as long: `action.async/ID`, `query/7d`. The
  // part before the last slash names the class above, which speaks for classes
  // not seen before.
  std::string poll_class;
  // When Genesys Cloud accepted it, on the monotonic scale. May lie before
  // the start of this process.
  absl::Time accepted_at;
  PollLimits limits;
};

// Decides which job is looked at next, and when. It sends nothing: whoever has
// a request to spend asks Take(). Times are on the clock's monotonic scale.
// Loop thread only.
class PollScheduler {
 public:
  virtual ~PollScheduler() = default;

  // Starts looking after a job. REQUIRES: it is not known yet.
  virtual void Add(PollTask task, absl::Time now) = 0;

  // The job that deserves the next look, if one is due. It is not offered
  // again until Looked() or Postpone().
  virtual std::optional<std::string> Take(absl::Time now) = 0;

  // The look taken has seen the job unfinished.
  virtual void Looked(absl::string_view job_id, absl::Time now) = 0;

  // The look taken has failed (an error, not an unfinished job): not again
  // before `until`.
  virtual void Postpone(absl::string_view job_id, absl::Time until) = 0;

  // Forgets a job. `ended`: it was seen to have ended upstream, which teaches
  // how long jobs of its class last; otherwise it was cancelled or given up.
  // Harmless when it is unknown.
  virtual void Remove(absl::string_view job_id, absl::Time now, bool ended) = 0;

  // Lets the time pass and says when to come back: at `now` or earlier when a
  // look is due, InfiniteFuture when there is no job. A scheduler whose
  // judgement changes with time may want to come back before anything is due.
  virtual absl::Time Refresh(absl::Time /*now*/) { return NextDue(); }

  // When the next look is due, as of the last call; in the past when one is due
  // already, InfiniteFuture when there is none.
  virtual absl::Time NextDue() const = 0;

  // When that job's next look is due; InfiniteFuture when it is unknown or
  // its look is under way.
  virtual absl::Time NextDue(absl::string_view job_id) const = 0;

  // Somebody watches the job, or nobody does any more: watched jobs may be
  // looked at sooner where the budget is short.
  virtual void SetWatched(absl::string_view job_id, bool watched) = 0;

  // Why the job's next look is when it is; nothing when it is unknown, or the
  // scheduler has no reasons.
  virtual std::optional<PollExplanation> Explain(absl::string_view /*job_id*/,
                                                 absl::Time /*now*/) const {
    return std::nullopt;
  }
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_
