#include "server/scheduler/poll_scheduler.h"

#include <algorithm>
#include <cmath>

#include "absl/random/distributions.h"
#include "common/check.h"

namespace gcjobs {
namespace {

// Ripe cohorts compared in one decision. There are only a few unless far more
// is due than the budget can serve; then the best of so many will do.
constexpr size_t kMostCompared = 64;

// Due times are computed anew when the price has fallen by so much, or the
// models have learned, at most so often. Prices that rise need nothing: who is
// due too early is found out when its turn comes.
constexpr double kPriceFall = 0.97;
constexpr absl::Duration kRescheduleInterval = absl::Milliseconds(200);
constexpr absl::Duration kRescheduleIntervalPerCohort = absl::Microseconds(200);
// What a model learns from one poll moves few due times by little.
constexpr int kRescheduleLearnedFactor = 10;

// While the price may fall, what is not due now may be sooner than it seems.
constexpr absl::Duration kComeBack = absl::Seconds(1);

}  // namespace

PollScheduler::PollScheduler(Options options, const RequestBudget* budget, SurvivalBook* book,
                             absl::BitGenRef random, absl::Time now)
    : options_(options),
      budget_(budget),
      book_(book),
      random_(random),
      price_(options.price, budget, now),
      planner_(book),
      now_(now),
      by_id_(0, IdHash{&jobs_}, IdEqual{&jobs_}),
      scheduled_price_(price_.price()),
      rescheduled_at_(now) {}

void PollScheduler::Add(PollTask task, absl::Time now) {
  Advance(now);
  GCJOBS_CHECK(Find(task.job_id) == kNone, "job ", task.job_id, " is scheduled already");
  Join(NewJob(std::move(task)));
}

std::optional<std::string> PollScheduler::Take(absl::Time now) {
  Refresh(now);
  if (!price_.affordable()) return std::nullopt;
  const std::optional<Ranked> best = MostWasteful();
  if (!best) return std::nullopt;
  const JobIndex job = cohorts_[best->cohort].head;
  price_.Spend(best->rank);
  Leave(job);
  if (std::exchange(jobs_[job].postponed, false)) postponed_.erase(job);
  under_way_[job] = now;
  return jobs_[job].id;
}

void PollScheduler::SeenUnfinished(absl::string_view job_id, absl::Time now) {
  Advance(now);
  const JobIndex index = Find(job_id);
  if (index == kNone) return;
  Job& job = jobs_[index];
  const auto under_way = under_way_.find(index);
  // The answer speaks of some time since the poll was taken: what is certain is
  // that it was unfinished then.
  const absl::Time seen_at = under_way != under_way_.end() ? under_way->second : now;
  if (job.cohort != kNone) Leave(index);
  if (under_way != under_way_.end()) under_way_.erase(under_way);
  book_->Unfinished(job.poll_class, job.AgeAt(job.seen_at), job.AgeAt(seen_at), KindOfPoll(job));
  job.early = 0;
  job.seen_at = std::max(job.seen_at, seen_at);
  Join(index);
}

void PollScheduler::Postpone(absl::string_view job_id, absl::Time until) {
  const JobIndex index = Find(job_id);
  if (index == kNone) return;
  if (jobs_[index].cohort != kNone) Leave(index);
  under_way_.erase(index);
  jobs_[index].postponed = true;
  postponed_[index] = until;
  Join(index);
}

void PollScheduler::SeenEnded(absl::string_view job_id, absl::Time now) {
  Advance(now);
  const JobIndex index = Find(job_id);
  if (index == kNone) return;
  const Job& job = jobs_[index];
  book_->Ended(job.poll_class, job.AgeAt(job.seen_at), job.AgeAt(now), KindOfPoll(job));
  Remove(job_id);
}

void PollScheduler::Remove(absl::string_view job_id) {
  const JobIndex index = Find(job_id);
  if (index == kNone) return;
  if (jobs_[index].cohort != kNone) Leave(index);
  Forget(index);
}

absl::Time PollScheduler::Refresh(absl::Time now) {
  Advance(now);
  const absl::Time due = NextDue();
  const bool may_change = !waiting_.empty() && (price_.price() > price_.floor() || IsStale());
  return may_change && due > now ? std::min(due, now + kComeBack) : due;
}

absl::Time PollScheduler::NextDue() const {
  if (!ripe_.empty()) return price_.NextToken();
  return waiting_.empty() ? absl::InfiniteFuture() : waiting_.begin()->first;
}

absl::Time PollScheduler::NextDue(absl::string_view job_id) const {
  const JobIndex index = Find(job_id);
  if (index == kNone || jobs_[index].cohort == kNone) return absl::InfiniteFuture();
  const Cohort& cohort = cohorts_[jobs_[index].cohort];
  return DueOf(index, cohort.head == index ? cohort.jitter : 0).time;
}

void PollScheduler::SetWatched(absl::string_view job_id, bool watched) {
  const JobIndex index = Find(job_id);
  if (index == kNone || jobs_[index].watched == watched) return;
  jobs_[index].watched = watched;
  if (jobs_[index].cohort == kNone) return;
  Leave(index);
  Join(index);
}

std::optional<PollExplanation> PollScheduler::Explain(absl::string_view job_id,
                                                      absl::Time now) const {
  const JobIndex index = Find(job_id);
  if (index == kNone) return std::nullopt;
  const Job& job = jobs_[index];
  const double seen = job.AgeAt(job.seen_at), age = job.AgeAt(now);
  const SurvivalCurve& curve = CurveOf(job);
  PollExplanation why;
  why.poll_class = book_->NameOf(job.poll_class);
  why.samples = book_->ModelOf(job.poll_class).samples();
  why.proven = book_->ModelOf(job.poll_class).proven();
  why.seen_at = job.seen_at;
  why.survival = std::exp(curve.CumulativeHazard(seen) - curve.CumulativeHazard(age));
  why.waste = absl::Seconds(curve.Waste(seen, age));
  why.weight = price_.price() / PriceFor(job);
  why.price = absl::Seconds(price_.price());
  why.budget_left = budget_->LeftBy(RequestClass::kPoll, now);
  why.budget_limit = budget_->limit();
  why.polls_per_second = price_.capacity();
  if (job.cohort == kNone) {
    why.next_poll = absl::InfiniteFuture();
    why.limit = PollLimit::kPollUnderWay;
    return why;
  }
  const Cohort& cohort = cohorts_[job.cohort];
  const Due due = DueOf(index, cohort.head == index ? cohort.jitter : 0);
  why.next_poll = std::max(due.time, price_.NextToken());
  if (due.time <= now)
    why.next_poll = std::max(why.next_poll, budget_->Earliest(RequestClass::kPoll));
  why.limit = due.time <= now ? PollLimit::kBudget : due.limit;
  return why;
}
void PollScheduler::Advance(absl::Time now) {
  now_ = std::max(now_, now);
  price_.Advance(now_);
  absl::Duration interval = kRescheduleInterval + kRescheduleIntervalPerCohort * cohorts_.size();
  const bool price_fell = price_.price() < scheduled_price_ * kPriceFall;
  if (!price_fell) interval *= kRescheduleLearnedFactor;
  if (IsStale() && now_ - rescheduled_at_ >= interval) {
    rescheduled_at_ = now_;
    scheduled_price_ = price_.price();
    scheduled_version_ = book_->version();
    for (CohortIndex index = 0; index < cohorts_.size(); ++index) {
      if (cohorts_[index].head == kNone || cohorts_[index].ripe != kNone) continue;
      Unschedule(index);
      Schedule(index);
    }
  }
  GatherRipe();
}

bool PollScheduler::IsStale() const {
  return !waiting_.empty() &&
         (price_.price() < scheduled_price_ * kPriceFall || book_->version() != scheduled_version_);
}

// Those whose time has come by an older price may find that they have to wait.
void PollScheduler::GatherRipe() {
  while (!waiting_.empty() && waiting_.begin()->first <= now_) {
    const CohortIndex index = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    Schedule(index);
  }
}

void PollScheduler::Schedule(CohortIndex index) {
  Cohort& cohort = cohorts_[index];
  const Due due = DueOf(cohort.head, cohort.jitter);
  cohort.due = due.time;
  if (cohort.due > now_) {
    waiting_.insert({cohort.due, index});
    return;
  }
  cohort.ripe = static_cast<uint32_t>(ripe_.size());
  ripe_.push_back(index);
}

void PollScheduler::Unschedule(CohortIndex index) {
  Cohort& cohort = cohorts_[index];
  if (cohort.ripe == kNone) {
    waiting_.erase({cohort.due, index});
    return;
  }
  ripe_[cohort.ripe] = ripe_.back();
  cohorts_[ripe_.back()].ripe = cohort.ripe;
  ripe_.pop_back();
  cohort.ripe = kNone;
}

std::optional<PollScheduler::Ranked> PollScheduler::MostWasteful() {
  std::optional<Ranked> best;
  const size_t ripe = ripe_.size();
  for (size_t compared = 0; compared < ripe && (compared < kMostCompared || !best); ++compared) {
    next_ripe_ = next_ripe_ + 1 < ripe_.size() ? next_ripe_ + 1 : 0;
    const CohortIndex index = ripe_[next_ripe_];
    const double rank = RankOrReturn(index);
    if (rank > (best ? best->rank : 0)) best = Ranked{index, rank};
  }
  return best;
}

// At the time when it is due a poll is worth the price, and from then on more by
// what is wasted. What is due for another reason (the cap, a policy, an early
// poll) gains on the others as fast as a job that has surely ended: it waits,
// but does not starve.
double PollScheduler::RankOrReturn(CohortIndex index) {
  const Cohort& cohort = cohorts_[index];
  const Job& job = jobs_[cohort.head];
  const Due due = DueOf(cohort.head, cohort.jitter);
  if (due.time > now_) {
    Unschedule(index);
    Schedule(index);
    return -1;
  }
  if (due.limit != PollLimit::kWaste || job.early != 0) {
    return price_.price() + absl::ToDoubleSeconds(now_ - due.time);
  }
  const double seen = job.AgeAt(job.seen_at);
  return price_.price() + WeightOf(job) * (CurveOf(job).Waste(seen, job.AgeAt(now_)) -
                                           CurveOf(job).Waste(seen, job.AgeAt(due.time)));
}

}  // namespace gcjobs
