#ifndef GCJOBS_COMMON_MUTEX_H_
#define GCJOBS_COMMON_MUTEX_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#if defined(__SANITIZE_THREAD__)
#define GCJOBS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GCJOBS_TSAN 1
#endif
#endif

#ifdef GCJOBS_TSAN
#include <condition_variable>
#include <mutex>

#include "absl/time/clock.h"
#endif

namespace gcjobs {

// absl::Mutex under our name, so that ThreadSanitizer builds can have another:
// the absl library of a distribution is not instrumented, and its mutex is
// invisible to TSan. In all other builds this is absl::Mutex.
#ifndef GCJOBS_TSAN
using Mutex = absl::Mutex;
using MutexLock = absl::MutexLock;
#else
// The part of absl::Mutex that we use, slower: each waiter evaluates its
// condition itself, after every Unlock.
class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mu_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() {
    changed_.notify_all();  // first: once unlocked, a waiter may destroy this mutex
    mu_.unlock();
  }
  void AssertHeld() const ABSL_ASSERT_EXCLUSIVE_LOCK() {}
  void Await(const absl::Condition& condition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    AwaitWithDeadline(condition, absl::InfiniteFuture());
  }
  bool AwaitWithTimeout(const absl::Condition& condition, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    return AwaitWithDeadline(condition, absl::Now() + timeout);
  }
  bool AwaitWithDeadline(const absl::Condition& condition, absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    std::unique_lock<std::mutex> lock(mu_, std::adopt_lock);
    const auto holds = [&condition] { return condition.Eval(); };
    // Others wait for what was changed before this wait.
    changed_.notify_all();
    bool held = true;
    if (deadline == absl::InfiniteFuture()) {
      changed_.wait(lock, holds);
    } else {
      held = changed_.wait_until(lock, absl::ToChronoTime(deadline), holds);
    }
    lock.release();  // the caller still holds mu_
    return held;
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu) : mu_(mu) { mu_->Lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mu_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mu_;
};
#endif

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_MUTEX_H_
