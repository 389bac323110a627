#include "server/scheduler/poll_price.h"

#include <algorithm>
#include <cmath>

namespace gcjobs {
namespace {

// With an empty bucket the price is e^kSwing times the base. A full one does not
// lower it: spare tokens are better spent on the jobs of the next seconds than on
// polls that are not worth their price.
constexpr double kSwing = 0.7;

// With an empty bucket the polls that are made tell the price: with each, the base
// moves this share of the way towards what the poll was worth.
constexpr double kRise = 0.02;

// A full bucket says that the base is too high: its logarithm falls by so much a
// second, and the faster the longer the bucket stays full, up to a halving in 5 s.
constexpr double kFall = 0.005;
constexpr double kFastestFall = 0.14;
constexpr double kFallDoublesAfter = 5;  // seconds

// In between the base follows the level, slowly.
constexpr double kFollow = 0.01;

// While requests are free, a poll costs next to nothing, whatever the base has been made
// by a burst that is over. The price is the floor when more than the larger share of what
// polls may use of the window is free, and the base when less than the smaller one is; in
// between it goes from one to the other. A fleet that needs its budget leaves a tenth of
// the window free, so that the price of its polls is the base. So it is until the window
// has been in use for the first time: scarcity has not made the base yet.
constexpr double kScarceBelow = 0.4;
constexpr double kFreeAbove = 0.7;

// The base just after a start, in seconds: neither so low that the first jobs use up
// the bucket, nor so high that they wait.
constexpr double kFirstPrice = 0.5;

// Points at which the pace is checked, over the length of a window from now on.
constexpr int kPoints = 12;

// Without a pace nobody knows when there is a token; ask again after this.
constexpr absl::Duration kRetry = absl::Seconds(1);

// The highest price, in seconds: months of waste.
constexpr double kHighest = 1e7;

}  // namespace

PollPrice::PollPrice(Options options, const RequestBudget* budget, absl::Time now)
    : options_(options), budget_(budget), now_(now), log_base_(std::log(kFirstPrice)) {
  MeasureBudget();
  tokens_ = depth_;
  Update();
}

void PollPrice::Advance(absl::Time now) {
  const double elapsed = absl::ToDoubleSeconds(now - now_);
  if (elapsed <= 0) return;
  now_ = now;
  MeasureBudget();
  tokens_ = std::min({tokens_ + pace_ * elapsed, depth_, Spendable()});
  full_for_ = tokens_ >= depth_ ? full_for_ + elapsed : 0;
  const double fall = std::min(kFall * std::exp2(full_for_ / kFallDoublesAfter), kFastestFall);
  const double follow = kFollow * pace_ / depth_ * (0.5 - tokens_ / depth_);
  log_base_ += elapsed * (full_for_ > 0 ? -fall : follow);
  log_base_ = std::clamp(log_base_, std::log(options_.floor), std::log(kHighest));
  Update();
}

// What is left when all that was sent has left the window.
void PollPrice::MeasureBudget() {
  most_ = budget_->LeftBy(RequestClass::kPoll, now_ + 2 * budget_->Span());
  capacity_ = most_ / absl::ToDoubleSeconds(budget_->Span());
  depth_ = std::max(options_.depth * most_, 2.0);
}

// What others have used up (submissions above all) cannot be spent, and the price
// has to reflect that.
double PollPrice::Spendable() const {
  return std::max(budget_->LeftBy(RequestClass::kPoll, now_), 0);
}

void PollPrice::Update() {
  const double lack = std::max(1 - 2 * tokens_ / depth_, 0.0);
  const double log_scarce = log_base_ + kSwing * lack;
  const double free = Spendable() / std::max(most_, 1.0);
  if (free < kScarceBelow) was_scarce_ = true;
  const double ease =
      was_scarce_ ? std::clamp((free - kScarceBelow) / (kFreeAbove - kScarceBelow), 0.0, 1.0) : 0;
  scarce_price_ = std::exp(log_scarce);
  price_ = std::exp(log_scarce + ease * (std::log(options_.floor) - log_scarce));
  pace_ = SustainablePace();
}

absl::Time PollPrice::NextToken() const {
  if (affordable()) return now_;
  if (pace_ <= 0) return now_ + kRetry;
  return now_ + std::min(absl::Seconds((1 - tokens_) / pace_) + absl::Microseconds(1), kRetry);
}

void PollPrice::Spend(double waste) {
  if (tokens_ < 2 && waste > scarce_price_) log_base_ += kRise * std::log(waste / scarce_price_);
  tokens_ = std::max(tokens_ - 1, 0.0);
  Update();
}

// What is left at each point ahead, not counting the bucket's tokens, over the time
// until then: the least of these can be sustained all along.
double PollPrice::SustainablePace() const {
  double pace = 1e9;
  for (int point = 1; point <= kPoints; ++point) {
    const absl::Duration ahead = budget_->Span() * point / kPoints;
    const double left = budget_->LeftBy(RequestClass::kPoll, now_ + ahead) - tokens_;
    pace = std::min(pace, left / absl::ToDoubleSeconds(ahead));
  }
  return std::max(pace, 0.0);
}

}  // namespace gcjobs
