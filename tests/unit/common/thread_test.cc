#include "common/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <memory>
#include <string>
#include <utility>

namespace gcjobs {
namespace {

// The name that the kernel shows for a Thread made with `name`.
std::string ShownName(const std::string& name) {
  char shown[16] = {};
  {
    const Thread thread(name, [&shown] { pthread_getname_np(pthread_self(), shown, 16); });
  }
  return shown;
}

TEST(ThreadTest, HasItsNameWhenTheBodyRuns) {
  EXPECT_EQ(ShownName("gcjobs-writer"), "gcjobs-writer");
  EXPECT_EQ(ShownName("exactly15chars."), "exactly15chars.");
}

// The kernel refuses a longer name and would leave the creator's.
TEST(ThreadTest, ALongNameIsCut) { EXPECT_EQ(ShownName("gcjobs-event-loop"), "gcjobs-event-lo"); }

TEST(ThreadTest, TheDestructorWaitsForTheBody) {
  int steps = 0;
  {
    const Thread thread("steps", [&steps] {
      for (int i = 0; i < 100000; ++i) ++steps;
    });
  }
  EXPECT_EQ(steps, 100000);
}

TEST(ThreadTest, TheBodyMayOwnWhatCannotBeCopied) {
  auto owned = std::make_unique<int>(41);
  int seen = 0;
  {
    const Thread thread("owner", [&seen, owned = std::move(owned)] { seen = ++*owned; });
  }
  EXPECT_EQ(seen, 42);
}

}  // namespace
}  // namespace gcjobs
