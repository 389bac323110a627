#ifndef GCJOBS_SERVER_SCHEDULER_INTERVAL_POLL_SCHEDULER_H_
#define GCJOBS_SERVER_SCHEDULER_INTERVAL_POLL_SCHEDULER_H_

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/random/bit_gen_ref.h"

#include "server/scheduler/poll_scheduler.h"

namespace gcjobs {

// Looks at a job in proportion to its age: the time to the next look is a
// quarter of how long the job has run so far, so that a job is seen to end at
// most about a quarter late in its own measure, whatever that is. Jobs that
// are due are served in the order in which they became due.
class IntervalPollScheduler final : public PollScheduler {
 public:
  struct Options {
    // Next gap / age. Halving it halves the lag and doubles the looks.
    double growth = 0.25;
    // No look sooner than this after the one before.
    absl::Duration min_interval = absl::Seconds(1);
    // No gap longer than this, unless the caller's policy says so: a wrong
    // guess of the duration would cost too much (docs: at most 11 %).
    absl::Duration max_interval = absl::Seconds(30);
    // Each gap is varied by so much up or down, so that jobs submitted
    // together, replicas and restarts do not beat in step.
    double jitter = 0.1;
  };

  // `random` must outlive the scheduler.
  IntervalPollScheduler(Options options, absl::BitGenRef random);

  void Add(PollTask task, absl::Time now) override;
  std::optional<std::string> Take(absl::Time now) override;
  void Looked(absl::string_view job_id, absl::Time now) override;
  void Postpone(absl::string_view job_id, absl::Time until) override;
  void Remove(absl::string_view job_id, absl::Time now, bool ended) override;
  absl::Time NextDue() const override;
  absl::Time NextDue(absl::string_view job_id) const override;
  // Every job is looked at alike here.
  void SetWatched(absl::string_view /*job_id*/, bool /*watched*/) override {}

 private:
  struct Entry {
    PollTask task;
    absl::Time due = absl::InfiniteFuture();  // InfiniteFuture: its look is under way
  };

  absl::Duration Gap(const PollTask& task, absl::Time now);
  void SetDue(const std::string& job_id, Entry* entry, absl::Time due);

  const Options options_;
  absl::BitGenRef random_;
  absl::flat_hash_map<std::string, Entry> entries_;
  std::set<std::pair<absl::Time, std::string>> queue_;  // those with a finite due time
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_INTERVAL_POLL_SCHEDULER_H_
