#ifndef GCJOBS_SERVER_SCHEDULER_POLL_PRICE_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_PRICE_H_

#include "absl/time/time.h"

#include "server/scheduler/request_budget.h"

namespace gcjobs {

// What a poll costs, in seconds of expected waste: a job is worth a request when so
// much has gathered. Nobody sets the price: it rises while polls are made faster than
// the budget grows, and falls while they are made slower.
//
// Polls are paced by a bucket of tokens. It fills at the greatest steady pace that
// the budget can hold from now on, whatever is in the window already, so that a burst
// never uses up the window and then starves. It is shallow compared with the window,
// and its level steers the price: an emptying bucket raises it, a full one lets it
// fall. In between the price moves slowly, since polls at a steady price are the best
// use of a budget (docs/decisions/0006). But while most of the window is free, a poll
// costs next to nothing.
//
// Loop thread only.
class PollPrice {
 public:
  struct Options {
    // The lowest price, in seconds: a poll that would save less is not worth a request
    // even when there are plenty. Lower: more polls where the budget suffices.
    double floor = 0.05;
    // The bucket's depth as a share of what polls may use of the window. Higher:
    // a steadier price, and less of the budget used.
    double depth = 0.1;
  };

  // `budget` must outlive this.
  PollPrice(Options options, const RequestBudget* budget, absl::Time now);

  // Lets the time pass up to `now`: the bucket fills, the price moves.
  void Advance(absl::Time now);

  // In seconds of expected waste.
  double price() const { return price_; }
  double floor() const { return options_.floor; }

  // The bucket has a token: as far as pacing goes, a poll may be made now.
  bool affordable() const { return tokens_ >= 1; }
  // When it will have one, at the present pace; now or earlier when it has.
  absl::Time NextToken() const;

  // A poll was made, of a job whose expected waste was so many seconds.
  void Spend(double waste);

  // Polls a second that the budget can sustain from now on.
  double pace() const { return pace_; }
  // Polls a second that it can sustain in the long run.
  double capacity() const { return capacity_; }

 private:
  double SustainablePace() const;
  void MeasureBudget();
  // The price and the pace follow from the rest.
  void Update();
  double Spendable() const;

  const Options options_;
  const RequestBudget* const budget_;
  absl::Time now_;
  double most_ = 0;  // what polls may use of a window
  double depth_;
  double tokens_;
  double pace_ = 0;
  double capacity_ = 0;
  double full_for_ = 0;      // seconds for which the bucket has been full
  double log_base_;          // log of the price while the bucket is at least half full
  bool was_scarce_ = false;  // the window has been in use
  double scarce_price_ = 0;  // were it in use now
  double price_ = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_PRICE_H_
