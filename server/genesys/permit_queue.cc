#include "server/genesys/permit_queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/error_info.h"
#include "server/genesys/error_mapping.h"

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

PermitQueue::PermitQueue(Options options, TokenSource* tokens, RequestBudget* budget,
                         EventLoop* loop, Metrics* metrics)
    : options_(std::move(options)),
      tokens_(tokens),
      budget_(budget),
      loop_(loop),
      metrics_(metrics) {}

void PermitQueue::Acquire(RequestClass request_class, absl::Duration max_wait, Granted granted) {
  Waiters& waiters = WaitersOf(request_class);
  if (waiters.size() >= options_.max_waiting) {
    loop_->Post([granted = std::move(granted),
                 status = NoPermit(request_class, "too many requests wait")]() mutable {
      granted(status);
    });
    return;
  }
  const WaiterId id = ++last_id_;
  Waiter waiter{std::move(granted)};
  if (max_wait < absl::InfiniteDuration()) {
    waiter.expiry = loop_->RunAfter(
        max_wait, [this, request_class, id, max_wait] { Expire(request_class, id, max_wait); });
  }
  waiters.emplace(id, std::move(waiter));
  metrics_->PermitQueue(options_.org, std::string(Name(request_class))).Increment();
  Wake();
}

void PermitQueue::Release(RequestClass request_class) {
  budget_->GiveBack(request_class);
  Wake();
}

void PermitQueue::Wake() {
  if (is_serve_posted_ || IsEmpty()) return;
  is_serve_posted_ = true;
  loop_->Post([this] { Serve(); });
}

PermitQueue::Waiters& PermitQueue::WaitersOf(RequestClass request_class) {
  return waiters_[static_cast<size_t>(request_class)];
}

bool PermitQueue::IsEmpty() const {
  return std::all_of(waiters_.begin(), waiters_.end(),
                     [](const Waiters& waiters) { return waiters.empty(); });
}

void PermitQueue::Serve() {
  is_serve_posted_ = false;
  if (is_awaiting_token_ || IsEmpty()) return;
  if (!tokens_->Current()) {
    AwaitToken();
    return;
  }
  for (const RequestClass request_class : kClasses) Grant(request_class);
  WakeWhenPermitted();
}

void PermitQueue::AwaitToken() {
  is_awaiting_token_ = true;
  tokens_->Get([this](const absl::StatusOr<std::string>& token) {
    is_awaiting_token_ = false;
    if (!token.ok()) FailAll(token.status());
    Wake();
  });
}

// Where a class is held back by the budget those below it are as well, so that
// no one takes what one of a higher class waits for.
void PermitQueue::Grant(RequestClass request_class) {
  Waiters& waiters = WaitersOf(request_class);
  while (!waiters.empty() && budget_->Earliest(request_class) <= loop_->clock()->MonotonicNow()) {
    budget_->Start(request_class);
    Take(request_class, waiters.begin())(absl::OkStatus());
  }
}

void PermitQueue::WakeWhenPermitted() {
  loop_->CancelTimer(wake_timer_);
  absl::Time earliest = absl::InfiniteFuture();
  for (const RequestClass request_class : kClasses) {
    if (WaitersOf(request_class).empty()) continue;
    earliest = std::min(earliest, budget_->Earliest(request_class));
  }
  if (earliest == absl::InfiniteFuture()) return;
  wake_timer_ = loop_->RunAfter(earliest - loop_->clock()->MonotonicNow(), [this] { Wake(); });
}

void PermitQueue::Expire(RequestClass request_class, WaiterId id, absl::Duration max_wait) {
  Waiters& waiters = WaitersOf(request_class);
  const auto waiter = waiters.find(id);
  if (waiter == waiters.end()) return;
  const std::string waited = absl::FormatDuration(max_wait);
  absl::Status status = NoPermit(request_class, absl::StrCat("none within ", waited));
  if (is_awaiting_token_) {
    status = MakeGenesysError(absl::StatusCode::kUnavailable, kReasonUnavailable,
                              absl::StrCat("no token within ", waited), {{"max_wait", waited}});
    SetRetryDelay(&status, kShortRetryDelay);
  }
  Take(request_class, waiter)(status);
}

void PermitQueue::FailAll(const absl::Status& status) {
  // Whoever asks again from within its callback waits for the next token.
  const WaiterId last_id = last_id_;
  for (const RequestClass request_class : kClasses) {
    Waiters& waiters = WaitersOf(request_class);
    while (!waiters.empty() && waiters.begin()->first <= last_id) {
      Take(request_class, waiters.begin())(status);
    }
  }
}

PermitQueue::Granted PermitQueue::Take(RequestClass request_class, Waiters::iterator waiter) {
  Granted granted = std::move(waiter->second.granted);
  loop_->CancelTimer(waiter->second.expiry);
  WaitersOf(request_class).erase(waiter);
  metrics_->PermitQueue(options_.org, std::string(Name(request_class))).Decrement();
  return granted;
}

absl::Status PermitQueue::NoPermit(RequestClass request_class, absl::string_view problem) const {
  const absl::string_view name = Name(request_class);
  absl::Status status = MakeGenesysError(
      absl::StatusCode::kResourceExhausted, kReasonRateLimited,
      absl::StrCat("request budget of class ", name, ": ", problem), {{"request_class", name}});
  const absl::Duration until_permit =
      budget_->Earliest(request_class) - loop_->clock()->MonotonicNow();
  SetRetryDelay(&status, std::max(until_permit, kShortRetryDelay));
  return status;
}

}  // namespace gcjobs
