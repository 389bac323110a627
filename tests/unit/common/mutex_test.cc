#include "common/mutex.h"

#include <gtest/gtest.h>

#include "common/thread.h"

namespace gcjobs {
namespace {

// What ThreadSanitizer must find no fault with: it is blind for the mutexes of
// a library that was built without it.
struct Turns {
  Mutex mu;
  int taken ABSL_GUARDED_BY(mu) = 0;

  bool IsEven() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) { return taken % 2 == 0; }
  bool IsOdd() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) { return taken % 2 == 1; }
};

TEST(MutexTest, AwaitHandsTurnsBetweenThreads) {
  Turns turns;
  {
    const Thread odd("odd", [&turns] {
      for (int i = 0; i < 1000; ++i) {
        MutexLock lock(&turns.mu);
        turns.mu.Await(absl::Condition(&turns, &Turns::IsOdd));
        ++turns.taken;
      }
    });
    for (int i = 0; i < 1000; ++i) {
      MutexLock lock(&turns.mu);
      turns.mu.Await(absl::Condition(&turns, &Turns::IsEven));
      ++turns.taken;
    }
  }
  MutexLock lock(&turns.mu);
  EXPECT_EQ(turns.taken, 2000);
}

TEST(MutexTest, AwaitWithTimeoutSaysWhetherTheConditionHeld) {
  Turns turns;
  MutexLock lock(&turns.mu);
  EXPECT_TRUE(
      turns.mu.AwaitWithTimeout(absl::Condition(&turns, &Turns::IsEven), absl::ZeroDuration()));
  EXPECT_FALSE(
      turns.mu.AwaitWithTimeout(absl::Condition(&turns, &Turns::IsOdd), absl::Milliseconds(1)));
}

TEST(MutexTest, AwaitWithTimeoutIsWokenByTheChange) {
  Turns turns;
  const Thread changer("changer", [&turns] {
    MutexLock lock(&turns.mu);
    ++turns.taken;
  });
  MutexLock lock(&turns.mu);
  EXPECT_TRUE(
      turns.mu.AwaitWithTimeout(absl::Condition(&turns, &Turns::IsOdd), absl::InfiniteDuration()));
}

}  // namespace
}  // namespace gcjobs
