#include "client/cli_io.h"

#include <gtest/gtest.h>

#include "common/thread.h"

namespace gcjobs {
namespace {

TEST(InterruptTest, EndsASleep) {
  Interrupt interrupt;
  const Thread setter("setter", [&] { interrupt.Set(); });
  EXPECT_FALSE(interrupt.Sleep(absl::InfiniteDuration()));
  EXPECT_TRUE(interrupt.IsSet());
}

TEST(InterruptTest, ASleepThatIsNotInterruptedEnds) {
  Interrupt interrupt;
  EXPECT_TRUE(interrupt.Sleep(absl::ZeroDuration()));
  EXPECT_FALSE(interrupt.IsSet());
}

TEST(InterruptTest, ScopesMayComeAndGoAroundIt) {
  Interrupt interrupt;
  grpc::ClientContext before;
  { const Interrupt::Scope scope(&interrupt, &before); }
  interrupt.Set();
  interrupt.Set();
  grpc::ClientContext after;
  const Interrupt::Scope scope(&interrupt, &after);
  EXPECT_TRUE(interrupt.IsSet());
}

}  // namespace
}  // namespace gcjobs
