#include "server/scheduler/interval_poll_scheduler.h"

#include <algorithm>

#include "absl/random/distributions.h"
#include "common/check.h"

namespace gcjobs {

IntervalPollScheduler::IntervalPollScheduler(Options options, absl::BitGenRef random)
    : options_(options), random_(random) {}

void IntervalPollScheduler::Add(PollTask task, absl::Time now) {
  const std::string id = task.job_id;
  const auto [it, added] = entries_.emplace(id, Entry{std::move(task)});
  GCJOBS_CHECK(added, "job ", id, " is scheduled already");
  SetDue(id, &it->second, now + Gap(it->second.task, now));
}

std::optional<std::string> IntervalPollScheduler::Take(absl::Time now) {
  if (queue_.empty() || queue_.begin()->first > now) return std::nullopt;
  const std::string id = queue_.begin()->second;
  SetDue(id, &entries_.at(id), absl::InfiniteFuture());
  return id;
}

void IntervalPollScheduler::Looked(absl::string_view job_id, absl::Time now) {
  const auto found = entries_.find(job_id);
  if (found == entries_.end()) return;
  SetDue(found->first, &found->second, now + Gap(found->second.task, now));
}

void IntervalPollScheduler::Postpone(absl::string_view job_id, absl::Time until) {
  const auto found = entries_.find(job_id);
  if (found != entries_.end()) SetDue(found->first, &found->second, until);
}

void IntervalPollScheduler::Remove(absl::string_view job_id, absl::Time /*now*/, bool /*ended*/) {
  const auto found = entries_.find(job_id);
  if (found == entries_.end()) return;
  queue_.erase({found->second.due, found->first});
  entries_.erase(found);
}

absl::Time IntervalPollScheduler::NextDue() const {
  return queue_.empty() ? absl::InfiniteFuture() : queue_.begin()->first;
}

absl::Time IntervalPollScheduler::NextDue(absl::string_view job_id) const {
  const auto found = entries_.find(job_id);
  return found == entries_.end() ? absl::InfiniteFuture() : found->second.due;
}

// A caller's policy replaces the bounds: the first gap is the lower one, so an
// equal pair is a fixed interval.
absl::Duration IntervalPollScheduler::Gap(const PollTask& task, absl::Time now) {
  const absl::Duration low = task.limits.initial_interval.value_or(options_.min_interval);
  const absl::Duration high =
      std::max(low, task.limits.max_interval.value_or(options_.max_interval));
  const absl::Duration gap = std::clamp((now - task.accepted_at) * options_.growth, low, high);
  return gap * absl::Uniform(random_, 1 - options_.jitter, 1 + options_.jitter);
}

void IntervalPollScheduler::SetDue(const std::string& job_id, Entry* entry, absl::Time due) {
  queue_.erase({entry->due, job_id});
  entry->due = due;
  if (due != absl::InfiniteFuture()) queue_.insert({due, job_id});
}

}  // namespace gcjobs
