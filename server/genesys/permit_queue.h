#ifndef GCJOBS_SERVER_GENESYS_PERMIT_QUEUE_H_
#define GCJOBS_SERVER_GENESYS_PERMIT_QUEUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/metrics.h"
#include "server/genesys/token_source.h"
#include "server/net/event_loop.h"
#include "server/scheduler/request_budget.h"
#include "server/scheduler/request_class.h"

namespace gcjobs {

// Who waits for a token and for the budget: by class, then in order. Loop
// thread only; must live until the loop turns no more.
class PermitQueue {
 public:
  using Granted = absl::AnyInvocable<void(absl::Status)>;

  struct Options {
    std::string org;  // for the metric
    // Waiting requests of one class; more are refused. Each costs a few hundred
    // bytes.
    size_t max_waiting = 10'000;
  };

  // All pointers must outlive this.
  PermitQueue(Options options, TokenSource* tokens, RequestBudget* budget, EventLoop* loop,
              Metrics* metrics);
  PermitQueue(const PermitQueue&) = delete;
  PermitQueue& operator=(const PermitQueue&) = delete;

  // As GenesysClient::Acquire.
  void Acquire(RequestClass request_class, absl::Duration max_wait, Granted granted);

  // As GenesysClient::Release.
  void Release(RequestClass request_class);

  // Looks soon who can be served: the budget may have changed.
  void Wake();

 private:
  // Ids grow, so that a map by id is a queue from which any can be taken.
  using WaiterId = uint64_t;
  struct Waiter {
    Granted granted;
    EventLoop::TimerId expiry = 0;
  };
  using Waiters = std::map<WaiterId, Waiter>;

  Waiters& WaitersOf(RequestClass request_class);
  bool IsEmpty() const;
  void Serve();
  void AwaitToken();
  void Grant(RequestClass request_class);
  void WakeWhenPermitted();
  void Expire(RequestClass request_class, WaiterId id, absl::Duration max_wait);
  void FailAll(const absl::Status& status);
  // Takes the waiter out and returns its callback.
  Granted Take(RequestClass request_class, Waiters::iterator waiter);
  absl::Status NoPermit(RequestClass request_class, absl::string_view problem) const;

  const Options options_;
  TokenSource* const tokens_;
  RequestBudget* const budget_;
  EventLoop* const loop_;
  Metrics* const metrics_;

  WaiterId last_id_ = 0;
  std::array<Waiters, kRequestClasses> waiters_;
  bool is_serve_posted_ = false;
  bool is_awaiting_token_ = false;
  EventLoop::TimerId wake_timer_ = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_PERMIT_QUEUE_H_
