#include "server/genesys/permit_queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "server/net/timer.h"

namespace gcjobs {
namespace {

// In order of precedence.
constexpr RequestClass kClasses[kRequestClasses] = {RequestClass::kToken,  RequestClass::kSubmit,
                                                    RequestClass::kCancel, RequestClass::kManage,
                                                    RequestClass::kPoll,   RequestClass::kResults};

// When to come back where the budget does not tell: the queue is full, or a
// token is on its way.
constexpr absl::Duration kShortRetryDelay = absl::Seconds(1);

}  // namespace

// A place in the queue: a local of the story that waits, which leaves the queue
// however the story ends.
class PermitQueue::Place {
 public:
  Place(PermitQueue* queue, RequestClass request_class)
      : queue_(queue), request_class_(request_class), id_(++queue->last_id_) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { queue_->Take(request_class_, id_); }

  void Join(std::string family, Granted granted) {
    queue_->WaitersOf(request_class_).emplace(id_, Waiter{std::move(family), std::move(granted)});
    queue_->CountWaiting(request_class_, 1);
    queue_->Wake();
  }

  void Expire(absl::Duration max_wait) {
    Granted granted = queue_->Take(request_class_, id_);
    if (granted) granted(queue_->NoPermitWithin(request_class_, max_wait));
  }

