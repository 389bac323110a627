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

// A job that is to be looked at until it ends.
struct PollTask {
  std::string job_id;
  // Jobs of one class last about as long: an action's id, a query's kind.
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

  // When the next look is due; in the past when one is due already,
  // InfiniteFuture when there is none.
  virtual absl::Time NextDue() const = 0;

  // When that job's next look is due; InfiniteFuture when it is unknown or
  // its look is under way.
  virtual absl::Time NextDue(absl::string_view job_id) const = 0;

  // Somebody watches the job, or nobody does any more: watched jobs may be
  // looked at sooner where the budget is short.
  virtual void SetWatched(absl::string_view job_id, bool watched) = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_
