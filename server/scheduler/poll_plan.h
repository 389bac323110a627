#ifndef GCJOBS_SERVER_SCHEDULER_POLL_PLAN_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_PLAN_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "server/scheduler/survival_book.h"
#include "server/scheduler/survival_curve.h"

namespace gcjobs {

// When to poll jobs of one law, if a poll costs as much as `price` seconds of lag:
// for each age at which a job may have been seen unfinished, the age of the next poll
// that minimises the expected lag plus the price of this and all later polls.
//
// Polling as soon as the waste W(x, a) reaches the price is nearly as good for most
// laws, but not where the hazard falls: once the first of two modes is over, nothing
// is gained by waiting, though little waste has gathered yet.
//
// With U(x) = S(x) times the expected cost from x on,
//     U(x) = min over y > x of  S(x) (y - x + price) + U(y)
// (R. E. Barlow, L. C. Hunter, F. Proschan, "Optimum checking procedures", J. SIAM
// 11, 1963), solved backwards over a grid of ages. For each y this is a line in
// s = S(x), and the lowest of these lines is found in constant time, so that a plan
// takes some 10 microseconds.
//
// Immutable values; any thread.
class PollPlan {
 public:
  PollPlan(const SurvivalCurve& curve, double price);

  // The age, greater than `seen`, at which a job last seen unfinished at age `seen` is
  // to be polled next. `curve` is the one that the plan was made from.
  double NextPoll(const SurvivalCurve& curve, double seen) const;

 private:
  double price_;
  // The age of the next poll for each node of the grid; beyond the last one next to no
  // job of this law is left.
  std::vector<float> next_;
};

// The plans of all classes at the present price. A plan is made when it is needed, and
// kept while its class has learned nothing and the price has hardly moved.
//
// Loop thread only.
class PollPlanner {
 public:
  // `book` must outlive this.
  explicit PollPlanner(const SurvivalBook* book) : book_(book) {}

  // PollPlan::NextPoll for jobs of that class at that price.
  double NextPoll(SurvivalBook::ClassId poll_class, double seen, double price);

 private:
  struct Kept {
    uint64_t version = 0;  // of the class's model
    double price = 0;
    std::optional<PollPlan> plan;
  };
  // Two, since watched jobs have a price of their own.
  struct KeptPlans {
    std::array<Kept, 2> plans;
    int used = 0;
  };

  const SurvivalBook* const book_;
  absl::flat_hash_map<SurvivalBook::ClassId, KeptPlans> kept_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_PLAN_H_
