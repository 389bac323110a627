#ifndef GCJOBS_TESTS_FAKES_NOTIFICATION_H_
#define GCJOBS_TESTS_FAKES_NOTIFICATION_H_

#include "absl/synchronization/mutex.h"
#include "common/mutex.h"

namespace gcjobs::testing {

// As absl::Notification, but of our Mutex: ThreadSanitizer sees through it
// (common/mutex.h). Thread-safe.
class Notification {
 public:
  void Notify() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    notified_ = true;
  }
  bool HasBeenNotified() const ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    return notified_;
  }
  void WaitForNotification() const ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    mu_.Await(absl::Condition(&notified_));
  }

 private:
  mutable Mutex mu_;
  bool notified_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_NOTIFICATION_H_
