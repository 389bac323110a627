#include "server/rpc/job_update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "common/error_info.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class JobUpdateTest : public ::testing::Test {
 protected:
  JobUpdateTest() {
    *job_.mutable_execution_timeout() = ToProto(absl::Hours(2));
    *job_.mutable_poll()->mutable_initial_interval() = ToProto(absl::Seconds(5));
    job_.mutable_poll()->set_max_attempts(7);
    *job_.mutable_labels() = Labels({{"team", "day"}, {"a.b", "1"}});
  }

  static google::protobuf::Map<std::string, std::string> Labels(
      std::initializer_list<std::pair<std::string, std::string>> labels) {
    return {labels.begin(), labels.end()};
  }

  void Mask(std::initializer_list<const char*> paths) {
    for (const char* path : paths) request_.mutable_update_mask()->add_paths(path);
  }

  absl::Status Apply() {
    absl::StatusOr<JobEngine::JobChange> change = BuildJobChange(request_, absl::Hours(24));
    return change.ok() ? (*change)(&job_) : change.status();
  }
  std::string RefusedField() { return GetErrorInfo(Apply())->metadata().at("field"); }

  v1::UpdateJobRequest request_;
  v1::Job job_;
};

TEST_F(JobUpdateTest, WithoutAMaskWhatIsSetIsChanged) {
  *request_.mutable_execution_timeout() = ToProto(absl::Hours(1));
  ASSERT_THAT(Apply(), IsOk());
  EXPECT_EQ(FromProto(job_.execution_timeout()), absl::Hours(1));
  EXPECT_EQ(job_.poll().max_attempts(), 7);
  EXPECT_EQ(job_.labels_size(), 2);
}

TEST_F(JobUpdateTest, AMaskedFieldThatIsNotSetGetsItsDefault) {
  Mask({"execution_timeout", "poll", "labels"});
  ASSERT_THAT(Apply(), IsOk());
  EXPECT_EQ(FromProto(job_.execution_timeout()), absl::Hours(24));
  EXPECT_FALSE(job_.has_poll());
  EXPECT_EQ(job_.labels_size(), 0);
}

TEST_F(JobUpdateTest, AStarNamesEverything) {
  Mask({"*"});
  *request_.mutable_labels() = Labels({{"x", "y"}});
  ASSERT_THAT(Apply(), IsOk());
  EXPECT_FALSE(job_.has_poll());
  EXPECT_THAT(job_.labels(), UnorderedElementsAre(Pair("x", "y")));
}

TEST_F(JobUpdateTest, WhatTheMaskDoesNotNameStays) {
  Mask({"labels"});
  *request_.mutable_execution_timeout() = ToProto(absl::Hours(1));
  *request_.mutable_labels() = Labels({{"x", "y"}});
  ASSERT_THAT(Apply(), IsOk());
  EXPECT_EQ(FromProto(job_.execution_timeout()), absl::Hours(2));
}

TEST_F(JobUpdateTest, OneFieldOfThePolicy) {
  Mask({"poll.max_attempts"});
  request_.mutable_poll()->set_max_attempts(9);
  ASSERT_THAT(Apply(), IsOk());
  EXPECT_EQ(job_.poll().max_attempts(), 9);
  EXPECT_EQ(FromProto(job_.poll().initial_interval()), absl::Seconds(5));
}

TEST_F(JobUpdateTest, APolicyWithoutFieldsIsNone) {
  Mask({"poll.max_attempts", "poll.initial_interval", "poll.max_interval"});
  ASSERT_THAT(Apply(), IsOk());
  EXPECT_FALSE(job_.has_poll());
}

TEST_F(JobUpdateTest, OneLabelIsSetAndAnotherRemoved) {
  Mask({"labels.team", "labels.a.b", "labels.new"});
  *request_.mutable_labels() = Labels({{"team", "night"}, {"new", ""}, {"unnamed", "1"}});
  ASSERT_THAT(Apply(), IsOk());
  EXPECT_THAT(job_.labels(), UnorderedElementsAre(Pair("team", "night"), Pair("new", "")));
}

TEST_F(JobUpdateTest, ThePartsOfAPolicyHaveToFitTogether) {
  Mask({"poll.max_interval"});
  *request_.mutable_poll()->mutable_max_interval() = ToProto(absl::Seconds(4));
  EXPECT_EQ(RefusedField(), "poll.max_interval");
}

TEST_F(JobUpdateTest, TooManyLabelsAreRefusedTogetherWithThoseThereAre) {
  for (int i = 0; i < 62; ++i) (*job_.mutable_labels())[std::to_string(i)] = "";
  Mask({"labels.one_more"});
  *request_.mutable_labels() = Labels({{"one_more", "1"}});
  EXPECT_EQ(RefusedField(), "labels");
}

TEST_F(JobUpdateTest, NothingToChangeIsRefused) {
  EXPECT_THAT(Apply(), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_EQ(RefusedField(), "update_mask");
}

TEST_F(JobUpdateTest, WhatCannotBeChangedIsRefusedByName) {
  for (const char* path : {"state", "poll.maxAttempts", "labels.", "", "poll.max_attempts.x"}) {
    request_.mutable_update_mask()->clear_paths();
    Mask({path});
    EXPECT_EQ(RefusedField(), "update_mask") << path;
  }
}

TEST_F(JobUpdateTest, ValuesOutOfRangeAreRefused) {
  *request_.mutable_execution_timeout() = ToProto(absl::Milliseconds(999));
  EXPECT_EQ(RefusedField(), "execution_timeout");
  request_.Clear();
  request_.mutable_poll()->set_max_attempts(-1);
  EXPECT_EQ(RefusedField(), "poll.max_attempts");
  request_.Clear();
  *request_.mutable_labels() = Labels({{"", "x"}});
  EXPECT_EQ(RefusedField(), "labels");
}

}  // namespace
}  // namespace gcjobs
