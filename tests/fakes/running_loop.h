#ifndef GCJOBS_TESTS_FAKES_RUNNING_LOOP_H_
#define GCJOBS_TESTS_FAKES_RUNNING_LOOP_H_

#include <memory>
#include <utility>

#include "common/mutex.h"
#include "common/thread.h"
#include "server/net/event_loop.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/notification.h"

namespace gcjobs::testing {

// An event loop on a thread of its own, for tests of what other threads (such
// as gRPC's) post to. Its clock stands still.
class RunningLoop {
 public:
  RunningLoop() : thread_(std::make_unique<Thread>("test-loop", [this] { loop_.Run(); })) {}
  ~RunningLoop() { Stop(); }

  EventLoop* get() { return &loop_; }

  // Runs `task` on the loop and waits for it.
  void RunAndWait(absl::AnyInvocable<void()> task) {
    Notification done;
    loop_.Post([&] {
      task();
      done.Notify();
    });
    done.WaitForNotification();
  }

  // Ends the loop; what is posted from then on is destroyed.
  void Stop() {
    loop_.Stop();
    thread_.reset();
  }

 private:
  // Sleeps until it is woken.
  class Sleeper final : public Poller {
   public:
    void Poll(absl::Duration timeout) override {
      MutexLock lock(&mu_);
      mu_.AwaitWithTimeout(absl::Condition(&woken_), timeout);
      woken_ = false;
    }
    void Wakeup() override {
      MutexLock lock(&mu_);
      woken_ = true;
    }

   private:
    Mutex mu_;
    bool woken_ ABSL_GUARDED_BY(mu_) = false;
  };

  FakeClock clock_;
  Sleeper sleeper_;
  EventLoop loop_{&clock_, &sleeper_};
  std::unique_ptr<Thread> thread_;  // last: it uses all of the above
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_RUNNING_LOOP_H_
