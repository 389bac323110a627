#include "server/jobs/call_slots.h"

#include <utility>

namespace gcjobs {

bool CallSlots::TryTake(const std::string& org) {
  Lane& lane = lanes_[org];
  if (lane.taken >= max_calls_) return false;
  ++lane.taken;
  return true;
}

CallSlots::Place CallSlots::Wait(const std::string& org, Turn turn) {
  lanes_[org].waiting.emplace(++last_place_, std::move(turn));
  metrics_->CallQueue(org).Increment();
  return last_place_;
}

void CallSlots::Leave(const std::string& org, Place place) {
  if (lanes_[org].waiting.erase(place) > 0) metrics_->CallQueue(org).Decrement();
}

void CallSlots::Release(const std::string& org) {
  Lane& lane = lanes_[org];
  if (lane.waiting.empty()) {
    --lane.taken;
    return;
  }
  Turn turn = std::move(lane.waiting.begin()->second);
  Leave(org, lane.waiting.begin()->first);
  turn();
}

}  // namespace gcjobs
