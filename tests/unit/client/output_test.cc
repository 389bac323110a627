#include "client/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error_info.h"
#include "common/status_conversion.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(TableTest, ColumnsAreAlignedByDisplayWidth) {
  Table table({"ID", "NAME", "N"});
  table.AddRow({"1", "注文", "x"});
  table.AddRow({"long-identifier", "é", "y"});
  EXPECT_EQ(table.ToString(),
            "ID               NAME  N\n"
            "1                注文  x\n"
            "long-identifier  é     y\n");
}

TEST(TableTest, ControlCharactersCannotLeaveTheirCell) {
  Table table({"NAME"});
  table.AddRow({"a\nb\x1b[1A"});
  EXPECT_EQ(table.ToString(), "NAME\na\\nb\\x1b[1A\n");
}

TEST(FieldLinesTest, EmptyFieldsAreLeftOut) {
  EXPECT_EQ(FieldLines({{"A", "1"}, {"Longer", ""}, {"BB", "2"}}), "A   1\nBB  2\n");
}

TEST(ToJsonTest, KeepsTheProtosFieldNamesAndEmbedsTheResultAsText) {
  v1::Job job;
  job.set_upstream_id("u");
  job.set_result_json("{\"a\":1.10}");
  EXPECT_EQ(ToJson(job, JsonLayout::kOneLine),
            "{\"upstream_id\":\"u\",\"result_json\":\"{\\\"a\\\":1.10}\"}\n");
}

TEST(ToJsonTest, TimesAreRfc3339) {
  v1::Job job;
  job.mutable_create_time()->set_seconds(1700000000);
  EXPECT_EQ(ToJson(job, JsonLayout::kOneLine), "{\"create_time\":\"2023-11-14T22:13:20Z\"}\n");
}

TEST(ToJsonTest, ErrorsShowTheirDetails) {
  v1::Job job;
  *job.mutable_error() = ToProto(MakeError(absl::StatusCode::kNotFound, "JOB_NOT_FOUND", "gone"));
  EXPECT_THAT(ToJson(job, JsonLayout::kOneLine), HasSubstr(R"("reason":"JOB_NOT_FOUND")"));
}

TEST(ToJsonTest, DetailsOfUnknownTypesDoNotSpoilTheRest) {
  v1::ListJobsResponse response;
  v1::Job* job = response.add_jobs();
  job->set_id("j");
  job->mutable_error()->set_message("gone");
  google::protobuf::Any* detail = job->mutable_error()->add_details();
  detail->set_type_url("type.googleapis.com/no.such.Type");
  detail->set_value("\x08\x01");
  const std::string json = ToJson(response, JsonLayout::kOneLine);
  EXPECT_THAT(json, HasSubstr(R"("message":"gone")"));
  EXPECT_THAT(json, Not(HasSubstr("no.such.Type")));
}

TEST(DescribeErrorTest, ReasonAndMessage) {
  v1::Job job;
  EXPECT_EQ(DescribeError(job), "");
  *job.mutable_error() = ToProto(MakeError(absl::StatusCode::kInternal, "R", "m"));
  EXPECT_EQ(DescribeError(job), "R: m");
  *job.mutable_error() = ToProto(absl::InternalError("m"));
  EXPECT_EQ(DescribeError(job), "INTERNAL: m");
}

}  // namespace
}  // namespace gcjobs
