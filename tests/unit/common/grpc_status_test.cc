#include "common/grpc_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/error_info.h"
#include "common/errors.h"
#include "common/failure_body.h"
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
  const grpc::Status status = ToGrpc(
      MakeError(ErrorReason{"GENESYS_VERSION_CONFLICT", absl::StatusCode::kAborted, kDomainGcjobs},
                "version 3"));
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), 10);
  EXPECT_EQ(details.message(), "version 3");
  EXPECT_EQ(details.details_size(), 3) << "ErrorInfo, LocalizedMessage, Help";
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
  const grpc::Status aborted =
      ToGrpc(MakeError(ErrorReason{"WHY", absl::StatusCode::kAborted, kDomainGcjobs}, "x"));
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

absl::Status WithBody(size_t body_bytes) {
  absl::Status error =
      MakeError(ErrorReason{"WHY", absl::StatusCode::kInvalidArgument, kDomainGcjobs}, "no");
  SetRetryDelay(&error, absl::Seconds(3));
  SetFailureBody(&error, MakeFailureBody(400, "text/plain", std::string(body_bytes, 'x')));
  return error;
}

TEST(GrpcStatusTest, AFailureBodyIsCutToTwoKibibytes) {
  EXPECT_EQ(FromGrpc(ToGrpc(WithBody(2048))), WithBody(2048));
  const absl::Status arrived = FromGrpc(ToGrpc(WithBody(2049)));
  EXPECT_EQ(GetFailureBody(arrived)->body(), std::string(2048, 'x'));
  EXPECT_TRUE(GetFailureBody(arrived)->truncated());
  EXPECT_THAT(arrived, StatusIs(absl::StatusCode::kInvalidArgument, "WHY"));
}

TEST(GrpcStatusTest, AFailureBodyGivesWayToTheOtherDetails) {
  absl::Status error = WithBody(2048);
  AddErrorMetadata(&error, "value", std::string(3700, 'v'));
  const absl::Status arrived = FromGrpc(ToGrpc(error));
  EXPECT_GT(GetFailureBody(arrived)->body().size(), 1000u);
  EXPECT_TRUE(GetFailureBody(arrived)->truncated());
  EXPECT_EQ(GetRemedy(arrived), GetRemedy(error));
  EXPECT_EQ(GetHelpUrl(arrived), GetHelpUrl(error));
}

TEST(GrpcStatusTest, AShortBodyGivesWayToo) {
  absl::Status error = WithBody(200);
  AddErrorMetadata(&error, "value", std::string(5200, 'v'));
  const absl::Status arrived = FromGrpc(ToGrpc(error));
  ASSERT_TRUE(GetFailureBody(arrived).has_value());
  EXPECT_LT(GetFailureBody(arrived)->body().size(), 200u);
  EXPECT_EQ(GetRemedy(arrived), GetRemedy(error));
}

// What peers refuse: 8 KiB, with names and an overhead for each entry.
TEST(GrpcStatusTest, EveryErrorFitsATrailer) {
  for (const size_t value_bytes : {0, 500, 1000, 2000, 3000}) {
    std::string message;
    while (message.size() < 5000) message += "\xC3\xA9";
    absl::Status error =
        MakeError(errors::kGenesysForbidden, message, {{"value", std::string(value_bytes, 'v')}});
    SetFailureBody(&error, MakeFailureBody(400, "text/plain", std::string(9000, 'x')));
    const grpc::Status status = ToGrpc(error);
    const size_t trailer =
        3 * status.error_message().size() + status.error_details().size() * 4 / 3;
    EXPECT_LE(trailer, 7700u) << value_bytes;
    EXPECT_THAT(FromGrpc(status),
                StatusIs(absl::StatusCode::kPermissionDenied, "GENESYS_FORBIDDEN"));
  }
}

TEST(GrpcStatusTest, WhatDoesNotFitATrailerLeavesTheReasonAndTheDelay) {
  absl::Status error = WithBody(2048);
  AddErrorMetadata(&error, "value", std::string(5800, 'v'));
  const absl::Status arrived = FromGrpc(ToGrpc(error));
  EXPECT_THAT(arrived, StatusIs(absl::StatusCode::kInvalidArgument, "WHY"));
  EXPECT_EQ(GetErrorInfo(arrived)->metadata().at("value").size(), 5800u);
  EXPECT_EQ(GetRetryDelay(arrived), absl::Seconds(3));
  EXPECT_FALSE(GetFailureBody(arrived).has_value());
}

TEST(GrpcStatusTest, ALongMessageIsCutBetweenCharacters) {
  std::string message;
  while (message.size() < 5000) message += "\xC3\xA9";
  const grpc::Status status = ToGrpc(absl::AbortedError(message));
  EXPECT_LE(status.error_message().size(), 1024u);
  EXPECT_THAT(status.error_message(), ::testing::EndsWith("\xA9..."));
}

}  // namespace
}  // namespace gcjobs
