#include "server/jobs/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::JobWorld;
using ::gcjobs::testing::StatusIs;

class RetentionTest : public ::testing::Test {
 protected:
  // A finished job that is kept for an hour.
  std::string Finished(const std::string& upstream_id) {
    JobSubmission job = JobWorld::Plain();
    *job.record.mutable_retention() = ToProto(absl::Hours(1));
    const std::string id = world_.SubmitAccepted(job, upstream_id);
    world_.Poll("COMPLETED");
    return id;
  }
  bool Exists(const std::string& job_id) { return world_.store().reader().GetJob(job_id).ok(); }
  size_t Events(const std::string& job_id) { return world_.History(job_id).size(); }
  void Sweep() {
    Retention::Options options;
    options.batch = 2;
    retention_.emplace(options,
                       Retention::Deps{&world_.loop(), &world_.store(), &world_.readers()});
    retention_->Start();
    world_.Settle();
  }

  JobWorld world_;
  std::optional<Retention> retention_;
};

TEST_F(RetentionTest, AJobIsDeletedWhenItsTimeHasCome) {
  const std::string id = Finished("u-1");
  world_.Advance(absl::Minutes(59));
  Sweep();
  EXPECT_TRUE(Exists(id));
  world_.Advance(absl::Minutes(1));
  Sweep();
  EXPECT_FALSE(Exists(id));
}

TEST_F(RetentionTest, ALiveJobIsNeverDeleted) {
  const std::string id = world_.SubmitAccepted();
  world_.clock().Advance(absl::Hours(23));
  Sweep();
  EXPECT_TRUE(Exists(id));
}

TEST_F(RetentionTest, OneSweepTakesSeveralBatches) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Finished("u-" + std::to_string(i)));
  world_.Advance(absl::Hours(2));
  Sweep();
  for (const std::string& id : ids) EXPECT_FALSE(Exists(id));
}

TEST_F(RetentionTest, TheEventsOfADeletedJobStayForTheWindow) {
  const std::string id = Finished("u-1");
  world_.Advance(absl::Hours(1));
  Sweep();
  EXPECT_EQ(Events(id), 4u);  // QUEUED, PENDING, SUCCEEDED, DELETED
  world_.Advance(absl::Hours(25));
  Sweep();
  EXPECT_EQ(Events(id), 0u);
  EXPECT_THAT(world_.store().reader().ReadEvents(0, {}).status(),
              StatusIs(absl::StatusCode::kOutOfRange, "REVISION_COMPACTED"));
}

TEST_F(RetentionTest, StartSweepsAgainAndAgain) {
  const std::string id = Finished("u-1");
  Retention retention({}, {&world_.loop(), &world_.store(), &world_.readers()});
  retention.Start();
  for (int i = 0; i < 61; ++i) world_.Advance(absl::Minutes(1));
  EXPECT_FALSE(Exists(id));
}

}  // namespace
}  // namespace gcjobs
