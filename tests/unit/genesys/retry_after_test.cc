#include "server/genesys/retry_after.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/fake_http_transport.h"

namespace gcjobs {
namespace {

using testing::FakeHttpTransport;

// The date of RFC 9110's examples, half a minute before it.
const absl::Time kNow = absl::FromUnixSeconds(784111777) - absl::Seconds(30);

std::optional<absl::Duration> DelayOf(int status, std::string body, HttpHeaders headers) {
  return RetryAfterOf(FakeHttpTransport::Ok(status, std::move(body), std::move(headers)).response,
                      kNow);
}

struct RetryAfterCase {
  const char* value;
  std::optional<absl::Duration> expected;
};

void PrintTo(const RetryAfterCase& c, std::ostream* os) { *os << '"' << c.value << '"'; }

class RetryAfterHeaderTest : public ::testing::TestWithParam<RetryAfterCase> {};

TEST_P(RetryAfterHeaderTest, GivesTheDelay) {
  EXPECT_EQ(DelayOf(503, "", {{"Retry-After", GetParam().value}}), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Values, RetryAfterHeaderTest,
    ::testing::Values(RetryAfterCase{"42", absl::Seconds(42)},
                      RetryAfterCase{" 7 ", absl::Seconds(7)},
                      RetryAfterCase{"0", absl::ZeroDuration()},
                      RetryAfterCase{"Sun, 06 Nov 1994 08:49:37 GMT", absl::Seconds(30)},
                      RetryAfterCase{"Sunday, 06-Nov-94 08:49:37 GMT", absl::Seconds(30)},
                      RetryAfterCase{"Sun Nov  6 08:49:37 1994", absl::Seconds(30)},
                      RetryAfterCase{"Sun, 06 Nov 1994 07:00:00 GMT", absl::ZeroDuration()},
                      RetryAfterCase{"Tue, 06 Nov 2094 08:49:37 GMT", kMaxRetryAfter},
                      RetryAfterCase{"86401", kMaxRetryAfter},
                      RetryAfterCase{"99999999999999999999999", kMaxRetryAfter},
                      RetryAfterCase{"", std::nullopt}, RetryAfterCase{"-1", std::nullopt},
                      RetryAfterCase{"soon", std::nullopt}, RetryAfterCase{"1.5", std::nullopt},
                      RetryAfterCase{"1e9", std::nullopt}, RetryAfterCase{"0x10", std::nullopt},
                      RetryAfterCase{"Sun, 99 Nov 1994 08:49:37 GMT", std::nullopt}));

constexpr char kMessage[] =
    R"({"message":"Rate limit exceeded the maximum. Retry the request in [42] seconds"})";

TEST(RetryAfterOfTest, A429IsAskedInThisOrder) {
  const HttpHeaders reset = {{"inin-ratelimit-reset", "9"}};
  const HttpHeaders both = {{"inin-ratelimit-reset", "9"}, {"retry-after", "5"}};
  EXPECT_EQ(DelayOf(429, kMessage, both), absl::Seconds(5));
  EXPECT_EQ(DelayOf(429, kMessage, reset), absl::Seconds(42));
  EXPECT_EQ(DelayOf(429, "<html>", reset), absl::Seconds(9));
  EXPECT_EQ(DelayOf(429, "", {}), kDefaultRetryDelay);
}

TEST(RetryAfterOfTest, TheOlderMessageNamesTheLimitFirst) {
  EXPECT_EQ(DelayOf(429, R"({"message":"maximum [300] requests within [60] seconds"})", {}),
            absl::Seconds(60));
}

TEST(RetryAfterOfTest, AnUnreadableMessageIsPassedOver) {
  for (const char* message : {"in [] seconds", "in [soon]", "]9[", "[", "9]"}) {
    const std::string body = std::string(R"({"message":")") + message + "\"}";
    EXPECT_EQ(DelayOf(429, body, {}), kDefaultRetryDelay) << message;
  }
}

TEST(RetryAfterOfTest, A429NeverMeansAtOnce) {
  EXPECT_EQ(DelayOf(429, "", {{"Retry-After", "0"}}), kMinThrottleDelay);
}

TEST(RetryAfterOfTest, OtherAnswersAskOnlyByHeader) {
  EXPECT_EQ(DelayOf(503, kMessage, {{"Retry-After", "5"}}), absl::Seconds(5));
  EXPECT_EQ(DelayOf(503, kMessage, {{"inin-ratelimit-reset", "9"}}), std::nullopt);
}

TEST(RateLimitReportOfTest, ReadsTheHeadersAndLeavesOutNonsense) {
  const RateLimitReport report =
      RateLimitReportOf(FakeHttpTransport::Ok(200, "",
                                              {{"ININ-RateLimit-Allowed", "300"},
                                               {"inin-ratelimit-count", " 17 "},
                                               {"inin-ratelimit-reset", "42"}})
                            .response);
  EXPECT_EQ(report.allowed, 300);
  EXPECT_EQ(report.count, 17);
  EXPECT_EQ(report.reset, absl::Seconds(42));
  const RateLimitReport nonsense =
      RateLimitReportOf(FakeHttpTransport::Ok(200, "",
                                              {{"inin-ratelimit-allowed", "many"},
                                               {"inin-ratelimit-count", "-3"},
                                               {"inin-ratelimit-reset", ""}})
                            .response);
  EXPECT_EQ(nonsense.allowed, std::nullopt);
  EXPECT_EQ(nonsense.count, std::nullopt);
  EXPECT_EQ(nonsense.reset, std::nullopt);
}

TEST(IsQuotaTest, AWaitOfAFewWindowsIsTheTokensRate) {
  EXPECT_FALSE(IsQuota(absl::Seconds(42)));
  EXPECT_FALSE(IsQuota(absl::Minutes(2)));
  EXPECT_TRUE(IsQuota(absl::Minutes(2) + absl::Seconds(1)));
}

}  // namespace
}  // namespace gcjobs
