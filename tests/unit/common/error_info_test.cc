#include "common/error_info.h"
#include "common/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::StatusIs;
using ::testing::Optional;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr absl::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr absl::string_view kBadRequestUrl = "type.googleapis.com/google.rpc.BadRequest";

google::rpc::BadRequest GetBadRequest(const absl::Status& status) {
  google::rpc::BadRequest bad_request;
  const auto payload = status.GetPayload(kBadRequestUrl);
  EXPECT_TRUE(payload.has_value() && bad_request.ParseFromString(std::string(*payload)));
  return bad_request;
}

TEST(ErrorInfoTest, MakeErrorCarriesReasonDomainAndMetadata) {
  const absl::Status error =
      MakeError(ErrorReason{"JOB_NOT_FOUND", absl::StatusCode::kNotFound, kDomainGcjobs},
                "job 17: not found", {{"job_id", "17"}, {"org", "acme"}});
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
  EXPECT_EQ(error.message(), "job 17: not found");
  const auto info = GetErrorInfo(error);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->domain(), "gcjobs");
  EXPECT_THAT(info->metadata(), UnorderedElementsAre(Pair("job_id", "17"), Pair("org", "acme")));
}

TEST(ErrorInfoTest, AStatusWithoutErrorInfoHasNoReason) {
  const absl::Status plain = absl::InternalError("plain");
  EXPECT_EQ(GetErrorInfo(plain), std::nullopt);
  EXPECT_EQ(GetReason(plain), "");
  EXPECT_EQ(GetReason(absl::OkStatus()), "");
}

TEST(ErrorInfoTest, AnUnreadableErrorInfoIsNone) {
  absl::Status status = absl::InternalError("odd");
  status.SetPayload(kErrorInfoUrl, absl::Cord("\xFF\xFF"));
  EXPECT_EQ(GetErrorInfo(status), std::nullopt);
  EXPECT_EQ(GetReason(status), "");
}

TEST(ErrorInfoTest, SetErrorInfoReplacesTheOldOne) {
  absl::Status error = MakeError(ErrorReason{"OLD", absl::StatusCode::kAborted, kDomainGcjobs}, "x",
                                 {{"key", "old"}});
  google::rpc::ErrorInfo info;
  info.set_reason("NEW");
  info.set_domain(std::string(kDomainGenesys));
  SetErrorInfo(&error, info);
  const auto read = GetErrorInfo(error);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->reason(), "NEW");
  EXPECT_EQ(read->domain(), "genesys.cloud");
  EXPECT_TRUE(read->metadata().empty());
}

TEST(ErrorInfoTest, AddErrorMetadataKeepsTheRest) {
  absl::Status error =
      MakeError(ErrorReason{"WHY", absl::StatusCode::kAborted, kDomainGcjobs}, "x", {{"a", "1"}});
  AddErrorMetadata(&error, "b", "2");
  AddErrorMetadata(&error, "a", "3");
  const auto info = GetErrorInfo(error);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "WHY");
  EXPECT_THAT(info->metadata(), UnorderedElementsAre(Pair("a", "3"), Pair("b", "2")));
}

TEST(ErrorInfoTest, AddErrorMetadataMakesTheErrorInfo) {
  absl::Status error = absl::UnavailableError("down");
  AddErrorMetadata(&error, "http_status", "503");
  const auto info = GetErrorInfo(error);
  ASSERT_TRUE(info.has_value());
  EXPECT_THAT(info->metadata(), UnorderedElementsAre(Pair("http_status", "503")));
}

// One stray byte from upstream once made the whole ErrorInfo unreadable.
TEST(ErrorInfoTest, BytesThatAreNotUtf8DoNotLoseTheErrorInfo) {
  absl::Status error = MakeError(ErrorReason{"WHY", absl::StatusCode::kInternal, kDomainGcjobs},
                                 "x", {{"genesys_code", "bad\xFFone"}});
  AddErrorMetadata(&error, "correlation_id", "\xC3");
  const auto info = GetErrorInfo(error);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "WHY");
  EXPECT_THAT(info->metadata(), UnorderedElementsAre(Pair("genesys_code", "bad\xEF\xBF\xBDone"),
                                                     Pair("correlation_id", "\xEF\xBF\xBD")));
}

TEST(ErrorInfoTest, InvalidFieldNamesTheField) {
  const absl::Status error = InvalidField("options.labels", "more than 64 labels");
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_EQ(error.message(), "options.labels: more than 64 labels");
  EXPECT_EQ(GetErrorInfo(error)->metadata().at("field"), "options.labels");
  const google::rpc::BadRequest bad_request = GetBadRequest(error);
  ASSERT_EQ(bad_request.field_violations_size(), 1);
  EXPECT_EQ(bad_request.field_violations(0).field(), "options.labels");
  EXPECT_EQ(bad_request.field_violations(0).description(), "more than 64 labels");
}

TEST(ErrorInfoTest, InvalidFieldSurvivesAFieldNameThatIsNotUtf8) {
  const google::rpc::BadRequest bad_request = GetBadRequest(InvalidField("labels[\xFE]", "odd"));
  ASSERT_EQ(bad_request.field_violations_size(), 1);
  EXPECT_EQ(bad_request.field_violations(0).field(), "labels[\xEF\xBF\xBD]");
}

TEST(ErrorInfoTest, RetryDelayIsKeptToTheNanosecond) {
  absl::Status error = absl::UnavailableError("busy");
  EXPECT_EQ(GetRetryDelay(error), std::nullopt);
  SetRetryDelay(&error, absl::Milliseconds(1500) + absl::Nanoseconds(1));
  EXPECT_THAT(GetRetryDelay(error), Optional(absl::Milliseconds(1500) + absl::Nanoseconds(1)));
  SetRetryDelay(&error, absl::ZeroDuration());
  EXPECT_THAT(GetRetryDelay(error), Optional(absl::ZeroDuration()));
}

}  // namespace
}  // namespace gcjobs
