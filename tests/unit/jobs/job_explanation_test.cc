#include "server/jobs/job_explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "common/error_info.h"
#include "common/errors.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "tests/fakes/fake_clock.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeClock;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;

class JobExplanationTest : public ::testing::Test {
 protected:
  // Accepted two minutes ago, seen 8 s ago, to be polled in 6 s.
  JobExplanationTest() {
    job_.set_id("j");
    job_.set_state(v1::JOB_STATE_RUNNING);
    job_.set_poll_count(9);
    *job_.mutable_accept_time() = ToProto(clock_.Now() - absl::Minutes(2));
    why_.seen_at = clock_.MonotonicNow() - absl::Seconds(8);
    why_.next_poll = clock_.MonotonicNow() + absl::Seconds(6);
  }

  v1::JobExplanation Explain() const { return MakeExplanation(job_, why_, clock_); }
  void ThrottleFor(absl::Duration time) {
    *job_.mutable_throttled_until() = ToProto(clock_.Now() + time);
  }
  absl::Duration NextPollIn() const { return FromProto(Explain().next_poll_time()) - clock_.Now(); }

  FakeClock clock_;
  v1::Job job_;
  PollExplanation why_;
};

TEST_F(JobExplanationTest, TimesAreOfTheDay) {
  const v1::JobExplanation answer = Explain();
  EXPECT_EQ(FromProto(answer.accept_time()), clock_.Now() - absl::Minutes(2));
  EXPECT_EQ(FromProto(answer.last_seen_time()), clock_.Now() - absl::Seconds(8));
  EXPECT_EQ(FromProto(answer.next_poll_time()), clock_.Now() + absl::Seconds(6));
  EXPECT_FALSE(answer.has_throttled_until());
}

TEST_F(JobExplanationTest, TheModelAndTheBudgetArePassedOn) {
  why_.poll_class = "action.async/a-1";
  why_.samples = 312.5;
  why_.proven = true;
  why_.survival = 0.61;
  why_.waste = absl::Milliseconds(1900);
  why_.weight = 4;
  why_.price = absl::Milliseconds(9100);
  why_.budget_left = 112;
  why_.budget_limit = 300;
  why_.polls_per_second = 3.9;
  const v1::JobExplanation answer = Explain();
  EXPECT_EQ(answer.job_id(), "j");
  EXPECT_EQ(answer.poll_class(), "action.async/a-1");
  EXPECT_EQ(answer.samples(), 312.5);
  EXPECT_TRUE(answer.proven());
  EXPECT_EQ(answer.survival(), 0.61);
  EXPECT_EQ(FromProto(answer.waste()), absl::Milliseconds(1900));
  EXPECT_EQ(answer.weight(), 4);
  EXPECT_EQ(FromProto(answer.price()), absl::Milliseconds(9100));
  EXPECT_EQ(answer.budget_left(), 112);
  EXPECT_EQ(answer.budget_limit(), 300);
  EXPECT_EQ(answer.polls_per_second(), 3.9);
  EXPECT_EQ(answer.poll_count(), 9);
}

TEST_F(JobExplanationTest, AJobNeverSeenWasLastSeenWhenAccepted) {
  // The two clocks are not read at the same moment.
  why_.seen_at = clock_.MonotonicNow() - absl::Minutes(2) + absl::Microseconds(7);
  EXPECT_EQ(FromProto(Explain().last_seen_time()), FromProto(job_.accept_time()));
}

TEST_F(JobExplanationTest, EachLimitHasItsWord) {
  const std::pair<PollLimit, v1::PollLimit> limits[] = {
      {PollLimit::kWaste, v1::POLL_LIMIT_WASTE},     {PollLimit::kMinGap, v1::POLL_LIMIT_MIN_GAP},
      {PollLimit::kMaxGap, v1::POLL_LIMIT_MAX_GAP},  {PollLimit::kPolicy, v1::POLL_LIMIT_POLICY},
      {PollLimit::kBackoff, v1::POLL_LIMIT_BACKOFF}, {PollLimit::kBudget, v1::POLL_LIMIT_BUDGET}};
  *job_.mutable_error() = ToProto(absl::UnavailableError("HTTP 503"));
  for (const auto& [limit, word] : limits) {
    why_.limit = limit;
    EXPECT_EQ(Explain().limit(), word);
  }
}

