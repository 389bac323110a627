#include "server/scheduler/poll_scheduler.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/random/distributions.h"
#include "common/check.h"

namespace gcjobs {
namespace {

// Due times computed anew, at most so often: of those that are due first, which a
// decision compares, and of so many others, in turn. Higher numbers: decisions are
// fairer, a fallen price and what models have learned reach all jobs sooner, and a
// decision costs more. At five decisions a second 1,000 jobs have all had their turn
// within three seconds, 100,000 within five minutes; each of those is polled once in
// hours.
constexpr size_t kRescheduledFirst = 64;
constexpr size_t kRescheduledInTurn = 64;
constexpr absl::Duration kRescheduleInterval = absl::Milliseconds(50);

// When to come back while the price may fall: jobs may then be due sooner than it seems.
constexpr absl::Duration kComeBack = absl::Seconds(1);

// The cap on gaps may use this part of the budget: a third, or an eighth of it
// where the law is well known.
constexpr double kGuardShare = 1 / 3.0;
constexpr double kGuardShareProven = 1 / 8.0;

// So few jobs of a class become as old as one that is overdue.
constexpr double kOverdueSurvival = 0.01;

// One in so many jobs of a class not seen before is polled early; one in so many
// more with each end seen.
constexpr double kOneEarlyOfFirst = 8;
constexpr double kEarlyLessPerSample = 0.25;

// Null where the caller leaves all to us, as most do: a job takes less memory then.
std::unique_ptr<const PollPolicy> KeepPolicy(const PollPolicy& policy) {
  if (!policy.initial_interval && !policy.max_interval) return nullptr;
  return std::make_unique<const PollPolicy>(policy);
}

}  // namespace

PollScheduler::PollScheduler(Options options, const RequestBudget* budget, SurvivalBook* book,
                             absl::BitGenRef random, absl::Time now)
    : options_(options),
      budget_(budget),
      book_(book),
      random_(random),
      price_(options.price, budget, now),
      planner_(book),
      now_(now) {}

double PollScheduler::Job::AgeAt(absl::Time time) const {
  return std::max(absl::ToDoubleSeconds(time - accepted_at), 0.0);
}

// What happens to jobs.

PollScheduler::Job* PollScheduler::Find(absl::string_view job_id) const {
  const auto found = jobs_.find(job_id);
  return found == jobs_.end() ? nullptr : found->get();
}

void PollScheduler::Add(PollTask task, absl::Time now) {
  Advance(now);
  auto job = std::make_unique<Job>();
  job->id = std::move(task.job_id);
  job->accepted_at = job->seen_at = task.accepted_at;
  job->poll_class = book_->ClassOf(task.poll_class);
  job->early_eighths = DrawEarlyEighths(job->poll_class);
  job->policy = KeepPolicy(task.policy);
  const auto [added, is_new] = jobs_.insert(std::move(job));
  GCJOBS_CHECK(is_new, "job ", (*added)->id, " is scheduled already");
  StartGap(added->get());
}

// Some jobs are polled early, to put the law to the test; more of a class of which
// little is known.
uint8_t PollScheduler::DrawEarlyEighths(SurvivalBook::ClassId poll_class) {
  if (options_.one_early_of <= 0) return 0;
  const double one_of =
      kOneEarlyOfFirst + book_->ModelOf(poll_class).samples() * kEarlyLessPerSample;
  const double often = std::min<double>(one_of, options_.one_early_of);
  if (absl::Uniform(random_, 0.0, often) >= 1) return 0;
  return absl::Uniform<uint8_t>(absl::IntervalClosed, random_, 1, 7);
}

void PollScheduler::SeenUnfinished(absl::string_view job_id, absl::Time now, Status status) {
  Advance(now);
  Job* const job = Find(job_id);
  if (job == nullptr) return;
  // The answer describes some moment after the poll was taken; what is certain is that
  // the job was unfinished when it was.
  const auto under_way = under_way_.find(job);
  const absl::Time seen_at = under_way != under_way_.end() ? under_way->second : now;
  Learn(*job, job->AgeAt(seen_at), /*ended=*/false);
  Withdraw(job);
  job->early_eighths = 0;
  job->seen_at = std::max(job->seen_at, seen_at);
  if (status == Status::kChanged) job->changed_at = static_cast<float>(job->AgeAt(job->seen_at));
  StartGap(job);
}

void PollScheduler::Postpone(absl::string_view job_id, absl::Time until) {
  Job* const job = Find(job_id);
  if (job == nullptr) return;
  Withdraw(job);
  job->not_before = until;
  StartGap(job);
}

void PollScheduler::SeenEnded(absl::string_view job_id, absl::Time now) {
  Advance(now);
  Job* const job = Find(job_id);
  if (job == nullptr) return;
  Learn(*job, job->AgeAt(now), /*ended=*/true);
  Remove(job_id);
}

// A poll saw the job at age `seen`.
void PollScheduler::Learn(const Job& job, double seen, bool ended) {
  const double from = job.AgeAt(job.seen_at);
  if (job.changed_at >= 0) book_->SinceChange(job.poll_class, job.changed_at, from, seen, ended);
  if (ended) {
    book_->Ended(job.poll_class, from, seen, KindOfPoll(job));
  } else {
    book_->Unfinished(job.poll_class, from, seen, KindOfPoll(job));
  }
}

void PollScheduler::Remove(absl::string_view job_id) {
  const auto found = jobs_.find(job_id);
  if (found == jobs_.end()) return;
  Withdraw(found->get());
  jobs_.erase(found);
}

void PollScheduler::SetPolicy(absl::string_view job_id, const PollPolicy& policy) {
  Job* const job = Find(job_id);
  if (job == nullptr) return;
  job->policy = KeepPolicy(policy);
  if (!under_way_.contains(job)) Reschedule(job);
}

void PollScheduler::SetWatched(absl::string_view job_id, bool watched) {
  Job* const job = Find(job_id);
  if (job == nullptr || job->watched == watched) return;
  job->watched = watched;
  if (!under_way_.contains(job)) Reschedule(job);
}

void PollScheduler::StartGap(Job* job) {
  job->jitter = absl::Uniform<float>(absl::IntervalClosed, random_, -1, 1);
  job->due = DueOf(*job).time;
  waiting_.insert(job);
}

void PollScheduler::Withdraw(Job* job) {
  if (under_way_.erase(job) == 0) waiting_.erase(job);
}

void PollScheduler::Reschedule(Job* job) {
  const absl::Time due = DueOf(*job).time;
  if (due == job->due) return;
  auto place = waiting_.extract(job);
  job->due = due;
  waiting_.insert(std::move(place));
}

// The decision.

// Which job is polled next, if any:
//
// 1. The jobs that wait are in waiting_, ordered by when their next poll is due. A due
//    time was right when it was computed, at the price of that moment and by what the
//    class's model knew. When the price has risen since it is too early, when the price
//    has fallen too late, and when the model has learned either. So Refresh computes
//    the due times of the first jobs anew, and in turn those of all others; and a job
//    that seems due is asked once more.
// 2. While the bucket that paces the polls is empty, nobody is polled (PollPrice).
// 3. Of the first jobs that are due, the one is polled that has wasted most since then
//    (RankOf); in d seconds it wastes at most d, times its weight. There are only a few,
//    unless far more are due than the budget can serve; then the best of those that
//    have been due longest will do.
// 4. The price learns what the poll is worth, and rises when the budget is used up by
//    polls that are worth more than the price.
std::optional<std::string> PollScheduler::Take(absl::Time now) {
  Refresh(now);
  if (!price_.affordable()) return std::nullopt;
  Job* best = nullptr;
  double best_rank = 0;
  size_t compared = 0;
  for (Job* const job : waiting_) {
    if (job->due > now_ || compared++ == kRescheduledFirst) break;
    const double most_wasted = WeightOf(*job) * absl::ToDoubleSeconds(now_ - job->due);
    if (best_rank >= price_.price() + most_wasted) continue;
    const Due due = DueOf(*job);
    const double rank = due.time <= now_ ? RankOf(*job, due) : 0;
    if (rank <= best_rank) continue;
    best = job;
    best_rank = rank;
  }
  if (best == nullptr) return std::nullopt;
  price_.Spend(best_rank);
  waiting_.erase(best);
  best->not_before = absl::InfinitePast();
  under_way_[best] = now_;
  return best->id;
}

// What the poll is worth, in seconds of waste: the price at the time when it is due,
// and from then on more by what is wasted. A poll that is due for another reason (the
// cap, a policy, an early poll) gains on the others like one of a job that has surely
// ended: it may have to wait, but does not starve.
double PollScheduler::RankOf(const Job& job, const Due& due) const {
  if (due.limit != PollLimit::kWaste || job.early_eighths != 0) {
    return price_.price() + absl::ToDoubleSeconds(now_ - due.time);
  }
  const Law law = LawOf(job);
  const SurvivalCurve& curve = book_->ModelOf(law.id).curve();
  const double seen = job.AgeAt(job.seen_at) - law.begins_at;
  return price_.price() + WeightOf(job) * (curve.Waste(seen, job.AgeAt(now_) - law.begins_at) -
                                           curve.Waste(seen, job.AgeAt(due.time) - law.begins_at));
}

absl::Time PollScheduler::Refresh(absl::Time now) {
  Advance(now);
  if (now_ - rescheduled_at_ >= kRescheduleInterval) RescheduleSome();
  // After a rise of the price, jobs that seem due have to wait.
  while (!waiting_.empty() && (*waiting_.begin())->due <= now_ &&
         DueOf(**waiting_.begin()).time > now_) {
    Reschedule(*waiting_.begin());
  }
  if (waiting_.empty()) return absl::InfiniteFuture();
  const absl::Time due = (*waiting_.begin())->due;
  const absl::Time next = due <= now_ ? price_.NextToken() : due;
  const bool may_be_sooner = next > now_ && price_.price() > price_.floor();
  return may_be_sooner ? std::min(next, now_ + kComeBack) : next;
}

void PollScheduler::Advance(absl::Time now) {
  now_ = std::max(now_, now);
  price_.Advance(now_);
}

// The turn goes by due time, and from the last job to the first again.
void PollScheduler::RescheduleSome() {
  rescheduled_at_ = now_;
  std::vector<Job*> some;
  auto next = waiting_.upper_bound(Place(last_in_turn_));
  while (next != waiting_.end() && some.size() < kRescheduledInTurn) some.push_back(*next++);
  if (next == waiting_.end()) {
    last_in_turn_ = {absl::InfinitePast(), ""};
  } else {
    last_in_turn_ = {some.back()->due, some.back()->id};
  }
  for (Job* const job : some) Reschedule(job);

  some.clear();
  next = waiting_.begin();
  while (next != waiting_.end() && some.size() < kRescheduledFirst) some.push_back(*next++);
  for (Job* const job : some) Reschedule(job);
}

// When a poll is due.

PollScheduler::Due PollScheduler::DueOf(const Job& job) const {
  // A caller who names the longest gap has the say over it.
  const bool own_cap = job.policy != nullptr && job.policy->max_interval;
  Due due = DueByModel(job, own_cap ? absl::InfiniteDuration() : MaxGap(job));
  if (job.policy != nullptr) due = DueByPolicy(job, due);
  return job.not_before > due.time ? Due{job.not_before, PollLimit::kBackoff} : due;
}

PollScheduler::Due PollScheduler::DueByModel(const Job& job, absl::Duration max_gap) const {
  const Law law = LawOf(job);
  const double seen = std::max(job.AgeAt(job.seen_at) - law.begins_at, 0.0);
  const double part =
      job.early_eighths != 0 ? job.early_eighths / 8.0 : 1 + options_.jitter * job.jitter;
  const absl::Duration gap =
      absl::Seconds((planner_.NextPoll(law.id, seen, PriceFor(job)) - seen) * part);
  if (gap < options_.min_gap) return {job.seen_at + options_.min_gap, PollLimit::kMinGap};
  const absl::Duration cap = max_gap * (1 - options_.jitter * (1 - job.jitter) / 2);
  if (gap > cap) return {job.seen_at + cap, PollLimit::kMaxGap};
  return {job.seen_at + gap, PollLimit::kWaste};
}

// A caller's policy sets the time of the first poll, and bounds for the gaps after it:
// two equal intervals make a fixed one.
PollScheduler::Due PollScheduler::DueByPolicy(const Job& job, const Due& due) {
  const PollPolicy& policy = *job.policy;
  absl::Duration low = absl::ZeroDuration();
  absl::Duration high = policy.max_interval.value_or(absl::InfiniteDuration());
  if (policy.initial_interval) {
    const bool is_first = job.seen_at == job.accepted_at;
    if (is_first || policy.max_interval) low = std::min(*policy.initial_interval, high);
    if (is_first) high = low;
  }
  const absl::Time bounded = std::clamp(due.time, job.seen_at + low, job.seen_at + high);
  return bounded == due.time ? due : Due{bounded, PollLimit::kPolicy};
}

// Polling each live job once in so long takes kGuardShare of the budget.
absl::Duration PollScheduler::MaxGap(const Job& job) const {
  const double share = book_->ModelOf(job.poll_class).proven() ? kGuardShareProven : kGuardShare;
  if (price_.capacity() <= 0) return options_.max_gap;
  const double jobs = static_cast<double>(jobs_.size());
  return std::max(options_.max_gap, absl::Seconds(jobs / (price_.capacity() * share)));
}

// At the lowest price, which is paid when the budget suffices, a watched job is polled
// like any other: watching must not cost requests.
double PollScheduler::PriceFor(const Job& job) const {
  return std::max(price_.price() / WeightOf(job), price_.floor());
}

double PollScheduler::WeightOf(const Job& job) const {
  return job.watched ? options_.watched_weight : 1;
}

const SurvivalCurve& PollScheduler::CurveOf(const Job& job) const {
  return book_->ModelOf(job.poll_class).curve();
}

PollScheduler::Law PollScheduler::LawOf(const Job& job) const {
  if (job.changed_at >= 0) {
    const auto since_change = book_->BelievedSinceChange(job.poll_class);
    if (since_change) return {*since_change, job.changed_at};
  }
  return {job.poll_class, 0};
}

PollKind PollScheduler::KindOfPoll(const Job& job) const {
  return job.early_eighths != 0 ? PollKind::kEarly : PollKind::kDue;
}

absl::Time PollScheduler::NextDue(absl::string_view job_id) const {
  const Job* const job = Find(job_id);
  if (job == nullptr || under_way_.contains(job)) return absl::InfiniteFuture();
  return DueOf(*job).time;
}

size_t PollScheduler::CountDue(absl::Time now) const {
  size_t due = 0;
  for (const Job* const job : waiting_) {
    if (job->due > now) break;
    ++due;
  }
  return due;
}

size_t PollScheduler::CountOverdue(absl::Time now) const {
  return std::count_if(jobs_.begin(), jobs_.end(), [&](const std::unique_ptr<Job>& job) {
    return CurveOf(*job).Survival(job->AgeAt(now)) < kOverdueSurvival;
  });
}

std::optional<PollExplanation> PollScheduler::Explain(absl::string_view job_id,
                                                      absl::Time now) const {
  const Job* const job = Find(job_id);
  if (job == nullptr) return std::nullopt;
  const Law law = LawOf(*job);
  const SurvivalModel& model = book_->ModelOf(law.id);
  const SurvivalCurve& curve = model.curve();
  const double seen = std::max(job->AgeAt(job->seen_at) - law.begins_at, 0.0);
  const double age = job->AgeAt(now) - law.begins_at;
  PollExplanation why;
  why.poll_class = book_->NameOf(job->poll_class);
  why.samples = model.samples();
  why.proven = model.proven();
  why.seen_at = job->seen_at;
  why.survival = std::exp(curve.CumulativeHazard(seen) - curve.CumulativeHazard(age));
  why.waste = absl::Seconds(curve.Waste(seen, age));
  why.older_than = 1 - CurveOf(*job).Survival(job->AgeAt(now));
  why.weight = price_.price() / PriceFor(*job);
  why.price = absl::Seconds(price_.price());
  why.budget_left = budget_->LeftBy(RequestClass::kPoll, now);
  why.budget_limit = budget_->limit();
  why.polls_per_second = price_.capacity();
  if (under_way_.contains(job)) {
    why.next_poll = absl::InfiniteFuture();
    why.limit = PollLimit::kPollUnderWay;
    return why;
  }
  const Due due = DueOf(*job);
  why.next_poll = std::max(due.time, price_.NextToken());
  why.limit = due.limit;
  if (due.time <= now) {  // it waits for a request
    why.next_poll = std::max(why.next_poll, budget_->Earliest(RequestClass::kPoll));
    why.limit = PollLimit::kBudget;
  }
  return why;
}

}  // namespace gcjobs
