#include "client/cli_error.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include "common/errors.h"

namespace gcjobs {
namespace {

absl::Status FromGenesys(absl::StatusCode code, absl::string_view reason) {
  absl::Status status(code, "m");
  google::rpc::ErrorInfo info;
  info.set_domain(std::string(kDomainGenesys));
  info.set_reason(std::string(reason));
  SetErrorInfo(&status, info);
  return status;
}

TEST(ExitCodeTest, ByState) {
  EXPECT_EQ(ExitCodeForState(v1::JOB_STATE_SUCCEEDED), ExitCode::kDone);
  EXPECT_EQ(ExitCodeForState(v1::JOB_STATE_RUNNING), ExitCode::kDone);
  EXPECT_EQ(ExitCodeForState(v1::JOB_STATE_FAILED), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeForState(v1::JOB_STATE_CANCELLED), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeForState(v1::JOB_STATE_OUTCOME_UNKNOWN), ExitCode::kOutcomeUnknown);
}

TEST(ExitCodeTest, TheWayToTheServer) {
  EXPECT_EQ(ExitCodeForStatus(absl::UnavailableError("refused")), ExitCode::kUnreachable);
  EXPECT_EQ(ExitCodeForStatus(absl::DeadlineExceededError("late")), ExitCode::kUnreachable);
  EXPECT_EQ(ExitCodeForStatus(MakeError(errors::kServerDraining, "draining")),
            ExitCode::kUnreachable);
}

TEST(ExitCodeTest, GenesysAwayIsNotTheServerAway) {
  EXPECT_EQ(ExitCodeForStatus(FromGenesys(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE")),
            ExitCode::kFailed);
  EXPECT_EQ(ExitCodeForStatus(FromGenesys(absl::StatusCode::kDeadlineExceeded, "GENESYS_TIMEOUT")),
            ExitCode::kFailed);
}

TEST(ExitCodeTest, Refusals) {
  EXPECT_EQ(ExitCodeForStatus(absl::UnauthenticatedError("")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeForStatus(absl::PermissionDeniedError("")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeForStatus(
                FromGenesys(absl::StatusCode::kFailedPrecondition, "GENESYS_CREDENTIALS_REJECTED")),
            ExitCode::kRefused);
  EXPECT_EQ(ExitCodeForStatus(MakeError(errors::kJobNotFinished, "")), ExitCode::kFailed);
}

TEST(ExitCodeTest, TheRest) {
  EXPECT_EQ(ExitCodeForStatus(absl::NotFoundError("")), ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeForStatus(absl::InvalidArgumentError("")), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeForStatus(absl::OutOfRangeError("")), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeForStatus(absl::InternalError("")), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeForStatus(absl::AlreadyExistsError("")), ExitCode::kFailed);
}

TEST(ExitCodeTest, HelpNamesEveryCode) {
  for (const ExitCode code : {ExitCode::kDone, ExitCode::kFailed, ExitCode::kUsage,
                              ExitCode::kUnreachable, ExitCode::kRefused, ExitCode::kNotFound,
                              ExitCode::kOutcomeUnknown, ExitCode::kInterrupted}) {
    EXPECT_NE(kExitCodeHelp.find(absl::StrCat(" ", static_cast<int>(code), "  ")),
              absl::string_view::npos);
  }
}

TEST(WhatBrokeTest, ALimitIsNoLostConnection) {
  const auto broke = [](const ErrorReason& reason) {
    return WhatBroke(MakeRetryableError(reason, absl::Seconds(1), "x"));
  };
  EXPECT_EQ(broke(errors::kGenesysRateLimited), "rate limited by Genesys Cloud");
  EXPECT_EQ(broke(errors::kGenesysUnavailable), "Genesys Cloud does not answer");
  EXPECT_EQ(broke(errors::kGenesysTimeout), "Genesys Cloud does not answer");
  EXPECT_EQ(broke(errors::kGenesysNotFound), "Genesys Cloud is not ready");
  EXPECT_EQ(broke(errors::kServerDraining), "the server is shutting down");
  EXPECT_EQ(broke(errors::kTooManyResultStreams), "the server is busy");
  EXPECT_EQ(WhatBroke(absl::UnavailableError("Socket closed")), "connection lost");
}

TEST(MayHaveArrivedTest, OnlyAnAnswerOrNoConnectionSaysNo) {
  EXPECT_TRUE(MayHaveArrived(absl::UnavailableError("Socket closed")));
  EXPECT_TRUE(MayHaveArrived(absl::CancelledError("")));
  EXPECT_TRUE(MayHaveArrived(ServerDrainingError()));
  EXPECT_FALSE(MayHaveArrived(MakeError(errors::kGenesysBadRequest, "no")));
  absl::Status never = absl::UnavailableError("failed to connect to all addresses");
  MarkNotArrived(&never);
  EXPECT_FALSE(MayHaveArrived(never));
}

TEST(InterruptedTest, HasItsCodeAndKeepsTheHint) {
  const absl::Status status = Interrupted(WithHint(absl::UnavailableError("x"), "do this"));
  EXPECT_EQ(ExitCodeForStatus(status), ExitCode::kInterrupted);
  EXPECT_EQ(GetHint(status), "do this");
  EXPECT_EQ(status.message(), "interrupted");
}

}  // namespace
}  // namespace gcjobs
