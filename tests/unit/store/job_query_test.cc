#include "server/store/job_query.h"

#include <gtest/gtest.h>

#include "common/time_conversion.h"
#include "tests/conformance/job_builders.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::At;

v1::Job BlueJob() {
  v1::Job job = testing::NewJob("a", 10).job();
  job.set_action_id("act");
  (*job.mutable_labels())["team"] = "blue";
  (*job.mutable_labels())["tier"] = "1";
  return job;
}

TEST(MatchesTest, EmptyFilterMatchesAll) { EXPECT_TRUE(Matches({}, BlueJob())); }

TEST(MatchesTest, ListMatchesAnyOfItsValues) {
  v1::JobFilter filter;
  filter.add_orgs("other");
  EXPECT_FALSE(Matches(filter, BlueJob()));
  filter.add_orgs("main");
  EXPECT_TRUE(Matches(filter, BlueJob()));
  filter.add_states(v1::JOB_STATE_RUNNING);
  EXPECT_FALSE(Matches(filter, BlueJob()));
  filter.add_states(v1::JOB_STATE_QUEUED);
  EXPECT_TRUE(Matches(filter, BlueJob()));
  filter.add_kinds("conversation.job");
  EXPECT_FALSE(Matches(filter, BlueJob()));
  filter.add_kinds("action.async");
  EXPECT_TRUE(Matches(filter, BlueJob()));
}

TEST(MatchesTest, ActionIsComparedWhole) {
  v1::JobFilter filter;
  filter.set_action_id("ac");
  EXPECT_FALSE(Matches(filter, BlueJob()));
  filter.set_action_id("act");
  EXPECT_TRUE(Matches(filter, BlueJob()));
}

TEST(MatchesTest, AllLabelsMustMatch) {
  v1::JobFilter filter;
  (*filter.mutable_labels())["team"] = "blue";
  EXPECT_TRUE(Matches(filter, BlueJob()));
  (*filter.mutable_labels())["tier"] = "2";
  EXPECT_FALSE(Matches(filter, BlueJob()));
}

TEST(MatchesTest, MissingLabelIsNotAnEmptyOne) {
  v1::JobFilter filter;
  (*filter.mutable_labels())["absent"] = "";
  EXPECT_FALSE(Matches(filter, BlueJob()));
}

TEST(MatchesTest, CreationIsFromAfterInclusiveToBeforeExclusive) {
  const auto created_within = [](absl::Time after, absl::Time before) {
    v1::JobFilter filter;
    *filter.mutable_create_time_after() = ToProto(after);
    *filter.mutable_create_time_before() = ToProto(before);
    return Matches(filter, BlueJob());  // created at 10
  };
  EXPECT_TRUE(created_within(At(10), At(11)));
  EXPECT_FALSE(created_within(At(9), At(10)));
  EXPECT_FALSE(created_within(At(10) + absl::Nanoseconds(1), At(11)));
}

}  // namespace
}  // namespace gcjobs
