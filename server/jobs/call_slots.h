#ifndef GCJOBS_SERVER_JOBS_CALL_SLOTS_H_
#define GCJOBS_SERVER_JOBS_CALL_SLOTS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"

#include "common/metrics.h"

namespace gcjobs {

// Bounds the calls of one organisation that are held until their work is done
// (JobKind::holds_call): each keeps a connection for up to a minute, and
// Genesys Cloud runs only so many at a time. Who comes later waits in order.
// How many may wait is Admission's business. Loop thread only.
class CallSlots {
 public:
  using Turn = absl::AnyInvocable<void()>;
  using Place = uint64_t;  // 0 is never used

  // At most `max_calls` at a time, for each organisation. `metrics` must
  // outlive this.
  CallSlots(int max_calls, Metrics* metrics) : max_calls_(max_calls), metrics_(metrics) {}

  // Takes a slot if one is free; it is the caller's until Release.
  bool TryTake(const std::string& org);

  // Waits for a slot: `turn` runs, from within a Release, with a slot that is
  // the waiter's until its own Release. REQUIRES: TryTake has just failed.
  Place Wait(const std::string& org, Turn turn);

  // Gives a place in the queue up; harmless when its turn has come.
  void Leave(const std::string& org, Place place);

  // Gives a slot back; the next in the queue gets it.
  void Release(const std::string& org);

 private:
  struct Lane {
    int taken = 0;
    std::map<Place, Turn> waiting;
  };

  const int max_calls_;
  Metrics* const metrics_;
  Place last_place_ = 0;
  absl::flat_hash_map<std::string, Lane> lanes_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_CALL_SLOTS_H_
