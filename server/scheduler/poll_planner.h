#ifndef GCJOBS_SERVER_SCHEDULER_POLL_PLANNER_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_PLANNER_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_map.h"

#include "server/scheduler/poll_plan.h"
#include "server/scheduler/survival_book.h"

namespace gcjobs {

// The plans of all classes at the present price. A plan is made when it is asked
// for, and kept while its class has learned nothing and the price has hardly
// moved.
//
// Loop thread only.
class PollPlanner {
 public:
  // `book` must outlive this.
  explicit PollPlanner(const SurvivalBook* book) : book_(book) {}

  // PollPlan::NextPoll for a job of that class at that price.
  double NextPoll(SurvivalBook::ClassId poll_class, double seen, double price);

 private:
  struct Kept {
    uint64_t version = 0;  // of the class's model
    double price = 0;
    std::optional<PollPlan> plan;
  };
  // Two: watched jobs have a price of their own.
  struct KeptPlans {
    std::array<Kept, 2> plans;
    int used = 0;
  };

  const SurvivalBook* const book_;
  absl::flat_hash_map<SurvivalBook::ClassId, KeptPlans> kept_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_PLANNER_H_
