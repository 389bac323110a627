#include <algorithm>

#include "server/scheduler/poll_scheduler.h"

// When the next poll of a job is due, and what says so.

namespace gcjobs {
namespace {

// The cap on gaps may use this part of the budget: a third, or an eighth of it
// where the law is well known.
constexpr double kGuardShare = 1 / 3.0;
constexpr double kGuardShareProven = 1 / 8.0;

}  // namespace

const SurvivalCurve& PollScheduler::CurveOf(const Job& job) const {
  return book_->ModelOf(job.poll_class).curve();
}

PollKind PollScheduler::KindOfPoll(const Job& job) const {
  return job.early != 0 ? PollKind::kEarly : PollKind::kDue;
}

double PollScheduler::WeightOf(const Job& job) const {
  return job.watched ? options_.watched_weight : 1;
}

// With plenty of budget a watched job is polled like any other: who watches
// must not cost requests.
double PollScheduler::PriceFor(const Job& job) const {
  return std::max(price_.price() / WeightOf(job), price_.floor());
}

// Polling each live job once in so long takes kGuardShare of the budget.
absl::Duration PollScheduler::MaxGap(const Job& job) const {
  const double share = book_->ModelOf(job.poll_class).proven() ? kGuardShareProven : kGuardShare;
  if (price_.capacity() <= 0) return options_.max_gap;
  const double jobs = static_cast<double>(by_id_.size());
  return std::max(options_.max_gap, absl::Seconds(jobs / (price_.capacity() * share)));
}

PollScheduler::Due PollScheduler::DueByModel(const Job& job, double jitter,
                                             absl::Duration max_gap) const {
  const double seen = job.AgeAt(job.seen_at);
  const double part =
      job.early != 0 ? static_cast<double>(job.early) / kEarlyParts : 1 + options_.jitter * jitter;
  const absl::Duration gap =
      absl::Seconds((planner_.NextPoll(job.poll_class, seen, PriceFor(job)) - seen) * part);
  if (gap < options_.min_gap) return {job.seen_at + options_.min_gap, PollLimit::kMinGap};
  const absl::Duration cap = max_gap * (1 - options_.jitter * (1 - jitter) / 2);
  if (gap > cap) return {job.seen_at + cap, PollLimit::kMaxGap};
  return {job.seen_at + gap, PollLimit::kWaste};
}

// A caller's policy says when the first poll is and sets bounds for the later
// ones: a pair of equal intervals is a fixed interval.
PollScheduler::Due PollScheduler::DueByPolicy(const Job& job, const Due& due,
                                              const PollPolicy& policy) {
  absl::Duration low = absl::ZeroDuration(), high = absl::InfiniteDuration();
  if (policy.max_interval) high = *policy.max_interval;
  if (policy.initial_interval) {
    const bool is_first = job.seen_at == job.accepted_at;
    low = is_first || policy.max_interval ? std::min(*policy.initial_interval, high) : low;
    high = is_first ? low : high;
  }
  const absl::Time bounded = std::clamp(due.time, job.seen_at + low, job.seen_at + high);
  return bounded == due.time ? due : Due{bounded, PollLimit::kPolicy};
}

PollScheduler::Due PollScheduler::DueOf(JobIndex index, double jitter) const {
  const Job& job = jobs_[index];
  const PollPolicy* const policy = job.has_policy ? &policies_.at(index) : nullptr;
  // A caller who names the longest gap has the say over it.
  const bool own_cap = policy != nullptr && policy->max_interval;
  Due due = DueByModel(job, jitter, own_cap ? absl::InfiniteDuration() : MaxGap(job));
  if (policy != nullptr) due = DueByPolicy(job, due, *policy);
  if (!job.postponed) return due;
  const absl::Time until = postponed_.at(index);
  return until > due.time ? Due{until, PollLimit::kBackoff} : due;
}

}  // namespace gcjobs
