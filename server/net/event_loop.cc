#include "server/net/event_loop.h"

#include <algorithm>
#include <cassert>

namespace gcjobs {
namespace {

// How long Run() may wait when no timer is set; a wakeup ends it. Finite,
// because pollers hand it to C calls that count milliseconds in an int.
constexpr absl::Duration kLongestWait = absl::Hours(1);

// When TestOnlyRunUntilIdle gives up. Far above any chain of tasks that ends; reached
// in well under a second.
constexpr int kMaxIdleTurns = 100'000;

}  // namespace

EventLoop::EventLoop(const Clock* clock, Poller* poller) : clock_(clock), poller_(poller) {}

EventLoop::~EventLoop() {
  // Tasks may own things whose destructors post, or cancel timers: they must
  // still find a whole loop.
  std::vector<Task> posted;
  {
    MutexLock lock(&mu_);
    finished_ = true;
    posted.swap(posted_);
  }
  posted.clear();
  const std::map<TimerKey, Task> timers = std::move(timers_);
  timers_.clear();
  due_.clear();
}

void EventLoop::Post(Task task) {
  bool wake = false;
  {
    MutexLock lock(&mu_);
    if (finished_) return;
    posted_.push_back(std::move(task));
    // The loop thread itself is not asleep, only inside a callback of Poll,
    // after which Poll returns. Others wake it once per wait.
    wake = waiting_ != std::thread::id() && waiting_ != std::this_thread::get_id();
    if (wake) waiting_ = std::thread::id();
  }
  if (wake) poller_->Wakeup();
}

EventLoop::TimerId EventLoop::RunAfter(absl::Duration delay, Task task) {
  const TimerId id = ++last_timer_;
  const absl::Time due = clock_->MonotonicNow() + std::max(delay, absl::ZeroDuration());
  timers_.emplace(TimerKey(due, id), std::move(task));
  due_.emplace(id, due);
  return id;
}

void EventLoop::CancelTimer(TimerId id) {
  const auto it = due_.find(id);
  if (it == due_.end()) return;
  // Taken out first: destroying the task may call back into this loop.
  const auto forgotten = timers_.extract(TimerKey(it->second, id));
  due_.erase(it);
}

void EventLoop::Run() {
  assert(poller_ != nullptr);
  while (!stop_.load(std::memory_order_acquire)) Turn(kLongestWait);
  RunLastPosted();
}

void EventLoop::Stop() {
  stop_.store(true, std::memory_order_release);
  // Not coalesced: the flag is no task, so the loop may be about to wait
  // without having seen it. Wakeup makes that wait return.
  if (poller_ != nullptr) poller_->Wakeup();
}

bool EventLoop::Turn(absl::Duration max_wait) {
  const bool ran_posted = RunPosted();
  const bool ran_timers = RunDueTimers();
  if (poller_ != nullptr) Poll(max_wait);
  return ran_posted || ran_timers;
}

bool EventLoop::TestOnlyRunUntilIdle() {
  for (int turn = 0; turn < kMaxIdleTurns; ++turn) {
    // A turn that ran nothing may have polled something that posted.
    if (!Turn(absl::ZeroDuration()) && !HasPosted()) return true;
  }
  return false;
}

absl::Time EventLoop::NextTimer() const {
  return timers_.empty() ? absl::InfiniteFuture() : timers_.begin()->first.first;
}

bool EventLoop::RunPosted() {
  std::vector<Task> batch;
  {
    MutexLock lock(&mu_);
    batch.swap(posted_);
  }
  // What these tasks post waits for the next turn, so that timers and I/O get
  // their share.
  for (Task& task : batch) std::exchange(task, nullptr)();
  return !batch.empty();
}

void EventLoop::RunLastPosted() {
  std::vector<Task> batch;
  {
    MutexLock lock(&mu_);
    finished_ = true;
    batch.swap(posted_);
  }
  for (Task& task : batch) std::exchange(task, nullptr)();
}

bool EventLoop::HasPosted() {
  MutexLock lock(&mu_);
  return !posted_.empty();
}

bool EventLoop::RunDueTimers() {
  const absl::Time now = clock_->MonotonicNow();
  // Timers set by timers of this turn wait for the next one. They come last in
  // the order, since nothing can be set for a time before `now`.
  const TimerId newest = last_timer_;
  bool ran = false;
  while (!timers_.empty()) {
    const auto [due, id] = timers_.begin()->first;
    if (due > now || id > newest) break;
    auto timer = timers_.extract(timers_.begin());
    due_.erase(id);
    timer.mapped()();
    ran = true;
  }
  return ran;
}

absl::Duration EventLoop::TimeToNextTimer() const {
  if (timers_.empty()) return absl::InfiniteDuration();
  return std::max(NextTimer() - clock_->MonotonicNow(), absl::ZeroDuration());
}

void EventLoop::Poll(absl::Duration max_wait) {
  const absl::Duration wait = BeginPoll(std::min(max_wait, TimeToNextTimer()));
  poller_->Poll(wait);
  EndPoll();
}

absl::Duration EventLoop::BeginPoll(absl::Duration max_wait) {
  if (max_wait <= absl::ZeroDuration() || stop_.load(std::memory_order_acquire)) {
    return absl::ZeroDuration();
  }
  MutexLock lock(&mu_);
  if (!posted_.empty()) return absl::ZeroDuration();
  waiting_ = std::this_thread::get_id();
  return max_wait;
}

void EventLoop::EndPoll() {
  MutexLock lock(&mu_);
  waiting_ = std::thread::id();
}

}  // namespace gcjobs
