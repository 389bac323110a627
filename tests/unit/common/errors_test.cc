#include "common/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status_conversion.h"
#include "google/rpc/error_details.pb.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;

// As a client reads it, which knows google.rpc and nothing of ours.
template <typename Detail>
Detail DetailOf(const absl::Status& error) {
  const google::rpc::Status status = ToProto(error);
  Detail found;
  for (const google::protobuf::Any& detail : status.details()) detail.UnpackTo(&found);
  return found;
}

TEST(ErrorsTest, EachErrorTellsAPersonItsCauseAndItsRemedy) {
  const auto message = DetailOf<google::rpc::LocalizedMessage>(JobNotFoundError("17"));
  EXPECT_EQ(message.locale(), "en");
  EXPECT_EQ(message.message(),
            "The job was deleted, its retention has ended, or it belongs to "
            "another server. Check the id; the list of jobs shows those that "
            "there are.");
}

TEST(ErrorsTest, EachErrorLinksToItsSectionOfThePage) {
  const auto help = DetailOf<google::rpc::Help>(JobNotFoundError("17"));
  ASSERT_EQ(help.links_size(), 1);
  EXPECT_EQ(help.links(0).description(), "What JOB_NOT_FOUND means and what to do");
  EXPECT_THAT(help.links(0).url(), HasSubstr("/docs/errors.md#job_not_found"));
  EXPECT_EQ(GetHelpUrl(JobNotFoundError("17")), help.links(0).url());
}

TEST(ErrorsTest, ACaseMayHaveAnotherRemedy) {
  absl::Status error = JobNotFoundError("17");
  SetRemedy(&error, "Ask \xFF elsewhere.");
  EXPECT_EQ(GetRemedy(error), "Ask \xEF\xBF\xBD elsewhere.");
  EXPECT_EQ(DetailOf<google::rpc::LocalizedMessage>(error).message(), GetRemedy(error));
}

TEST(ErrorsTest, WhatIsNotOursHasNeither) {
  EXPECT_EQ(GetRemedy(absl::InternalError("plain")), "");
  EXPECT_EQ(GetHelpUrl(absl::InternalError("plain")), "");
}

}  // namespace
}  // namespace gcjobs
