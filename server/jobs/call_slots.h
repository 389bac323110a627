#ifndef GCJOBS_SERVER_JOBS_CALL_SLOTS_H_
#define GCJOBS_SERVER_JOBS_CALL_SLOTS_H_

#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/metrics.h"
#include "common/task.h"

#include "server/net/event_loop.h"

namespace gcjobs {

// Bounds the calls of one organisation that are held until their work is done
// (JobKind::holds_call): each keeps a connection for up to a minute, and Genesys
// Cloud runs only so many at a time. Who comes later waits in order. How many may
// wait is Admission's business. Loop thread only.
class CallSlots {
  struct Lane;

 public:
  // The right to hold one call. The next in the queue gets it, in a later turn of
  // the loop, when this goes. Movable; empty when default constructed or moved
  // from. It may outlive the CallSlots.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&&) noexcept = default;
    Slot& operator=(Slot&& other) noexcept {
      std::swap(lane_, other.lane_);
      return *this;
    }
    ~Slot();

   private:
    friend class CallSlots;
    explicit Slot(std::shared_ptr<Lane> lane) : lane_(std::move(lane)) {}

    std::shared_ptr<Lane> lane_;
  };

  // At most `max_calls` at a time, for each organisation. `loop` and `metrics` must
  // outlive this and all slots.
  CallSlots(int max_calls, EventLoop* loop, Metrics* metrics)
      : max_calls_(max_calls), loop_(loop), metrics_(metrics) {}

  // Waits for a slot. A story that ends while it waits leaves the queue.
  Task<Slot> Take(std::string org);

 private:
  class Place;  // in the queue
  struct Lane {
    EventLoop* loop;
    int taken = 0;
    std::list<Place*> waiting;
  };

  const int max_calls_;
  EventLoop* const loop_;
  Metrics* const metrics_;
  absl::flat_hash_map<std::string, std::shared_ptr<Lane>> lanes_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_CALL_SLOTS_H_
