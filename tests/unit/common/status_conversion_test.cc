#include "common/status_conversion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error_info.h"
#include "common/errors.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::testing::Optional;

TEST(StatusConversionTest, OkHasCodeZeroAndNothingElse) {
  const google::rpc::Status proto = ToProto(absl::OkStatus());
  EXPECT_EQ(proto.code(), 0);
  EXPECT_EQ(proto.message(), "");
  EXPECT_TRUE(proto.details().empty());
  EXPECT_THAT(FromProto(proto), IsOk());
}

TEST(StatusConversionTest, CodeMessageAndPayloadsRoundTrip) {
  absl::Status error =
      MakeError(ErrorReason{"INTAKE_FULL", absl::StatusCode::kResourceExhausted, kDomainGcjobs},
                "no room", {{"limit", "9"}});
  SetRetryDelay(&error, absl::Seconds(3));
  const google::rpc::Status proto = ToProto(error);
  EXPECT_EQ(proto.code(), 8);
  EXPECT_EQ(proto.details_size(), 4) << "ErrorInfo, RetryInfo, LocalizedMessage, Help";
  EXPECT_EQ(FromProto(proto), error);
}

TEST(StatusConversionTest, DetailsAreReadableAsAny) {
  const google::rpc::Status proto =
      ToProto(MakeError(ErrorReason{"WHY", absl::StatusCode::kNotFound, kDomainGcjobs}, "x"));
  google::rpc::ErrorInfo info;
  for (const google::protobuf::Any& detail : proto.details()) detail.UnpackTo(&info);
  EXPECT_EQ(info.reason(), "WHY");
}

// The bytes come from upstream bodies; proto3 readers refuse such strings.
TEST(StatusConversionTest, AMessageThatIsNotUtf8StaysReadable) {
  const std::string wire = ToProto(absl::InternalError("bad \xFF byte")).SerializeAsString();
  google::rpc::Status read;
  ASSERT_TRUE(read.ParseFromString(wire));
  EXPECT_EQ(read.message(), "bad \xEF\xBF\xBD byte");
}

TEST(StatusConversionTest, ACodeThatDoesNotExistIsUnknown) {
  google::rpc::Status proto;
  proto.set_code(99);
  proto.set_message("from the future");
  EXPECT_THAT(FromProto(proto), StatusIs(absl::StatusCode::kUnknown));
  EXPECT_EQ(ToProto(FromProto(proto)).code(), 2);
  proto.set_code(-1);
  EXPECT_THAT(FromProto(proto), StatusIs(absl::StatusCode::kUnknown));
}

TEST(StatusConversionTest, OkIgnoresMessageAndDetails) {
  google::rpc::Status proto =
      ToProto(MakeError(ErrorReason{"WHY", absl::StatusCode::kNotFound, kDomainGcjobs}, "x"));
  proto.set_code(0);
  EXPECT_EQ(FromProto(proto), absl::OkStatus());
}

TEST(StatusConversionTest, OfTwoDetailsOfOneTypeTheLastStays) {
  absl::Status error = absl::UnavailableError("busy");
  SetRetryDelay(&error, absl::Seconds(1));
  google::rpc::Status proto = ToProto(error);
  SetRetryDelay(&error, absl::Seconds(2));
  proto.MergeFrom(ToProto(error));
  ASSERT_EQ(proto.details_size(), 2);
  EXPECT_THAT(GetRetryDelay(FromProto(proto)), Optional(absl::Seconds(2)));
}

}  // namespace
}  // namespace gcjobs
