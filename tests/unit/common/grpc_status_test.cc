#include "common/grpc_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error_info.h"
#include "google/rpc/status.pb.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

TEST(GrpcStatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_THAT(FromGrpc(grpc::Status::OK), IsOk());
}

TEST(GrpcStatusTest, APlainErrorCarriesNoDetails) {
  const grpc::Status status = ToGrpc(absl::NotFoundError("no such job"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no such job");
  EXPECT_EQ(status.error_details(), "");
  EXPECT_EQ(FromGrpc(status), absl::NotFoundError("no such job"));
}

TEST(GrpcStatusTest, PayloadsTravelAsASerialisedGoogleRpcStatus) {
  const grpc::Status status =
      ToGrpc(MakeError(absl::StatusCode::kAborted, "GENESYS_VERSION_CONFLICT", "version 3"));
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), 10);
  EXPECT_EQ(details.message(), "version 3");
  EXPECT_EQ(details.details_size(), 1);
}

TEST(GrpcStatusTest, EveryPayloadRoundTrips) {
  absl::Status error = InvalidField("filter", "odd");
  AddErrorMetadata(&error, "value", "\xFF");
  SetRetryDelay(&error, absl::Milliseconds(1));
  EXPECT_EQ(FromGrpc(ToGrpc(error)), error);
}

TEST(GrpcStatusTest, EveryCodeRoundTrips) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status error(static_cast<absl::StatusCode>(code), "x");
    EXPECT_EQ(ToGrpc(error).error_code(), code);
    EXPECT_EQ(FromGrpc(ToGrpc(error)), error);
  }
}

TEST(GrpcStatusTest, TheCallsCodeWinsOverItsDetails) {
  const grpc::Status aborted = ToGrpc(MakeError(absl::StatusCode::kAborted, "WHY", "x"));
  const grpc::Status mixed(grpc::StatusCode::INTERNAL, "y", aborted.error_details());
  EXPECT_THAT(FromGrpc(mixed), StatusIs(absl::StatusCode::kInternal, "WHY"));
}

TEST(GrpcStatusTest, UnreadableDetailsAreLeftOut) {
  const grpc::Status status(grpc::StatusCode::UNAVAILABLE, "proxy says no", "\xFF\xFF");
  EXPECT_EQ(FromGrpc(status), absl::UnavailableError("proxy says no"));
}

TEST(GrpcStatusTest, DetailsWithoutMessageTakeTheCallsMessage) {
  google::rpc::Status details;
  details.set_code(14);
  const grpc::Status status(grpc::StatusCode::UNAVAILABLE, "busy", details.SerializeAsString());
  EXPECT_EQ(FromGrpc(status), absl::UnavailableError("busy"));
}

}  // namespace
}  // namespace gcjobs
