#ifndef GCJOBS_TESTS_BENCH_SCHEDULER_POLL_BOUND_H_
#define GCJOBS_TESTS_BENCH_SCHEDULER_POLL_BOUND_H_

#include <utility>
#include <vector>

#include "tests/bench/scheduler/duration_law.h"

namespace gcjobs::bench {

// The smallest mean lag that any poller can have at a mean number of polls per
// job, if it knows the law and sees nothing of a job but "unfinished".
//
// For a price c of a poll the best schedule minimises lag + c * polls:
//     V(x) = min over y > x of (y - x + c) S(x) + V(y),
// exactly solved on a grid as a minimum over lines (V(y) + y s at s = S(x)).
// Sweeping c gives the lower convex hull of (polls, lag), on which every poller
// lies or above.
class PollBound {
 public:
  explicit PollBound(const DurationLaw& law);

  // Mean lag in seconds at `polls` mean polls per job, more than 1.
  double Lag(double polls) const;

 private:
  struct Point {
    double polls, lag;
  };
  // What the best schedule at a price gives.
  Point Best(double price) const;

  double mean_;
  std::vector<double> time_, survival_;
  std::vector<Point> hull_;  // polls ascending
};

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_SCHEDULER_POLL_BOUND_H_
