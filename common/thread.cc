#include "common/thread.h"

#include <pthread.h>

#include <cstddef>
#include <utility>

namespace gcjobs {
namespace {

// What the kernel takes; it refuses a longer name rather than cutting it.
constexpr size_t kMaxNameLength = 15;

}  // namespace

Thread::Thread(std::string name, absl::AnyInvocable<void()> body)
    : thread_([name = std::move(name), body = std::move(body)]() mutable {
        pthread_setname_np(pthread_self(), name.substr(0, kMaxNameLength).c_str());
        body();
      }) {}

Thread::~Thread() { thread_.join(); }

}  // namespace gcjobs
