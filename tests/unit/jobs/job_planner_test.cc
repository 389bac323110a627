#include "server/jobs/job_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/error_info.h"
#include "common/failure_body.h"
#include "common/time_conversion.h"
#include "tests/fakes/fake_genesys_client.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/jobs/job_world.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::PlainKind;
using ::gcjobs::testing::PlainTraits;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;
using Submit = SubmitVerdict::Kind;
using Poll = PollVerdict::Kind;

constexpr auto kOnce = v1::SUBMIT_GUARANTEE_AT_MOST_ONCE;
constexpr auto kAgain = v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE;
const absl::Time kAccepted = absl::FromUnixSeconds(1700000000);

ApiReply Status(int status) {
  return FakeGenesysClient::Error(status, absl::StatusCode::kUnknown, "GENESYS_SOMETHING");
}

SubmitVerdict Judge(const ApiReply& reply, v1::SubmitGuarantee guarantee = kOnce) {
  return JudgeSubmission(PlainKind("plain"), guarantee, reply);
}

TEST(JudgeSubmissionTest, AReadableReceiptIsAccepted) {
  const SubmitVerdict verdict = Judge(FakeGenesysClient::Ok("u-7", 202));
  EXPECT_EQ(verdict.kind, Submit::kAccepted);
  EXPECT_EQ(verdict.receipt.upstream_id, "u-7");
}

TEST(JudgeSubmissionTest, RefusalsFailUnderBothGuarantees) {
  for (const int status : {400, 401, 403, 404, 405, 409, 413, 415, 422}) {
    EXPECT_EQ(Judge(Status(status), kOnce).kind, Submit::kRejected) << status;
    EXPECT_EQ(Judge(Status(status), kAgain).kind, Submit::kRejected) << status;
  }
}

TEST(JudgeSubmissionTest, WhatWasNotExecutedIsRetriedUnderBothGuarantees) {
  ApiReply unavailable = Status(503);
  unavailable.response.headers = {{"Retry-After", "7"}};
  unavailable.retry_after = absl::Seconds(7);
  for (const ApiReply& reply : {FakeGenesysClient::NotSent(), Status(429), unavailable}) {
    EXPECT_EQ(Judge(reply, kOnce).kind, Submit::kRetry) << reply.response.status;
    EXPECT_EQ(Judge(reply, kAgain).kind, Submit::kRetry) << reply.response.status;
  }
  EXPECT_EQ(Judge(unavailable).retry_after, absl::Seconds(7));
}

// A 2xx proves that the work was taken, at least once or not.
TEST(JudgeSubmissionTest, WhatWasTakenAndCannotBeFollowedIsNeverRepeated) {
  ApiReply unread = FakeGenesysClient::Ok("", 202);
  unread.fate = HttpResult::Fate::kBodyTooLarge;
  unread.status = FakeGenesysClient::GenesysError(absl::StatusCode::kInternal, "TOO_LARGE");
  for (const ApiReply& reply : {FakeGenesysClient::Ok("", 202), unread}) {
    for (const auto guarantee : {kOnce, kAgain}) {
      EXPECT_EQ(Judge(reply, guarantee).kind, Submit::kUnknown);
      EXPECT_THAT(Judge(reply, guarantee).error,
                  StatusIs(absl::StatusCode::kUnknown, "SUBMIT_OUTCOME_UNKNOWN"));
    }
  }
}

