#include "common/failpoint.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace gcjobs {
namespace {

using ::testing::ExitedWithCode;
using ::testing::KilledBySignal;

// Passes `name` so often, armed with `setting`, then ends with 0. Only for
// child processes: the setting is read once in a process.
[[noreturn]] void PassAndExit(const char* setting, const char* name, int times) {
  setenv("GCJOBS_FAILPOINT", setting, 1);
  for (int i = 0; i < times; ++i) GCJOBS_FAILPOINT(name);
  std::_Exit(0);
}

TEST(FailpointTest, KillsAtTheFirstPassage) {
  EXPECT_EXIT(PassAndExit("before_post", "before_post", 1), KilledBySignal(SIGKILL), "");
}

TEST(FailpointTest, KillsAtTheNthPassage) {
  EXPECT_EXIT(PassAndExit("before_post:3", "before_post", 2), ExitedWithCode(0), "");
  EXPECT_EXIT(PassAndExit("before_post:3", "before_post", 3), KilledBySignal(SIGKILL), "");
}

TEST(FailpointTest, OtherNamesPass) {
  EXPECT_EXIT(PassAndExit("before_post", "after_post", 5), ExitedWithCode(0), "");
  EXPECT_EXIT(PassAndExit("before_post", "before", 5), ExitedWithCode(0), "");
}

TEST(FailpointTest, WithoutASettingEverythingPasses) {
  EXPECT_EXIT(
      {
        unsetenv("GCJOBS_FAILPOINT");
        GCJOBS_FAILPOINT("before_post");
        std::_Exit(0);
      },
      ExitedWithCode(0), "");
}

TEST(FailpointTest, AnUnreadableCountIsRefusedAloud) {
  for (const char* setting : {"before_post:x", "before_post:", "before_post:0", "before_post:-1"}) {
    EXPECT_EXIT(PassAndExit(setting, "before_post", 1), KilledBySignal(SIGABRT),
                "must be 1 or more");
  }
}

}  // namespace
}  // namespace gcjobs
