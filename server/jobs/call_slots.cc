#include "server/jobs/call_slots.h"

#include "absl/functional/any_invocable.h"

namespace gcjobs {

// Local of the story that waits.
class CallSlots::Place {
 public:
  Place(std::shared_ptr<Lane> lane, prometheus::Gauge* gauge)
      : lane_(std::move(lane)), gauge_(gauge) {
    here_ = lane_->waiting.insert(lane_->waiting.end(), this);
    gauge_->Increment();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (!has_left_) lane_->waiting.erase(here_);
    gauge_->Decrement();
  }

  void Await(absl::AnyInvocable<void(Slot)> turn) { turn_ = std::move(turn); }
  // What the next slot is to be given to. It has left the queue then.
  absl::AnyInvocable<void(Slot)> Leave() {
    has_left_ = true;
    lane_->waiting.erase(here_);
    return std::move(turn_);
  }

 private:
  const std::shared_ptr<Lane> lane_;
  prometheus::Gauge* const gauge_;
  std::list<Place*>::iterator here_;
  bool has_left_ = false;
  absl::AnyInvocable<void(Slot)> turn_;
};

Task<CallSlots::Slot> CallSlots::Take(std::string org) {
  std::shared_ptr<Lane>& lane = lanes_[org];
  if (lane == nullptr) lane = std::make_shared<Lane>(Lane{loop_, 0, {}});
  if (lane->taken < max_calls_) {
    ++lane->taken;
    co_return Slot(lane);
  }
  Place place(lane, &metrics_->CallQueue(org));
  Slot slot = co_await Callback<Slot>([&](auto turn) { place.Await(std::move(turn)); });
  co_return slot;
}

CallSlots::Slot::~Slot() {
  if (lane_ == nullptr) return;
  if (lane_->waiting.empty()) {
    --lane_->taken;
    return;
  }
  auto turn = lane_->waiting.front()->Leave();
  // Through the loop: a queue of thousands whose stories end at once must not
  // become as deep a stack. A story that ends meanwhile passes the slot on.
  EventLoop* const loop = lane_->loop;
  loop->Post(
      [slot = Slot(std::move(lane_)), turn = std::move(turn)]() mutable { turn(std::move(slot)); });
}

}  // namespace gcjobs
