#ifndef GCJOBS_SERVER_NET_EVENT_LOOP_H_
#define GCJOBS_SERVER_NET_EVENT_LOOP_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace gcjobs {

// What a loop does while it has nothing to run: wait for I/O.
class Poller {
 public:
  virtual ~Poller() = default;

  // Waits at most `timeout` until I/O is ready (not at all when some is), then
  // handles it and runs its callbacks. It does not wait once a callback has
  // run: the loop must first look at what the callback posted. Loop thread only.
  virtual void Poll(absl::Duration timeout) = 0;

  // Ends a Poll early, or makes the next one return at once. Any thread.
  virtual void Wakeup() = 0;
};

// One thread's queue of tasks and timers: the lock of everything that lives on
// the loop. Run() is for the process; tests call Turn() by hand with a fake
// clock, and nothing moves unless they do.
class EventLoop {
 public:
  using Task = absl::AnyInvocable<void()>;
  using TimerId = uint64_t;  // 0 is never used

  // `clock` and `poller` must outlive the loop. A null `poller` is for tests:
  // then only Turn() and TestOnlyRunUntilIdle() may be used.
  EventLoop(const Clock* clock, Poller* poller);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs `task` on the loop thread, after all tasks posted before, at the next
  // turn at the earliest. Any thread. A task posted after Run() has returned is
  // destroyed, not run.
  void Post(Task task) ABSL_LOCKS_EXCLUDED(mu_);

  // Runs `task` once, `delay` from now (at the next turn when `delay` is not
  // positive). Loop thread only.
  TimerId RunAfter(absl::Duration delay, Task task);

  // Forgets a timer; harmless when it has run, also from within its own task.
  // Loop thread only.
  void CancelTimer(TimerId id);

  // Turns until Stop(). Makes the calling thread the loop thread. REQUIRES: a
  // poller. A loop runs once: after Stop() it stays stopped.
  void Run() ABSL_LOCKS_EXCLUDED(mu_);

  // Makes Run() return after the turn under way, or at once when it has not
  // begun. What was posted before Stop() still runs; what those tasks post, and
  // all timers, do not. Any thread.
  void Stop();

  // Runs what is posted and the timers that are due, then polls for at most
  // `max_wait` (less when a timer comes first, not at all when a task is
  // waiting). Returns whether any task or timer ran.
  bool Turn(absl::Duration max_wait) ABSL_LOCKS_EXCLUDED(mu_);

  // Turns without waiting until nothing is left that could run now. Returns
  // false when it gave up because something posts or re-arms itself for ever.
  bool TestOnlyRunUntilIdle() ABSL_LOCKS_EXCLUDED(mu_);

  // When the next timer is due, on the clock's monotonic scale;
  // InfiniteFuture when there is none. Loop thread only.
  absl::Time NextTimer() const;

  const Clock* clock() const { return clock_; }

 private:
  // Ordered by due time, then by age, so that timers of one instant run in
  // the order in which they were set.
  using TimerKey = std::pair<absl::Time, TimerId>;

  bool RunPosted() ABSL_LOCKS_EXCLUDED(mu_);
  void RunLastPosted() ABSL_LOCKS_EXCLUDED(mu_);
  bool HasPosted() ABSL_LOCKS_EXCLUDED(mu_);
  bool RunDueTimers();
  absl::Duration TimeToNextTimer() const;
  void Poll(absl::Duration max_wait) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Duration BeginPoll(absl::Duration max_wait) ABSL_LOCKS_EXCLUDED(mu_);
  void EndPoll() ABSL_LOCKS_EXCLUDED(mu_);

  const Clock* const clock_;
  Poller* const poller_;
  std::atomic<bool> stop_{false};

  // Loop thread only.
  TimerId last_timer_ = 0;
  std::map<TimerKey, Task> timers_;
  absl::flat_hash_map<TimerId, absl::Time> due_;

  Mutex mu_;  // leaf
  std::vector<Task> posted_ ABSL_GUARDED_BY(mu_);
  // The loop thread while it may be waiting and nobody has woken it; else none.
  std::thread::id waiting_ ABSL_GUARDED_BY(mu_);
  // Nothing runs any more; what is posted is dropped.
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_NET_EVENT_LOOP_H_
