#include "server/scheduler/poll_planner.h"

#include <cmath>

namespace gcjobs {
namespace {

// A plan serves for prices up to this factor away from its own: the lag is flat
// around the best plan.
constexpr double kPriceTolerance = 1.05;

}  // namespace

double PollPlanner::NextPoll(SurvivalBook::ClassId poll_class, double seen, double price) {
  const SurvivalModel& model = book_->ModelOf(poll_class);
  KeptPlans& kept = kept_[poll_class];
  const auto fits = [&](const Kept& entry) {
    return entry.plan && entry.version == model.version() &&
           entry.price < price * kPriceTolerance && price < entry.price * kPriceTolerance;
  };
  if (!fits(kept.plans[kept.used])) kept.used = 1 - kept.used;
  Kept& entry = kept.plans[kept.used];
  if (!fits(entry)) {
    entry.version = model.version();
    entry.price = price;
    entry.plan.emplace(model.curve(), price);
  }
  return entry.plan->NextPoll(model.curve(), seen);
}

}  // namespace gcjobs
