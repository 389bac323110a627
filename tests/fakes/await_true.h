#ifndef GCJOBS_TESTS_FAKES_AWAIT_TRUE_H_
#define GCJOBS_TESTS_FAKES_AWAIT_TRUE_H_

#include <functional>
#include <thread>

namespace gcjobs::testing {

// Waits for a condition that another thread brings about; the test's time limit
// is the only one.
inline void AwaitTrue(const std::function<bool()>& condition) {
  while (!condition()) std::this_thread::yield();
}

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_AWAIT_TRUE_H_
