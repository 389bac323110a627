#ifndef GCJOBS_SERVER_SCHEDULER_POLL_PLAN_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_PLAN_H_

#include <vector>

#include "server/scheduler/survival_curve.h"

namespace gcjobs {

// When to poll jobs of one law next, if a poll costs as much as `price`
// seconds of lag: from each age at which a job may have been seen unfinished,
// the age of the next poll that makes the expected lag and the price of this
// and all later polls least.
//
// Polling as soon as the waste W(x, a) has reached the price is nearly as good
// for most laws, but not where the hazard falls: once the first of two modes is
// over nothing is gained by waiting, though little waste has gathered yet.
//
// With U(x) = S(x) times the expected cost from x on,
//     U(x) = min over y > x of  S(x) (y - x + price) + U(y)
// (R. E. Barlow, L. C. Hunter, F. Proschan, "Optimum checking procedures", J. SIAM
// 11, 1963), solved backwards over a grid of ages. Each y is a line in s = S(x),
// and the least of these lines is found in constant time, so that a plan costs some
// microseconds.
//
// Immutable values; any thread.
class PollPlan {
 public:
  PollPlan(const SurvivalCurve& curve, double price);

  // The age, later than `seen`, at which a job last seen unfinished at that age
  // is to be polled next. `curve`: the one that the plan was made of.
  double NextPoll(const SurvivalCurve& curve, double seen) const;

 private:
  double price_;
  // The next poll from each node of the grid; beyond the last one next to no
  // job of this law is left.
  std::vector<float> next_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_PLAN_H_
