#include "server/scheduler/request_budget.h"

#include <algorithm>
#include <cmath>

namespace gcjobs {
namespace {

// 429s that arrive together tell the same news: the limit is lowered once.
constexpr absl::Duration kLoweringInterval = absl::Seconds(5);

// Below this a limit is not lowered by guessing: a throttled endpoint may have
// a limit of its own that says nothing of the token's.
constexpr int kLowestGuess = 10;

size_t Index(RequestClass request_class) { return static_cast<size_t>(request_class); }

bool MayUseReserve(RequestClass request_class) {
  return request_class != RequestClass::kPoll && request_class != RequestClass::kResults;
}

}  // namespace

RequestBudget::RequestBudget(Options options, const Clock* clock)
    : options_(options), clock_(clock), reported_limit_(std::max(options.limit, 1)) {
  not_before_.fill(absl::InfinitePast());
}

absl::Time RequestBudget::Earliest(RequestClass request_class) const {
  absl::Time earliest =
      std::max(not_before_[Index(request_class)], WhenCountIsBelow(Allowance(request_class)));
  if (request_class == RequestClass::kResults) {
    earliest = std::max(earliest, WhenResultsAreBelow(ResultsAllowance()));
  }
  return earliest;
}

void RequestBudget::Take(RequestClass request_class) {
  Forget();
  sent_.push_back({clock_->MonotonicNow(), request_class});
}

// Which of the class's requests was not sent is not known, so the oldest is
// uncounted: those that remain then count at least as long as those that were
// sent.
void RequestBudget::GiveBack(RequestClass request_class) {
  Forget();
  const auto given_back = std::find_if(sent_.begin(), sent_.end(), [&](const Sent& sent) {
    return sent.request_class == request_class;
  });
  if (given_back != sent_.end()) sent_.erase(given_back);
}

void RequestBudget::OnReport(const RateLimitReport& report) {
  last_report_had_limit_ = report.allowed.has_value() && *report.allowed > 0;
  if (last_report_had_limit_) {
    reported_limit_ = std::min(*report.allowed, std::max(options_.limit, 1));
    lowered_until_ = absl::InfinitePast();
  }
  if (!report.count.has_value()) return;
  const absl::Time now = clock_->MonotonicNow();
  others_ = 0;
  others_ = std::max(*report.count - used(), 0);
  others_until_ = now + std::clamp(report.reset.value_or(Span()), absl::ZeroDuration(), Span());
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
  return std::max(Allowance(request_class) - CountAt(time), 0);
}

int RequestBudget::CountAt(absl::Time time) const {
  const auto counted = std::partition_point(
      sent_.begin(), sent_.end(), [&](const Sent& sent) { return sent.time + Span() <= time; });
  return static_cast<int>(sent_.end() - counted) + Others(time);
}

int RequestBudget::Allowance(RequestClass request_class) const {
  if (MayUseReserve(request_class)) return limit();
  const int reserve = static_cast<int>(std::ceil(limit() * options_.reserve));
  return std::max(limit() - reserve, 1);
}

int RequestBudget::ResultsAllowance() const {
  return std::max(static_cast<int>(limit() * options_.results_share), 1);
}

int RequestBudget::Others(absl::Time time) const { return time < others_until_ ? others_ : 0; }

// The count falls when our oldest requests leave the window and when the
// upstream forgets those of others.
absl::Time RequestBudget::WhenCountIsBelow(int allowance) const {
  const auto when_own_count_is_below = [&](int own_allowance) {
    const int too_many = static_cast<int>(sent_.size()) - own_allowance;
    if (too_many < 0) return absl::InfinitePast();
    if (own_allowance <= 0) return absl::InfiniteFuture();
    return sent_[static_cast<size_t>(too_many)].time + Span();
  };
  const absl::Time with_others =
      when_own_count_is_below(allowance - Others(clock_->MonotonicNow()));
  const absl::Time without_others = std::max(when_own_count_is_below(allowance), others_until_);
  return std::min(with_others, without_others);
}

absl::Time RequestBudget::WhenResultsAreBelow(int allowance) const {
  int counted = 0;
  for (auto sent = sent_.rbegin(); sent != sent_.rend(); ++sent) {
    if (sent->request_class != RequestClass::kResults) continue;
    if (++counted == allowance) return sent->time + Span();
  }
  return absl::InfinitePast();
}

void RequestBudget::Forget() {
  const absl::Time now = clock_->MonotonicNow();
  while (!sent_.empty() && sent_.front().time + Span() <= now) sent_.pop_front();
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
