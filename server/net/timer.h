#ifndef GCJOBS_SERVER_NET_TIMER_H_
#define GCJOBS_SERVER_NET_TIMER_H_

#include <utility>

#include "absl/time/time.h"
#include "common/task.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// One timer of a loop, which is forgotten when this goes. Loop thread only.
class Timer {
 public:
  // `loop` outlives the timer.
  explicit Timer(EventLoop* loop) : loop_(loop) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { Cancel(); }

  // Runs `task` once, `delay` from now, instead of what was set before.
  void Set(absl::Duration delay, EventLoop::Task task) {
    Cancel();
    id_ = loop_->RunAfter(delay, std::move(task));
  }
  // Harmless when nothing is set, or when it has run.
  void Cancel() {
    if (id_ != 0) loop_->CancelTimer(std::exchange(id_, 0));
  }

 private:
  EventLoop* const loop_;
  EventLoop::TimerId id_ = 0;
};

// Waits for `delay`; never within the call, also when `delay` is not positive.
// `loop` outlives the story.
inline Task<> Sleep(EventLoop* loop, absl::Duration delay) {
  Timer timer(loop);
  co_await Callback<bool>(
      [&](auto done) { timer.Set(delay, [done = std::move(done)]() mutable { done(true); }); });
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_NET_TIMER_H_
