#ifndef GCJOBS_SERVER_GENESYS_PERMIT_QUEUE_H_
#define GCJOBS_SERVER_GENESYS_PERMIT_QUEUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/metrics.h"
#include "common/task.h"
#include "server/genesys/genesys_client.h"
#include "server/genesys/token_source.h"
#include "server/net/event_loop.h"
#include "server/scheduler/family_budgets.h"
#include "server/scheduler/request_budget.h"
#include "server/scheduler/request_class.h"

namespace gcjobs {

// Who waits for a token and for the budgets: by class, then in order; who waits
// for a family of endpoints holds up nobody who waits for another one. Loop
// thread only. When the queue goes, the stories that wait in it end.
class PermitQueue final : private Permit::Issuer {
 public:
  struct Options {
    std::string org;  // for the metric
    // Waiting requests of one class; more are refused. Each costs a few hundred
    // bytes.
    size_t max_waiting = 10'000;
  };
  struct Deps {  // all outlive the queue
    TokenSource* tokens;
    RequestBudget* budget;
    FamilyBudgets* families;
    EventLoop* loop;
    Metrics* metrics;
  };

  PermitQueue(Options options, Deps deps)
      : options_(std::move(options)), deps_(deps), serving_(Serve()) {}
  ~PermitQueue();
  PermitQueue(const PermitQueue&) = delete;
  PermitQueue& operator=(const PermitQueue&) = delete;

  // As GenesysClient::Acquire.
  Task<absl::StatusOr<Permit>> Acquire(RequestClass request_class, std::string family,
                                       absl::Duration max_wait);

  // A budget may have changed: sees soon who can be served.
  void Wake();

 private:
  using Granted = absl::AnyInvocable<void(absl::StatusOr<Permit>)>;
  // Ids grow, so that a map by id is a queue from which any can be taken.
  using WaiterId = uint64_t;
  struct Waiter {
    std::string family;
    Granted granted;
  };
  using Waiters = std::map<WaiterId, Waiter>;
  class Place;

  // Permit::Issuer:
  void TakeBack(RequestClass request_class, const std::string& family) override;

  // The story of the queue, as long as it lives.
  Task<> Serve();
  void Grant(RequestClass request_class);
  void FailAll(const absl::Status& status);
  // Polls are not counted: one at a time is asked for, however many are due
  // (PollScheduler::CountDue).
  void CountWaiting(RequestClass request_class, double change);
  // Takes a waiter out of the queue; null when it is not in it.
  Granted Take(RequestClass request_class, WaiterId id);
  Waiters& WaitersOf(RequestClass request_class);
  // When the first of that class can be served as far as families go.
  absl::Time FirstFamily(RequestClass request_class) const;
  bool IsEmpty() const;
  // When the first of those who wait can be served, as of now.
  absl::Time NextGrant() const;
  absl::Status NoPermit(RequestClass request_class, absl::string_view problem) const;
  absl::Status NoPermitWithin(RequestClass request_class, absl::Duration max_wait) const;
  absl::Time Now() const { return deps_.loop->clock()->MonotonicNow(); }

  const Options options_;
  const Deps deps_;
  // What permits hold a weak pointer to; owns nothing.
  const std::shared_ptr<Permit::Issuer> issuer_{static_cast<Permit::Issuer*>(this),
                                                [](Permit::Issuer*) {}};

  WaiterId last_id_ = 0;
  std::array<Waiters, kRequestClasses> waiters_;
  bool is_awaiting_token_ = false;
  absl::AnyInvocable<void(bool)> on_wake_;  // set while Serve waits for news
  Story serving_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_PERMIT_QUEUE_H_
