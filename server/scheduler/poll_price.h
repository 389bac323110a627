#ifndef GCJOBS_SERVER_SCHEDULER_POLL_PRICE_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_PRICE_H_

#include "absl/time/time.h"

#include "server/scheduler/request_budget.h"

namespace gcjobs {

// What a poll costs: so many seconds of expected waste must have gathered for a
// job before it is worth a request. The price is not set by anybody: it rises
// while polls are taken faster than the budget grows, and falls while they are
// taken slower.
//
// Polls are paced by a bucket of tokens. It fills at the greatest steady pace
// that the budget can hold from now on, whatever is in the window already, so
// that a burst never uses up the window and then starves. It is shallow next
// to the window, and its level steers the price: an emptying bucket raises it,
// a full one lets it fall. It moves slowly in between, for polls at a steady
// price are the best use of a budget.
//
// Loop thread only.
class PollPrice {
 public:
  struct Options {
    // The lowest price, in seconds: a poll that would save less is not worth a
    // request even when there are plenty. Lower: more polls when idle.
    double floor = 0.05;
    // The bucket's depth as a share of what polls may use of the window. Higher:
    // a steadier price, and less of the budget used.
    double depth = 0.1;
  };

  // `budget` must outlive this.
  PollPrice(Options options, const RequestBudget* budget, absl::Time now);

  // Lets the time pass up to `now`: the bucket fills, the price moves.
  void Advance(absl::Time now);

  // Seconds of expected waste that justify a poll now.
  double price() const;
  double floor() const { return options_.floor; }

  // A poll may be taken now, for all that pacing has to say.
  bool affordable() const { return tokens_ >= 1; }
  // When that will be so at the present pace; in the past when it is.
  absl::Time NextToken() const;

  // A poll was taken of a job whose expected waste was `waste`.
  void Spend(double waste);

  // Polls a second that the budget can hold from now on.
  double pace() const { return pace_; }
  // Polls a second that it can hold in the long run.
  double capacity() const { return capacity_; }

 private:
  double SustainablePace() const;
  void MeasureBudget();
  double Spendable() const;

  const Options options_;
  const RequestBudget* const budget_;
  absl::Time now_;
  double depth_;
  double tokens_;
  double pace_ = 0;
  double capacity_ = 0;
  double full_for_ = 0;  // seconds that the bucket has been full
  double log_base_;      // of the price while the bucket is not nearly empty
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_PRICE_H_
