#include <gtest/gtest.h>

#include <string>

#include "tests/unit/jobs/job_world.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::JobWorld;

class AgeGaugesTest : public ::testing::Test {
 protected:
  double Oldest(const std::string& org = "acme") {
    return world_.metrics().OldestLiveJob(org).Value();
  }
  double Overdue(const std::string& org = "acme") {
    return world_.metrics().OverdueJobs(org).Value();
  }
  JobWorld world_;
};

TEST_F(AgeGaugesTest, TellTheAgeOfTheOldestLiveJob) {
  world_.client().hold_permits = true;  // nothing is sent: both stay as they are
  world_.Submit(JobWorld::Plain());
  world_.Advance(absl::Minutes(1));
  world_.Submit(JobWorld::Plain());
  world_.Advance(absl::Minutes(1));
  EXPECT_GE(Oldest(), 105);
  EXPECT_LE(Oldest(), 120);
  EXPECT_EQ(Oldest("globex"), 0);
}

TEST_F(AgeGaugesTest, FallBackToZeroWithTheLastJob) {
  world_.SubmitAccepted();
  world_.Advance(absl::Minutes(1));
  EXPECT_GT(Oldest(), 0);
  world_.Answer(FakeGenesysClient::Ok("COMPLETED"));
  world_.Advance(absl::Minutes(1));
  EXPECT_EQ(Oldest(), 0);
  EXPECT_EQ(Overdue(), 0);
}

// Twenty jobs of about a minute each say how old such jobs become.
TEST_F(AgeGaugesTest, CountTheJobsThatAreOlderThanTheirClassBecomes) {
  for (int i = 0; i < 20; ++i) {
    world_.SubmitAccepted();
    world_.Advance(absl::Minutes(1));
    world_.Answer(FakeGenesysClient::Ok("COMPLETED"));
  }
  const std::string job_id = world_.SubmitAccepted();
  world_.Advance(absl::Seconds(15));
  EXPECT_EQ(Overdue(), 0);
  world_.Advance(absl::Hours(2));
  EXPECT_EQ(Overdue(), 1);
}

}  // namespace
}  // namespace gcjobs
