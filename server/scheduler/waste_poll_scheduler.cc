#include "server/scheduler/waste_poll_scheduler.h"

#include <algorithm>
#include <cmath>

#include "absl/random/distributions.h"
#include "common/check.h"

namespace gcjobs {
namespace {

// Ages within 1/32 of a factor e have the same future, to within what the grid
// of the survival curves resolves.
constexpr double kCohortsPerE = 32;

// A job whose turn in its cohort is not within so many places of the end gets a
// cohort of its own. Replies come nearly in the order of their looks.
constexpr int kPlacesToSearch = 32;

// Ripe cohorts compared in one decision. There are only a few unless far more
// is due than the budget can serve; then the best of so many will do.
constexpr size_t kMostCompared = 64;

// The cap on gaps may use this part of the budget: a third, or an eighth of it
// where the law is well known.
constexpr double kGuardShare = 1 / 3.0;
constexpr double kGuardShareProven = 1 / 8.0;

// Due times are computed anew when the price has fallen by so much, or the
// models have learned, at most so often. Prices that rise need nothing: who is
// due too early is found out when its turn comes.
constexpr double kPriceFall = 0.97;
constexpr absl::Duration kRescheduleInterval = absl::Milliseconds(200);
constexpr absl::Duration kRescheduleIntervalPerCohort = absl::Microseconds(200);
// What a model learns from one look moves few due times by little.
constexpr int kRescheduleLearnedFactor = 10;

// Of so many jobs of a class not seen before one is looked at early; one of so
// many more with each end seen.
constexpr double kOneEarlyOfFirst = 8;
constexpr double kEarlyLessPerSample = 0.25;

// Parts of a gap at whose ends early looks are.
constexpr int kEarlyParts = 8;

// While the price may fall, what is not due now may be sooner than it seems.
constexpr absl::Duration kComeBack = absl::Seconds(1);

double AgeAt(absl::Time accepted_at, absl::Time time) {
  return std::max(absl::ToDoubleSeconds(time - accepted_at), 0.0);
}

}  // namespace

WastePollScheduler::WastePollScheduler(Options options, const RequestBudget* budget,
                                       SurvivalBook* book, absl::BitGenRef random, absl::Time now)
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

void WastePollScheduler::Add(PollTask task, absl::Time now) {
  Advance(now);
  GCJOBS_CHECK(Find(task.job_id) == kNone, "job ", task.job_id, " is scheduled already");
  Join(NewJob(std::move(task)));
}

std::optional<std::string> WastePollScheduler::Take(absl::Time now) {
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

void WastePollScheduler::Looked(absl::string_view job_id, absl::Time now) {
  Advance(now);
  const JobIndex index = Find(job_id);
  if (index == kNone) return;
  Job& job = jobs_[index];
  const auto under_way = under_way_.find(index);
  // The answer speaks of some time since the look was taken: what is certain is
  // that it was unfinished then.
  const absl::Time seen_at = under_way != under_way_.end() ? under_way->second : now;
  if (job.cohort != kNone) Leave(index);
  if (under_way != under_way_.end()) under_way_.erase(under_way);
  book_->Unfinished(job.poll_class, AgeAt(job.accepted_at, job.seen_at),
                    AgeAt(job.accepted_at, seen_at), KindOfLook(job));
  job.early = 0;
  job.seen_at = std::max(job.seen_at, seen_at);
  Join(index);
}

void WastePollScheduler::Postpone(absl::string_view job_id, absl::Time until) {
  const JobIndex index = Find(job_id);
  if (index == kNone) return;
  if (jobs_[index].cohort != kNone) Leave(index);
  under_way_.erase(index);
  jobs_[index].postponed = true;
  postponed_[index] = until;
  Join(index);
}

void WastePollScheduler::Remove(absl::string_view job_id, absl::Time now, bool ended) {
  Advance(now);
  const JobIndex index = Find(job_id);
  if (index == kNone) return;
  const Job& job = jobs_[index];
  if (ended) {
    book_->Ended(job.poll_class, AgeAt(job.accepted_at, job.seen_at), AgeAt(job.accepted_at, now),
                 KindOfLook(job));
  }
  if (job.cohort != kNone) Leave(index);
  Forget(index);
}

absl::Time WastePollScheduler::Refresh(absl::Time now) {
  Advance(now);
  const absl::Time due = NextDue();
  const bool may_change = !waiting_.empty() && (price_.price() > price_.floor() || IsStale());
  return may_change && due > now ? std::min(due, now + kComeBack) : due;
}

absl::Time WastePollScheduler::NextDue() const {
  if (!ripe_.empty()) return price_.NextToken();
  return waiting_.empty() ? absl::InfiniteFuture() : waiting_.begin()->first;
}

absl::Time WastePollScheduler::NextDue(absl::string_view job_id) const {
  const JobIndex index = Find(job_id);
  if (index == kNone || jobs_[index].cohort == kNone) return absl::InfiniteFuture();
  const Cohort& cohort = cohorts_[jobs_[index].cohort];
  return DueOf(index, cohort.head == index ? cohort.jitter : 0).time;
}

void WastePollScheduler::SetWatched(absl::string_view job_id, bool watched) {
  const JobIndex index = Find(job_id);
  if (index == kNone || jobs_[index].watched == watched) return;
  jobs_[index].watched = watched;
  if (jobs_[index].cohort == kNone) return;
  Leave(index);
  Join(index);
}

std::optional<PollExplanation> WastePollScheduler::Explain(absl::string_view job_id,
                                                           absl::Time now) const {
  const JobIndex index = Find(job_id);
  if (index == kNone) return std::nullopt;
  const Job& job = jobs_[index];
  const double seen = AgeAt(job.accepted_at, job.seen_at), age = AgeAt(job.accepted_at, now);
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
  why.looks_per_second = price_.capacity();
  if (job.cohort == kNone) {
    why.next_look = absl::InfiniteFuture();
    why.limit = PollLimit::kLookUnderWay;
    return why;
  }
  const Cohort& cohort = cohorts_[job.cohort];
  const Due due = DueOf(index, cohort.head == index ? cohort.jitter : 0);
  why.next_look = std::max(due.time, price_.NextToken());
  if (due.time <= now)
    why.next_look = std::max(why.next_look, budget_->Earliest(RequestClass::kPoll));
  why.limit = due.time <= now ? PollLimit::kBudget : due.limit;
  return why;
}

WastePollScheduler::JobIndex WastePollScheduler::Find(absl::string_view job_id) const {
  const auto found = by_id_.find(job_id);
  return found == by_id_.end() ? kNone : *found;
}

WastePollScheduler::JobIndex WastePollScheduler::NewJob(PollTask task) {
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
  job.has_limits = task.limits.initial_interval || task.limits.max_interval;
  if (job.has_limits) limits_[index] = task.limits;
  job.early = EarlyParts(job.poll_class);
  by_id_.insert(index);
  return index;
}

// A class of which little is known is put to the test more often.
uint8_t WastePollScheduler::EarlyParts(SurvivalBook::ClassId poll_class) {
  if (options_.one_early_of <= 0) return 0;
  const double one_of =
      kOneEarlyOfFirst + book_->ModelOf(poll_class).samples() * kEarlyLessPerSample;
  const double often = std::min<double>(one_of, options_.one_early_of);
  if (absl::Uniform(random_, 0.0, often) >= 1) return 0;
  return absl::Uniform<uint8_t>(absl::IntervalClosed, random_, 1, kEarlyParts - 1);
}

void WastePollScheduler::Forget(JobIndex index) {
  by_id_.erase(index);
  limits_.erase(index);
  postponed_.erase(index);
  under_way_.erase(index);
  jobs_[index] = Job();
  free_jobs_.push_back(index);
}

void WastePollScheduler::Join(JobIndex index) {
  const Job& job = jobs_[index];
  const bool special = job.watched || job.has_limits || job.postponed;
  if (!special && JoinShared(index)) return;
  const CohortIndex own = NewCohort();
  InsertAfter(index, kNone, own);
}

// In a cohort, who was seen earlier stands before. A job is put in its place
// from the end, where it nearly always belongs.
bool WastePollScheduler::JoinShared(JobIndex index) {
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

void WastePollScheduler::InsertAfter(JobIndex index, JobIndex before, CohortIndex cohort_index) {
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

void WastePollScheduler::Leave(JobIndex index) {
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

WastePollScheduler::CohortKey WastePollScheduler::KeyOf(const Job& job) const {
  const double seen = AgeAt(job.accepted_at, job.seen_at);
  // Below the grid's first edge all ages are alike; 0 is for those never seen.
  const double steps = std::log(std::max(seen / age_grid::kFirstEdge, 1.0)) * kCohortsPerE;
  return {job.poll_class, seen <= 0 ? 0 : 1 + static_cast<uint32_t>(steps), job.early};
}

WastePollScheduler::CohortIndex WastePollScheduler::NewCohort() {
  if (free_cohorts_.empty()) {
    cohorts_.emplace_back();
    return static_cast<CohortIndex>(cohorts_.size() - 1);
  }
  const CohortIndex index = free_cohorts_.back();
  free_cohorts_.pop_back();
  return index;
}

void WastePollScheduler::Dissolve(CohortIndex index) {
  if (cohorts_[index].shared) by_key_.erase(cohorts_[index].key);
  cohorts_[index] = Cohort();
  free_cohorts_.push_back(index);
}

const SurvivalCurve& WastePollScheduler::CurveOf(const Job& job) const {
  return book_->ModelOf(job.poll_class).curve();
}

LookKind WastePollScheduler::KindOfLook(const Job& job) const {
  return job.early != 0 ? LookKind::kEarly : LookKind::kDue;
}

double WastePollScheduler::WeightOf(const Job& job) const {
  return job.watched ? options_.watched_weight : 1;
}

// With plenty of budget a watched job is looked at like any other: who watches
// must not cost requests.
double WastePollScheduler::PriceFor(const Job& job) const {
  return std::max(price_.price() / WeightOf(job), price_.floor());
}

// Looking at each live job once in so long takes kGuardShare of the budget.
absl::Duration WastePollScheduler::MaxGap(const Job& job) const {
  const double share = book_->ModelOf(job.poll_class).proven() ? kGuardShareProven : kGuardShare;
  if (price_.capacity() <= 0) return options_.max_gap;
  const double jobs = static_cast<double>(by_id_.size());
  return std::max(options_.max_gap, absl::Seconds(jobs / (price_.capacity() * share)));
}

WastePollScheduler::Due WastePollScheduler::DueByModel(const Job& job, double jitter,
                                                       absl::Duration max_gap) const {
  const double seen = AgeAt(job.accepted_at, job.seen_at);
  const double part =
      job.early != 0 ? static_cast<double>(job.early) / kEarlyParts : 1 + options_.jitter * jitter;
  const absl::Duration gap =
      absl::Seconds((planner_.NextLook(job.poll_class, seen, PriceFor(job)) - seen) * part);
  if (gap < options_.min_gap) return {job.seen_at + options_.min_gap, PollLimit::kMinGap};
  const absl::Duration cap = max_gap * (1 - options_.jitter * (1 - jitter) / 2);
  if (gap > cap) return {job.seen_at + cap, PollLimit::kMaxGap};
  return {job.seen_at + gap, PollLimit::kWaste};
}

// A caller's policy says when the first look is and sets bounds for the later
// ones: a pair of equal intervals is a fixed interval.
WastePollScheduler::Due WastePollScheduler::DueByPolicy(const Job& job, const Due& due,
                                                        const PollLimits& limits) {
  absl::Duration low = absl::ZeroDuration(), high = absl::InfiniteDuration();
  if (limits.max_interval) high = *limits.max_interval;
  if (limits.initial_interval) {
    const bool is_first = job.seen_at == job.accepted_at;
    low = is_first || limits.max_interval ? std::min(*limits.initial_interval, high) : low;
    high = is_first ? low : high;
  }
  const absl::Time bounded = std::clamp(due.time, job.seen_at + low, job.seen_at + high);
  return bounded == due.time ? due : Due{bounded, PollLimit::kPolicy};
}

WastePollScheduler::Due WastePollScheduler::DueOf(JobIndex index, double jitter) const {
  const Job& job = jobs_[index];
  const PollLimits* const limits = job.has_limits ? &limits_.at(index) : nullptr;
  // A caller who names the longest gap has the say over it.
  const bool own_cap = limits != nullptr && limits->max_interval;
  Due due = DueByModel(job, jitter, own_cap ? absl::InfiniteDuration() : MaxGap(job));
  if (limits != nullptr) due = DueByPolicy(job, due, *limits);
  if (!job.postponed) return due;
  const absl::Time until = postponed_.at(index);
  return until > due.time ? Due{until, PollLimit::kBackoff} : due;
}

void WastePollScheduler::Advance(absl::Time now) {
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

bool WastePollScheduler::IsStale() const {
  return !waiting_.empty() &&
         (price_.price() < scheduled_price_ * kPriceFall || book_->version() != scheduled_version_);
}

// Those whose time has come by an older price may find that they have to wait.
void WastePollScheduler::GatherRipe() {
  while (!waiting_.empty() && waiting_.begin()->first <= now_) {
    const CohortIndex index = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    Schedule(index);
  }
}

void WastePollScheduler::Schedule(CohortIndex index) {
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

void WastePollScheduler::Unschedule(CohortIndex index) {
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

std::optional<WastePollScheduler::Ranked> WastePollScheduler::MostWasteful() {
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

// At the time when it is due a look is worth the price, and from then on more by
// what is wasted. What is due for another reason (the cap, a policy, an early
// look) gains on the others as fast as a job that has surely ended: it waits,
// but does not starve.
double WastePollScheduler::RankOrReturn(CohortIndex index) {
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
  const double seen = AgeAt(job.accepted_at, job.seen_at);
  return price_.price() +
         WeightOf(job) * (CurveOf(job).Waste(seen, AgeAt(job.accepted_at, now_)) -
                          CurveOf(job).Waste(seen, AgeAt(job.accepted_at, due.time)));
}

}  // namespace gcjobs
