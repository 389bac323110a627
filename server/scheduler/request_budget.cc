#include "server/scheduler/request_budget.h"

#include <algorithm>
#include <cmath>

#include "common/check.h"

namespace gcjobs {
namespace {

// 429s that arrive together have one cause: the limit is lowered once.
constexpr absl::Duration kLoweringInterval = absl::Seconds(5);

// A limit is not lowered below this by guessing: a throttled endpoint may have a limit
// of its own, which says nothing about the token's.
constexpr int kLowestGuess = 10;

// Blind requests are at most one in so many of the limit: they are kept free, and so
// cost as much of it.
constexpr int kLeastPerBlindRequest = 20;

size_t Index(RequestClass request_class) { return static_cast<size_t>(request_class); }

bool MayUseReserve(RequestClass request_class) {
  return request_class != RequestClass::kPoll && request_class != RequestClass::kResults;
}

}  // namespace

RequestBudget::RequestBudget(Options options, const Clock* clock)
    : options_(options), clock_(clock), reported_limit_(std::max(options.limit, 1)) {
  not_before_.fill(absl::InfinitePast());
  blind_ = options_.blind_requests > 0;
  if (!blind_) return;
  others_ = reported_limit_;
  others_until_ = clock_->MonotonicNow() + Span();
  most_probes_ = BlindAllowance();
}

void RequestBudget::SetLimit(int limit) {
  options_.limit = limit;
  reported_limit_ = std::max(limit, 1);
}

absl::Time RequestBudget::Earliest(RequestClass request_class) const {
  absl::Time earliest =
      std::max(not_before_[Index(request_class)], WhenCountIsBelow(Allowance(request_class)));
  if (request_class == RequestClass::kResults) {
    earliest = std::max(earliest, WhenResultsAreBelow(ResultsAllowance()));
  }
  return earliest;
}

void RequestBudget::Start(RequestClass request_class) {
  Forget();
  if (used() >= Allowance(request_class)) ++probes_;
  ++under_way_[Index(request_class)];
  ++all_under_way_;
}

void RequestBudget::End(RequestClass request_class) {
  GCJOBS_CHECK(under_way_[Index(request_class)] > 0, "no request of class ", Name(request_class),
               " is under way");
  --under_way_[Index(request_class)];
  --all_under_way_;
  ended_.push_back({clock_->MonotonicNow(), request_class});
}

// It may have been a probe; if so, the next to ask may be one in its place.
void RequestBudget::GiveBack(RequestClass request_class) {
  if (under_way_[Index(request_class)] == 0) return;
  --under_way_[Index(request_class)];
  --all_under_way_;
  probes_ = std::max(probes_ - 1, 0);
}

void RequestBudget::Take(RequestClass request_class) {
  Start(request_class);
  End(request_class);
}

// Some of our requests may have arrived after Genesys Cloud counted, or not yet, so
// its count tells those of others only within bounds. What was believed before stands
// as far as it is within them.
void RequestBudget::OnReport(const RateLimitReport& report, absl::Time sent_at) {
  last_report_had_limit_ = report.allowed.has_value() && *report.allowed > 0;
  if (last_report_had_limit_) {
    reported_limit_ = std::min(*report.allowed, std::max(options_.limit, 1));
    lowered_until_ = absl::InfinitePast();
  }
  if (!report.count.has_value()) return;
  const absl::Time now = clock_->MonotonicNow();
  const int least = std::max(*report.count - OwnAt(now), 0);
  const int most = std::max(*report.count - SurelyCounted(sent_at), 0);
  others_ = now < others_until_ ? std::clamp(others_, least, most) : most;
  others_until_ = now + Span();
  others_stale_at_ = now + options_.margin +
                     std::clamp(report.reset.value_or(Span()), absl::ZeroDuration(), Span());
  blind_ = false;
  probes_ = 0;
  most_probes_ = 1;
}

void RequestBudget::OnSilence() {
  if (blind_) others_ = 0;
  blind_ = false;
}

void RequestBudget::OnReport(const RateLimitReport& report) {
  OnReport(report, clock_->MonotonicNow());
}

void RequestBudget::OnThrottled(RequestClass request_class, absl::Duration retry_after) {
  absl::Time& not_before = not_before_[Index(request_class)];
  not_before = std::max(not_before, clock_->MonotonicNow() + retry_after);
  if (!last_report_had_limit_) LowerLimit();
}

absl::Time RequestBudget::ThrottledUntil(RequestClass request_class) const {
  const absl::Time until = not_before_[Index(request_class)];
  return until > clock_->MonotonicNow() ? until : absl::InfinitePast();
}

int RequestBudget::limit() const {
  if (clock_->MonotonicNow() >= lowered_until_) return reported_limit_;
  return std::min(lowered_limit_, reported_limit_);
}

int RequestBudget::used() const { return CountAt(clock_->MonotonicNow()); }

int RequestBudget::LeftBy(RequestClass request_class, absl::Time time) const {
  if (time < not_before_[Index(request_class)]) return 0;
  const int allowance = Allowance(request_class);
  const int own = OwnAt(time);
  const int probes = std::min(ProbesLeftAt(time), allowance - own);
  return std::max({allowance - own - OthersAt(time), probes, 0});
}

int RequestBudget::OwnAt(absl::Time time) const {
  const bool under_way_count = time < clock_->MonotonicNow() + Span();
  return static_cast<int>(ended_.end() - FirstThatCounts(time)) +
         (under_way_count ? all_under_way_ : 0);
}

// Those that had ended when that one was sent, and that one itself.
int RequestBudget::SurelyCounted(absl::Time sent_at) const {
  const absl::Time now = clock_->MonotonicNow();
  const auto ended_later = std::partition_point(
      ended_.begin(), ended_.end(), [&](const Ended& ended) { return ended.time <= sent_at; });
  const auto ended_before = static_cast<int>(ended_later - FirstThatCounts(now));
  return std::max(ended_before, 0) + (sent_at < now ? 1 : 0);
}

std::deque<RequestBudget::Ended>::const_iterator RequestBudget::FirstThatCounts(
    absl::Time time) const {
  const absl::Time oldest = time - Span();
  return std::partition_point(ended_.begin(), ended_.end(),
                              [&](const Ended& ended) { return ended.time <= oldest; });
}

int RequestBudget::Allowance(RequestClass request_class) const {
  int reserve = BlindAllowance();
  if (!MayUseReserve(request_class)) {
    reserve = std::max(reserve, static_cast<int>(std::ceil(limit() * options_.reserve)));
  }
  return std::max(limit() - reserve, 1);
}

int RequestBudget::ResultsAllowance() const {
  return std::max(static_cast<int>(limit() * options_.results_share), 1);
}

int RequestBudget::BlindAllowance() const {
  return std::min(options_.blind_requests, std::max(limit() / kLeastPerBlindRequest, 1));
}

// The count falls when our oldest requests leave the window and when those of
// others do.
absl::Time RequestBudget::WhenCountIsBelow(int allowance) const {
  const absl::Time now = clock_->MonotonicNow();
  const absl::Time without_others = WhenOwnIsBelow(allowance);
  const absl::Time counted =
      std::min(WhenOwnIsBelow(allowance - OthersAt(now)), std::max(without_others, others_until_));
  if (probes_ >= most_probes_) return counted;
  return std::min(counted, std::max(without_others, others_stale_at_));
}

// Those under way are counted as if they ended now: they will count longer.
absl::Time RequestBudget::WhenOwnIsBelow(int allowance) const {
  const int too_many = static_cast<int>(ended_.size()) + all_under_way_ - allowance;
  if (too_many < 0) return absl::InfinitePast();
  if (allowance <= 0) return absl::InfiniteFuture();
  const auto last_to_leave = static_cast<size_t>(too_many);
  if (last_to_leave >= ended_.size()) return clock_->MonotonicNow() + Span();
  return ended_[last_to_leave].time + Span();
}

absl::Time RequestBudget::WhenResultsAreBelow(int allowance) const {
  int counted = under_way_[Index(RequestClass::kResults)];
  if (counted >= allowance) return clock_->MonotonicNow() + Span();
  for (auto ended = ended_.rbegin(); ended != ended_.rend(); ++ended) {
    if (ended->request_class != RequestClass::kResults) continue;
    if (++counted == allowance) return ended->time + Span();
  }
  return absl::InfinitePast();
}

int RequestBudget::ProbesLeftAt(absl::Time time) const {
  return time < others_stale_at_ ? 0 : std::max(most_probes_ - probes_, 0);
}

void RequestBudget::Forget() {
  const absl::Time now = clock_->MonotonicNow();
  while (!ended_.empty() && ended_.front().time + Span() <= now) ended_.pop_front();
}

void RequestBudget::LowerLimit() {
  const absl::Time now = clock_->MonotonicNow();
  if (now - lowered_at_ < kLoweringInterval) return;
  const int believed = limit();
  lowered_limit_ = std::min(believed, std::max(believed * 9 / 10, kLowestGuess));
  lowered_at_ = now;
  lowered_until_ = now + options_.window;
}

}  // namespace gcjobs