// By the budget of its family of endpoints.
TEST_F(JobExplanationTest, APollThatIsPutOffWithoutAnErrorWaitsForABudget) {
  why_.limit = PollLimit::kBackoff;
  EXPECT_EQ(Explain().limit(), v1::POLL_LIMIT_BUDGET);
}

TEST_F(JobExplanationTest, APollUnderWayHasNoTimeToCome) {
  why_.limit = PollLimit::kPollUnderWay;
  why_.next_poll = absl::InfiniteFuture();
  ThrottleFor(absl::Minutes(1));
  EXPECT_FALSE(Explain().has_next_poll_time());
  EXPECT_EQ(Explain().limit(), v1::POLL_LIMIT_POLL_UNDER_WAY);
}

TEST_F(JobExplanationTest, AThrottleThatLastsLongerIsTheLimit) {
  ThrottleFor(absl::Hours(2));
  EXPECT_EQ(Explain().limit(), v1::POLL_LIMIT_THROTTLED);
  EXPECT_EQ(NextPollIn(), absl::Hours(2));
  EXPECT_EQ(FromProto(Explain().throttled_until()), clock_.Now() + absl::Hours(2));
}

TEST_F(JobExplanationTest, AThrottleThatEndsBeforeIsNot) {
  ThrottleFor(absl::Seconds(3));
  EXPECT_EQ(Explain().limit(), v1::POLL_LIMIT_WASTE);
  EXPECT_EQ(NextPollIn(), absl::Seconds(6));
  EXPECT_TRUE(Explain().has_throttled_until());
}

// The answer that throttles also postpones the poll that it came to.
TEST_F(JobExplanationTest, ThePostponedPollOfAThrottledJobWaitsForTheThrottle) {
  why_.limit = PollLimit::kBackoff;
  why_.next_poll = clock_.MonotonicNow() + absl::Minutes(5) + absl::Milliseconds(2);
  ThrottleFor(absl::Minutes(5));
  EXPECT_EQ(Explain().limit(), v1::POLL_LIMIT_THROTTLED);
  EXPECT_EQ(NextPollIn(), absl::Minutes(5) + absl::Milliseconds(2));
}

TEST_F(JobExplanationTest, TheLastPollsErrorIsShown) {
  *job_.mutable_error() = ToProto(
      MakeError(ErrorReason{"GENESYS_UNAVAILABLE", absl::StatusCode::kUnavailable, kDomainGcjobs},
                "HTTP 503"));
  EXPECT_THAT(FromProto(Explain().error()),
              StatusIs(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE"));
}

TEST_F(JobExplanationTest, FiguresThatAreNoneStayWithinWhatTheMessageHolds) {
  const double nan = std::nan("");
  const double infinite = std::numeric_limits<double>::infinity();
  why_.samples = why_.weight = why_.polls_per_second = infinite;
  why_.survival = nan;
  why_.waste = absl::Seconds(nan);
  why_.price = -absl::InfiniteDuration();
  const v1::JobExplanation answer = Explain();
  EXPECT_EQ(answer.samples(), 0);
  EXPECT_EQ(answer.weight(), 0);
  EXPECT_EQ(answer.polls_per_second(), 0);
  EXPECT_EQ(answer.survival(), 0);
  EXPECT_TRUE(IsValid(answer.waste()));
  EXPECT_EQ(FromProto(answer.price()), absl::ZeroDuration());
  why_.survival = 1 + 1e-12;
  EXPECT_EQ(Explain().survival(), 1);
}

TEST_F(JobExplanationTest, WhyThereIsNoneStandsInWords) {
  EXPECT_EQ(WhyNotPolled(v1::JOB_STATE_FAILED, false), "has ended as FAILED");
  EXPECT_THAT(WhyNotPolled(v1::JOB_STATE_QUEUED, false), HasSubstr("not been accepted"));
  EXPECT_THAT(WhyNotPolled(v1::JOB_STATE_QUEUED, true), HasSubstr("a call that the server holds"));
  EXPECT_THAT(WhyNotPolled(v1::JOB_STATE_RUNNING, false), HasSubstr("no next poll"));
  const absl::Status error = NotPolledError(job_, "sleeps");
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_NOT_POLLED"));
  EXPECT_EQ(error.message(), "job j sleeps");
  EXPECT_EQ(GetErrorInfo(error)->metadata().at("job_id"), "j");
  EXPECT_EQ(GetErrorInfo(error)->metadata().at("state"), "RUNNING");
}

}  // namespace
}  // namespace gcjobs