 private:
  PermitQueue* const queue_;
  const RequestClass request_class_;
  const WaiterId id_;
};

PermitQueue::~PermitQueue() {
  for (const RequestClass request_class : kClasses) {
    Waiters& waiters = WaitersOf(request_class);
    // What is taken out is dropped, which ends the story that waits for it.
    while (!waiters.empty()) Take(request_class, waiters.begin()->first);
  }
}

Task<absl::StatusOr<Permit>> PermitQueue::Acquire(RequestClass request_class, std::string family,
                                                  absl::Duration max_wait) {
  if (WaitersOf(request_class).size() >= options_.max_waiting) {
    co_await Sleep(deps_.loop, absl::ZeroDuration());
    co_return NoPermit(request_class, "too many requests are waiting");
  }
  Place place(this, request_class);
  Timer patience(deps_.loop);
  if (max_wait < absl::InfiniteDuration()) {
    patience.Set(max_wait, [&place, max_wait] { place.Expire(max_wait); });
  }
  absl::StatusOr<Permit> permit = co_await Callback<absl::StatusOr<Permit>>(
      [&place, &family](Granted granted) { place.Join(std::move(family), std::move(granted)); });
  co_return permit;
}

void PermitQueue::TakeBack(RequestClass request_class, const std::string& family) {
  deps_.budget->GiveBack(request_class);
  deps_.families->GiveBack(family, request_class);
  Wake();
}

void PermitQueue::Wake() {
  if (IsEmpty() || !on_wake_) return;
  deps_.loop->Post(
      [on_wake = std::exchange(on_wake_, nullptr)]() mutable { on_wake(/*value=*/true); });
}

// 1. It waits until the budget allows the first of those who wait to be served,
//    as it is now, or until Wake says that this may have changed. What changes
//    while steps 2 and 3 run needs no Wake: the time is taken after them.
// 2. Nobody is served without a token; where none can be had, all who wait are
//    told why.
// 3. With one, all whom the budgets allow are served, class by class. A class
//    that the organisation's holds back holds back those below it as well (see
//    RequestBudget::Earliest), so that nobody takes what one of a higher class
//    waits for.
Task<> PermitQueue::Serve() {
  for (;;) {
    Timer next_grant(deps_.loop);
    co_await Callback<bool>([&](auto on_wake) {
      on_wake_ = std::move(on_wake);
      const absl::Duration delay = NextGrant() - Now();
      if (delay < absl::InfiniteDuration()) next_grant.Set(delay, [this] { Wake(); });
    });
    while (!IsEmpty() && !deps_.tokens->Current()) {
      is_awaiting_token_ = true;
      const absl::StatusOr<std::string> token = co_await deps_.tokens->Get();
      is_awaiting_token_ = false;
      if (!token.ok()) FailAll(token.status());
    }
    for (const RequestClass request_class : kClasses) Grant(request_class);
  }
}

void PermitQueue::Grant(RequestClass request_class) {
  // Whoever is told may join again, or end others that wait: hence by id.
  WaiterId next = 0;
  while (deps_.budget->Earliest(request_class) <= Now()) {
    const auto waiter = WaitersOf(request_class).lower_bound(next);
    if (waiter == WaitersOf(request_class).end()) return;
    next = waiter->first + 1;
    const std::string family = waiter->second.family;
    if (deps_.families->Earliest(family, request_class) > Now()) continue;
    deps_.budget->Start(request_class);
    deps_.families->Start(family, request_class);
    Take(request_class, waiter->first)(Permit(issuer_, request_class, family));
  }
}

void PermitQueue::FailAll(const absl::Status& status) {
  // Whoever asks again at once waits for the next token.
  const WaiterId last_id = last_id_;
  for (const RequestClass request_class : kClasses) {
    Waiters& waiters = WaitersOf(request_class);
    while (!waiters.empty() && waiters.begin()->first <= last_id) {
      Take(request_class, waiters.begin()->first)(status);
    }
  }
}

void PermitQueue::CountWaiting(RequestClass request_class, double change) {
  if (request_class == RequestClass::kPoll) return;
  deps_.metrics->PermitQueue(options_.org, std::string(Name(request_class))).Increment(change);
}

PermitQueue::Granted PermitQueue::Take(RequestClass request_class, WaiterId id) {
  auto taken = WaitersOf(request_class).extract(id);
  if (taken.empty()) return nullptr;
  CountWaiting(request_class, -1);
  return std::move(taken.mapped().granted);
}

PermitQueue::Waiters& PermitQueue::WaitersOf(RequestClass request_class) {
  return waiters_[static_cast<size_t>(request_class)];
}

bool PermitQueue::IsEmpty() const {
  return std::all_of(waiters_.begin(), waiters_.end(),
                     [](const Waiters& waiters) { return waiters.empty(); });
}

absl::Time PermitQueue::NextGrant() const {
  absl::Time next = absl::InfiniteFuture();
  for (const RequestClass request_class : kClasses) {
    if (waiters_[static_cast<size_t>(request_class)].empty()) continue;
    next =
        std::min(next, std::max(deps_.budget->Earliest(request_class), FirstFamily(request_class)));
  }
  return next;
}

absl::Time PermitQueue::FirstFamily(RequestClass request_class) const {
  absl::Time first = absl::InfiniteFuture();
  const std::string* last_family = nullptr;  // most wait for the same one
  for (const auto& [id, waiter] : waiters_[static_cast<size_t>(request_class)]) {
    if (last_family != nullptr && waiter.family == *last_family) continue;
    last_family = &waiter.family;
    first = std::min(first, deps_.families->Earliest(waiter.family, request_class));
    if (first <= Now()) break;
  }
  return first;
}

absl::Status PermitQueue::NoPermit(RequestClass request_class, absl::string_view problem) const {
  const absl::string_view name = Name(request_class);
  const absl::Duration until_permit = deps_.budget->Earliest(request_class) - Now();
  return MakeRetryableError(errors::kGenesysRateLimited, std::max(until_permit, kShortRetryDelay),
                            absl::StrCat("request budget of class ", name, ": ", problem),
                            {{"request_class", name}});
}

absl::Status PermitQueue::NoPermitWithin(RequestClass request_class,
                                         absl::Duration max_wait) const {
  const std::string waited = absl::FormatDuration(max_wait);
  if (!is_awaiting_token_) return NoPermit(request_class, absl::StrCat("none within ", waited));
  return MakeRetryableError(errors::kGenesysUnavailable, kShortRetryDelay,
                            absl::StrCat("no token within ", waited), {{"max_wait", waited}});
}

}  // namespace gcjobs