TEST(JudgeSubmissionTest, AResultThatIsTooLargeToBeReadIsAResult) {
  ApiReply unread = FakeGenesysClient::Ok("", 200);
  unread.fate = HttpResult::Fate::kBodyTooLarge;
  unread.response.headers = {{"Content-Length", "20000000"}};
  const SubmitVerdict verdict = Judge(unread, kAgain);
  ASSERT_EQ(verdict.kind, Submit::kAccepted);
  EXPECT_EQ(verdict.receipt.end->state, v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(verdict.receipt.end->unread_bytes, 20000000);
}

TEST(JudgeSubmissionTest, WhatMayHaveBeenExecutedIsRepeatedOnlyWhenThatIsAllowed) {
  for (const ApiReply& reply : {Status(500), Status(502), Status(503), Status(504), Status(408),
                                Status(302), FakeGenesysClient::Broken()}) {
    EXPECT_EQ(Judge(reply, kOnce).kind, Submit::kUnknown) << reply.response.status;
    EXPECT_THAT(Judge(reply, kOnce).error,
                StatusIs(absl::StatusCode::kUnknown, "SUBMIT_OUTCOME_UNKNOWN"));
    EXPECT_EQ(Judge(reply, kAgain).kind, Submit::kRetry) << reply.response.status;
  }
}

TEST(JudgeSubmissionTest, ALostSubmissionIsInDoubtAfterARestart) {
  EXPECT_EQ(JudgeLostSubmission(kOnce, "it stopped").kind, Submit::kUnknown);
  EXPECT_EQ(JudgeLostSubmission(kAgain, "it stopped").kind, Submit::kRetry);
}

TEST(JudgeSubmissionTest, RefusedCredentialsRejectAndAMissingPermitWaits) {
  const absl::Status refused = FakeGenesysClient::GenesysError(
      absl::StatusCode::kFailedPrecondition, "GENESYS_CREDENTIALS_REJECTED");
  EXPECT_EQ(JudgeNoPermit(refused).kind, Submit::kRejected);
  absl::Status down =
      FakeGenesysClient::GenesysError(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE");
  SetRetryDelay(&down, absl::Seconds(3));
  EXPECT_EQ(JudgeNoPermit(down).kind, Submit::kRetry);
  EXPECT_EQ(JudgeNoPermit(down).retry_after, absl::Seconds(3));
}

TEST(JudgeSubmissionTest, AFinalFailureKeepsItsBody) {
  for (const int status : {400, 404, 500}) {
    ApiReply reply = Status(status);
    reply.response.body = "sorry";
    EXPECT_EQ(GetFailureBody(Judge(reply).error)->body(), "sorry");
    reply.response.body.clear();
    EXPECT_FALSE(GetFailureBody(Judge(reply).error).has_value());
  }
}

TEST(JudgeSubmissionTest, AHeldCallWhoseOutcomeIsUnknownTellsOfTheOtherForm) {
  const PlainKind direct("direct", PlainTraits{"", v1::RESULTS_MODE_INLINE, true});
  const auto remedy = [&](const ApiReply& reply) {
    return GetRemedy(JudgeSubmission(direct, kOnce, reply).error);
  };
  EXPECT_THAT(remedy(Status(504)), HasSubstr("asynchronous form (mode ASYNC)"));
  EXPECT_THAT(remedy(Status(408)), HasSubstr("whatever its headers say"));
  EXPECT_THAT(GetRemedy(Judge(Status(504)).error), Not(HasSubstr("asynchronous form")));
}

TEST(JudgeSubmissionTest, WhatIsTriedAgainKeepsNoBody) {
  ApiReply reply = Status(500);
  reply.response.body = "sorry";
  EXPECT_FALSE(GetFailureBody(Judge(reply, kAgain).error).has_value());
}

class JudgePollTest : public ::testing::Test {
 protected:
  JudgePollTest() {
    job_.mutable_job()->set_id("j-1");
    job_.mutable_job()->set_state(v1::JOB_STATE_PENDING);
    *job_.mutable_job()->mutable_accept_time() = ToProto(kAccepted);
  }
  PollVerdict Judge(const ApiReply& reply, PollHistory history = {},
                    absl::Duration age = absl::Seconds(10)) {
    return JudgePoll(PlainKind("plain"), job_, history, reply, kAccepted + age);
  }
  store::StoredJob job_;
};

TEST_F(JudgePollTest, AKnownStatusMovesTheJobForward) {
  EXPECT_EQ(Judge(FakeGenesysClient::Ok("In-Progress")).state, v1::JOB_STATE_RUNNING);
  const PollVerdict done = Judge(FakeGenesysClient::Ok("Completed"));
  EXPECT_EQ(done.state, v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(done.result_json, "{\"n\":1.10}");
  EXPECT_TRUE(done.ended_upstream);
}

TEST_F(JudgePollTest, AStatusThatGoesBackwardsIsNoTransition) {
  job_.mutable_job()->set_state(v1::JOB_STATE_RUNNING);
  const PollVerdict verdict = Judge(FakeGenesysClient::Ok("QUEUED"));
  EXPECT_EQ(verdict.kind, Poll::kUnchanged);
  EXPECT_EQ(verdict.upstream_status, "QUEUED");
  EXPECT_FALSE(verdict.unknown_status);
}

TEST_F(JudgePollTest, AnUnknownStatusIsPassedThroughAndPollingGoesOn) {
  const PollVerdict verdict = Judge(FakeGenesysClient::Ok("Defrobnicating"));
  EXPECT_EQ(verdict.kind, Poll::kUnchanged);
  EXPECT_TRUE(verdict.unknown_status);
  EXPECT_EQ(verdict.upstream_status, "Defrobnicating");
}

TEST_F(JudgePollTest, AnUpstreamFailureKeepsItsReason) {
  const PollVerdict verdict = Judge(FakeGenesysClient::Ok("error"));
  EXPECT_EQ(verdict.state, v1::JOB_STATE_FAILED);
  EXPECT_EQ(GetReason(verdict.error), "GENESYS_X");
  EXPECT_EQ(GetFailureBody(verdict.error)->body(), "error");
  EXPECT_EQ(GetFailureBody(verdict.error)->http_status(), 200);
}

TEST_F(JudgePollTest, NotFoundEndsAJobOnlyAfterTheGrace) {
  EXPECT_EQ(Judge(Status(404), {0, 0}, absl::Seconds(30)).kind, Poll::kRetry);
  const PollVerdict late = Judge(Status(404), {0, 0}, absl::Seconds(31));
  EXPECT_EQ(late.state, v1::JOB_STATE_FAILED);
  EXPECT_FALSE(late.ended_upstream);
}

TEST_F(JudgePollTest, TheThirdRefusalInARowFails) {
  for (const int status : {400, 403, 410}) {
    EXPECT_EQ(Judge(Status(status), {0, 0}).kind, Poll::kRetry) << status;
    EXPECT_TRUE(Judge(Status(status), {0, 0}).refused) << status;
    EXPECT_EQ(Judge(Status(status), {0, 1}).kind, Poll::kRetry) << status;
    EXPECT_EQ(Judge(Status(status), {0, 2}).state, v1::JOB_STATE_FAILED) << status;
  }
}

TEST_F(JudgePollTest, EverythingElseIsRetriedForEver) {
  ApiReply too_large = FakeGenesysClient::Ok("COMPLETED");
  too_large.fate = HttpResult::Fate::kBodyTooLarge;
  for (const ApiReply& reply :
       {Status(401), Status(429), Status(500), Status(503), Status(302), too_large,
        FakeGenesysClient::NotSent(), FakeGenesysClient::Broken(), FakeGenesysClient::Ok("")}) {
    const PollVerdict verdict = Judge(reply, {1000, 2});
    EXPECT_EQ(verdict.kind, Poll::kRetry) << reply.response.status;
    EXPECT_FALSE(verdict.refused) << reply.response.status;
  }
}

TEST_F(JudgePollTest, MaxAttemptsEndsAJobThatIsNotFinished) {
  job_.mutable_job()->mutable_poll()->set_max_attempts(3);
  job_.mutable_job()->set_upstream_status("running");
  const PollVerdict second = Judge(FakeGenesysClient::Ok("running"), {1, 0});
  EXPECT_EQ(second.state, v1::JOB_STATE_RUNNING);
  EXPECT_EQ(second.attempts, 2);
  const PollVerdict third = Judge(FakeGenesysClient::Ok("Running"), {2, 0});
  EXPECT_EQ(third.state, v1::JOB_STATE_FAILED);
  EXPECT_EQ(GetReason(third.error), "POLL_ATTEMPTS_EXHAUSTED");
  EXPECT_EQ(Judge(FakeGenesysClient::Ok("completed"), {2, 0}).state, v1::JOB_STATE_SUCCEEDED);
}

TEST_F(JudgePollTest, APollThatIsNotAnsweredIsNoAttempt) {
  job_.mutable_job()->mutable_poll()->set_max_attempts(1);
  job_.mutable_job()->set_upstream_status("running");
  for (const ApiReply& reply :
       {Status(401), Status(403), Status(429), Status(500), Status(503), FakeGenesysClient::Ok(""),
        FakeGenesysClient::NotSent(), FakeGenesysClient::Broken()}) {
    const PollVerdict verdict = Judge(reply, {5, 0});
    EXPECT_EQ(verdict.kind, Poll::kRetry) << reply.response.status;
    EXPECT_EQ(verdict.attempts, 5) << reply.response.status;
  }
}

TEST_F(JudgePollTest, AChangeOfStatusStartsTheAttemptsAnew) {
  job_.mutable_job()->mutable_poll()->set_max_attempts(3);
  job_.mutable_job()->set_upstream_status("queued");
  EXPECT_EQ(Judge(FakeGenesysClient::Ok("running"), {2, 0}).attempts, 1);
  // Backwards too, and to a status that is not known.
  job_.mutable_job()->set_upstream_status("running");
  EXPECT_EQ(Judge(FakeGenesysClient::Ok("queued"), {2, 0}).attempts, 1);
  EXPECT_EQ(Judge(FakeGenesysClient::Ok("Defrobnicating"), {2, 0}).attempts, 1);
}

TEST_F(JudgePollTest, AFollowUpIsPassedOnWithoutATransition) {
  const PollVerdict verdict = Judge(FakeGenesysClient::Ok("READY"));
  EXPECT_EQ(verdict.kind, Poll::kUnchanged);
  ASSERT_TRUE(verdict.follow_up.has_value());
  EXPECT_EQ(verdict.follow_up->target, "/things//go");
}

TEST_F(JudgePollTest, TheFinalPollFindsTheEndOrNot) {
  const auto judge = [this](const ApiReply& reply) {
    return JudgeFinalPoll(PlainKind("plain"), job_, reply, kAccepted + absl::Hours(1));
  };
  const FinalPollVerdict done = judge(FakeGenesysClient::Ok("Completed"));
  ASSERT_TRUE(done.outcome.has_value());
  EXPECT_EQ(done.outcome->state, v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(done.upstream_status, "Completed");
  for (const ApiReply& reply :
       {FakeGenesysClient::Ok("RUNNING"), FakeGenesysClient::Ok(""), Status(404), Status(403)}) {
    EXPECT_FALSE(judge(reply).outcome.has_value()) << reply.response.status;
  }
}

TEST(MayFareBetterLaterTest, OnlyWhatPassesIsWorthAnotherAttempt) {
  for (const ApiReply& reply : {Status(500), Status(429), Status(408), Status(503),
                                FakeGenesysClient::NotSent(), FakeGenesysClient::Broken()}) {
    EXPECT_TRUE(MayFareBetterLater(reply)) << reply.response.status;
  }
  for (const ApiReply& reply : {FakeGenesysClient::Ok(""), FakeGenesysClient::Ok("", 204),
                                Status(400), Status(403), Status(404), Status(409)}) {
    EXPECT_FALSE(MayFareBetterLater(reply)) << reply.response.status;
  }
}

TEST(TimedOutErrorTest, NamesTheLimit) {
  store::StoredJob job;
  *job.mutable_job()->mutable_create_time() = ToProto(kAccepted);
  *job.mutable_job()->mutable_execution_timeout() = ToProto(absl::Minutes(90));
  const absl::Status error = TimedOutError(job);
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kDeadlineExceeded, "JOB_TIMED_OUT"));
  EXPECT_EQ(GetErrorInfo(error)->metadata().at("execution_timeout"), "1h30m");
}

}  // namespace
}  // namespace gcjobs
