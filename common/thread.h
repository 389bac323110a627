#ifndef GCJOBS_COMMON_THREAD_H_
#define GCJOBS_COMMON_THREAD_H_

#include <string>
#include <thread>

#include "absl/functional/any_invocable.h"

namespace gcjobs {

// A thread with a name (shown by ps, gdb and top, which see its first 15
// characters) that is joined when it is destroyed. The owner tells `body` to stop first.
class Thread {
 public:
  Thread(std::string name, absl::AnyInvocable<void()> body);
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

 private:
  std::thread thread_;
};

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_THREAD_H_
