#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/random/distributions.h"

#include "server/scheduler/poll_scheduler.h"

// The jobs of the scheduler, and the cohorts that they form.

namespace gcjobs {
namespace {

// Ages within 1/32 of a factor e have the same future, to within what the grid
// of the survival curves resolves.
constexpr double kCohortsPerE = 32;

// A job whose turn in its cohort is not within so many places of the end gets a
// cohort of its own. Replies come nearly in the order of their polls.
constexpr int kPlacesToSearch = 32;

// Of so many jobs of a class not seen before one is polled early; one of so
// many more with each end seen.
constexpr double kOneEarlyOfFirst = 8;
constexpr double kEarlyLessPerSample = 0.25;

}  // namespace

PollScheduler::JobIndex PollScheduler::Find(absl::string_view job_id) const {
  const auto found = by_id_.find(job_id);
  return found == by_id_.end() ? kNone : *found;
}

PollScheduler::JobIndex PollScheduler::NewJob(PollTask task) {
  JobIndex index = static_cast<JobIndex>(jobs_.size());
  if (free_jobs_.empty()) {
    jobs_.emplace_back();
  } else {
    index = free_jobs_.back();
    free_jobs_.pop_back();
  }
  Job& job = jobs_[index];
  job.id = std::move(task.job_id);
  job.accepted_at = job.seen_at = task.accepted_at;
  job.poll_class = book_->ClassOf(task.poll_class);
  job.has_policy = task.policy.initial_interval || task.policy.max_interval;
  if (job.has_policy) policies_[index] = task.policy;
  job.early = EarlyParts(job.poll_class);
  by_id_.insert(index);
  return index;
}

// A class of which little is known is put to the test more often.
uint8_t PollScheduler::EarlyParts(SurvivalBook::ClassId poll_class) {
  if (options_.one_early_of <= 0) return 0;
  const double one_of =
      kOneEarlyOfFirst + book_->ModelOf(poll_class).samples() * kEarlyLessPerSample;
  const double often = std::min<double>(one_of, options_.one_early_of);
  if (absl::Uniform(random_, 0.0, often) >= 1) return 0;
  return absl::Uniform<uint8_t>(absl::IntervalClosed, random_, 1, kEarlyParts - 1);
}

void PollScheduler::Forget(JobIndex index) {
  by_id_.erase(index);
  policies_.erase(index);
  postponed_.erase(index);
  under_way_.erase(index);
  jobs_[index] = Job();
  free_jobs_.push_back(index);
}

void PollScheduler::Join(JobIndex index) {
  const Job& job = jobs_[index];
  const bool special = job.watched || job.has_policy || job.postponed;
  if (!special && JoinShared(index)) return;
  const CohortIndex own = NewCohort();
  InsertAfter(index, kNone, own);
}

// In a cohort, who was seen earlier stands before. A job is put in its place
// from the end, where it nearly always belongs.
bool PollScheduler::JoinShared(JobIndex index) {
  const CohortKey key = KeyOf(jobs_[index]);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    const CohortIndex cohort = NewCohort();
    cohorts_[cohort].shared = true;
    cohorts_[cohort].key = key;
    by_key_.emplace(key, cohort);
    InsertAfter(index, kNone, cohort);
    return true;
  }
  JobIndex before = cohorts_[found->second].tail;
  for (int places = 0; before != kNone && jobs_[before].seen_at > jobs_[index].seen_at; ++places) {
    if (places == kPlacesToSearch) return false;
    before = jobs_[before].before;
  }
  InsertAfter(index, before, found->second);
  return true;
}

void PollScheduler::InsertAfter(JobIndex index, JobIndex before, CohortIndex cohort_index) {
  Cohort& cohort = cohorts_[cohort_index];
  Job& job = jobs_[index];
  job.cohort = cohort_index;
  job.before = before;
  job.after = before == kNone ? cohort.head : jobs_[before].after;
  (job.after == kNone ? cohort.tail : jobs_[job.after].before) = index;
  if (before != kNone) {
    jobs_[before].after = index;
    return;
  }
  const bool was_scheduled = cohort.head != kNone;
  cohort.head = index;
  if (was_scheduled) Unschedule(cohort_index);
  cohort.jitter = absl::Uniform<float>(absl::IntervalClosed, random_, -1, 1);
  Schedule(cohort_index);
}

void PollScheduler::Leave(JobIndex index) {
  Job& job = jobs_[index];
  const CohortIndex cohort_index = std::exchange(job.cohort, kNone);
  Cohort& cohort = cohorts_[cohort_index];
  (job.after == kNone ? cohort.tail : jobs_[job.after].before) = job.before;
  (job.before == kNone ? cohort.head : jobs_[job.before].after) = job.after;
  const bool was_head = job.before == kNone;
  job.before = job.after = kNone;
  if (!was_head) return;
  Unschedule(cohort_index);
  if (cohort.head == kNone) return Dissolve(cohort_index);
  cohort.jitter = absl::Uniform<float>(absl::IntervalClosed, random_, -1, 1);
  Schedule(cohort_index);
}

PollScheduler::CohortKey PollScheduler::KeyOf(const Job& job) const {
  const double seen = job.AgeAt(job.seen_at);
  // Below the grid's first edge all ages are alike; 0 is for those never seen.
  const double steps = std::log(std::max(seen / age_grid::kFirstEdge, 1.0)) * kCohortsPerE;
  return {job.poll_class, seen <= 0 ? 0 : 1 + static_cast<uint32_t>(steps), job.early};
}

PollScheduler::CohortIndex PollScheduler::NewCohort() {
  if (free_cohorts_.empty()) {
    cohorts_.emplace_back();
    return static_cast<CohortIndex>(cohorts_.size() - 1);
  }
  const CohortIndex index = free_cohorts_.back();
  free_cohorts_.pop_back();
  return index;
}

void PollScheduler::Dissolve(CohortIndex index) {
  if (cohorts_[index].shared) by_key_.erase(cohorts_[index].key);
  cohorts_[index] = Cohort();
  free_cohorts_.push_back(index);
}

}  // namespace gcjobs
