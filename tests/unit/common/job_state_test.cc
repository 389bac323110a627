#include "common/job_state.h"

#include <gtest/gtest.h>

namespace gcjobs {
namespace {

TEST(JobStateTest, OnlyEndsAreTerminal) {
  for (int state = 0; state <= 3; ++state) {
    EXPECT_FALSE(IsTerminal(static_cast<v1::JobState>(state))) << state;
  }
  for (int state = 4; state <= 7; ++state) {
    EXPECT_TRUE(IsTerminal(static_cast<v1::JobState>(state))) << state;
  }
  EXPECT_FALSE(IsTerminal(static_cast<v1::JobState>(42)));
}

TEST(JobStateTest, ShortNamesLeaveOutThePrefix) {
  EXPECT_EQ(ShortName(v1::JOB_STATE_OUTCOME_UNKNOWN), "OUTCOME_UNKNOWN");
  EXPECT_EQ(ShortName(static_cast<v1::JobState>(42)), "42");
}

}  // namespace
}  // namespace gcjobs
