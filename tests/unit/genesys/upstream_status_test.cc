#include "server/genesys/kinds/upstream_status.h"

#include <gtest/gtest.h>

#include <ostream>

namespace gcjobs {
namespace {

struct StatusCase {
  const char* status;
  v1::JobState state;
};

void PrintTo(const StatusCase& c, std::ostream* os) { *os << '"' << c.status << '"'; }

class StateOfUpstreamStatusTest : public ::testing::TestWithParam<StatusCase> {};

TEST_P(StateOfUpstreamStatusTest, GivesTheState) {
  EXPECT_EQ(StateOfUpstreamStatus(GetParam().status), GetParam().state);
}

INSTANTIATE_TEST_SUITE_P(Table, StateOfUpstreamStatusTest,
                         ::testing::Values(StatusCase{"queued", v1::JOB_STATE_PENDING},
                                           StatusCase{"PENDING", v1::JOB_STATE_PENDING},
                                           StatusCase{"Accepted", v1::JOB_STATE_PENDING},
                                           StatusCase{"scheduled", v1::JOB_STATE_PENDING},
                                           StatusCase{"SUBMITTED", v1::JOB_STATE_PENDING},
                                           StatusCase{"Registered", v1::JOB_STATE_PENDING},
                                           StatusCase{"running", v1::JOB_STATE_RUNNING},
                                           StatusCase{"in progress", v1::JOB_STATE_RUNNING},
                                           StatusCase{"IN_PROGRESS", v1::JOB_STATE_RUNNING},
                                           StatusCase{"In-Progress", v1::JOB_STATE_RUNNING},
                                           StatusCase{"InProgress", v1::JOB_STATE_RUNNING},
                                           StatusCase{"processing", v1::JOB_STATE_RUNNING},
                                           StatusCase{"executing", v1::JOB_STATE_RUNNING},
                                           StatusCase{"gathering", v1::JOB_STATE_RUNNING},
                                           StatusCase{"started", v1::JOB_STATE_RUNNING},
                                           StatusCase{"completed", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"complete", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"success", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"Succeeded", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"FULFILLED", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"failed", v1::JOB_STATE_FAILED},
                                           StatusCase{"failure", v1::JOB_STATE_FAILED},
                                           StatusCase{"ERROR", v1::JOB_STATE_FAILED},
                                           StatusCase{"expired", v1::JOB_STATE_FAILED},
                                           StatusCase{"cancelled", v1::JOB_STATE_CANCELLED},
                                           StatusCase{"Canceled", v1::JOB_STATE_CANCELLED}));

TEST(StateOfUpstreamStatusTest, WhatIsNotKnownHasNoState) {
  for (const char* status : {"", "paused", "complete!", "not running", "completed-with-errors"}) {
    EXPECT_EQ(StateOfUpstreamStatus(status), std::nullopt) << status;
  }
}

TEST(FoldUpstreamStatusTest, TakesCaseAndSeparatorsAway) {
  EXPECT_EQ(FoldUpstreamStatus("Completed_With-Partial results"), "completedwithpartialresults");
  EXPECT_EQ(FoldUpstreamStatus(""), "");
}

}  // namespace
}  // namespace gcjobs
