#include "server/genesys/token_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/error_info.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/genesys/upstream_fixture.h"

namespace gcjobs {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::FakeHttpTransport;
using ::testing::Ge;
using testing::GrantOf;
using ::testing::HasSubstr;
using testing::HeaderOf;
using testing::IsOkAndHolds;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;
using testing::StatusIs;

using Token = absl::StatusOr<std::string>;
using Until = absl::StatusOr<absl::Time>;

constexpr char kInvalidClient[] =
    R"({"error":"invalid_client","error_description":"authentication failed for s3cret"})";

class TokenSourceTest : public testing::UpstreamFixture {
 protected:
  static TokenSource::Options MakeOptions() {
    TokenSource::Options options;
    options.org = "acme";
    options.login_url = "https://login.example.com";
    options.credentials = {"id", "s3cret", ""};
    return options;
  }

  // Asks, and runs the loop; the answer arrives in `got_`.
  void Ask(int times = 1) {
    for (int i = 0; i < times; ++i) {
      Spawn<Token>(source_.Get(), [this](Token token) { got_.push_back(std::move(token)); });
    }
    loop_.TestOnlyRunUntilIdle();
  }

  // Asks for a new token; the answer arrives in `renewed_`.
  void RenewNow(int times = 1) {
    for (int i = 0; i < times; ++i) {
      Spawn<Until>(source_.RenewNow(), [this](Until until) { renewed_.push_back(until); });
    }
    loop_.TestOnlyRunUntilIdle();
  }

  // Wants another token than `token`, so many times.
  void Replace(const std::string& token, int times = 1) {
    for (int i = 0; i < times; ++i) {
      Spawn<Token>(source_.Replace(token, absl::Seconds(30)),
                   [this](Token other) { got_.push_back(std::move(other)); });
    }
    loop_.TestOnlyRunUntilIdle();
  }

  // Has the token `token` for `lifetime_seconds`.
  void Have(const std::string& token, int lifetime_seconds = 86400) {
    Ask();
    Answer(FakeHttpTransport::Ok(200, GrantOf(token, lifetime_seconds)));
    got_.clear();
  }

  TokenSource source_{MakeOptions(), {&transport_, &budget_, &loop_, &metrics_}};
  std::vector<Token> got_;
  std::vector<Until> renewed_;
};

TEST_F(TokenSourceTest, GetsATokenAndKeepsIt) {
  Ask();
  ASSERT_THAT(transport_.requests(), SizeIs(1));
  EXPECT_EQ(transport_.history()[0].url, "https://login.example.com/oauth/token");
  EXPECT_EQ(HeaderOf(transport_.history()[0], "User-Agent"), "gcjobs");
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-1")));
  Ask();
  EXPECT_THAT(got_, AllOf(SizeIs(2), Each(IsOkAndHolds(std::string("t-1")))));
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(TokenSourceTest, ATokenThatIsAtHandIsGivenAtOnce) {
  Have("t-1");
  Spawn<Token>(source_.Get(), [this](Token token) { got_.push_back(std::move(token)); });
  EXPECT_THAT(got_, SizeIs(1));
}

TEST_F(TokenSourceTest, HoweverManyAskOneRequestIsSent) {
  Ask(100);
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-1")));
  EXPECT_THAT(got_, AllOf(SizeIs(100), Each(IsOkAndHolds(std::string("t-1")))));
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(TokenSourceTest, ANewTokenIsGotWhileTheOldOneIsHandedOut) {
  Have("t-1");
  RenewNow();
  EXPECT_EQ(TokenRequests(), 2);
  Ask();
  EXPECT_THAT(got_, ElementsAre(IsOkAndHolds(std::string("t-1"))));
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-2", 1000)));
  ASSERT_THAT(renewed_, SizeIs(1));
  EXPECT_THAT(renewed_[0], IsOkAndHolds(clock_.MonotonicNow() + absl::Seconds(980)));
  Ask();
  EXPECT_THAT(got_[1], IsOkAndHolds(std::string("t-2")));
}

TEST_F(TokenSourceTest, ARequestThatWasSentBeforeIsNotWhatRenewNowAsksFor) {
  Ask();
  RenewNow(/*times=*/3);
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-1")));
  EXPECT_THAT(renewed_, SizeIs(0));
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-2")));
  EXPECT_THAT(renewed_, SizeIs(3));
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(TokenSourceTest, RenewNowAsksAlthoughTheLastAnswerWasNo) {
  Ask();
  Answer(FakeHttpTransport::Ok(401, kInvalidClient));
  source_.SetCredentials({"id", "another", ""});
  RenewNow();
  EXPECT_THAT(HeaderOf(transport_.history()[1], "Authorization"),
              Not(HeaderOf(transport_.history()[0], "Authorization")));
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-1")));
  Ask();
  EXPECT_THAT(got_.back(), IsOkAndHolds(std::string("t-1")));
}

TEST_F(TokenSourceTest, WithoutANewTokenTheOldOneStays) {
  Have("t-1");
  RenewNow();
  Answer(FakeHttpTransport::Ok(401, kInvalidClient));
  ASSERT_THAT(renewed_, SizeIs(1));
  EXPECT_THAT(renewed_[0], StatusIs(StatusCode::kFailedPrecondition,
                                    std::string("GENESYS_CREDENTIALS_REJECTED")));
  Ask();
  EXPECT_THAT(got_, ElementsAre(IsOkAndHolds(std::string("t-1"))));
}

TEST_F(TokenSourceTest, TokenRequestsCountInTheBudget) {
  Ask();
  EXPECT_EQ(budget_.used(), 1);
}

TEST_F(TokenSourceTest, AWaitForTheBudgetEndsWithIt) {
  while (budget_.Earliest(RequestClass::kToken) <= clock_.MonotonicNow()) {
    budget_.Take(RequestClass::kSubmit);
  }
  Ask();
  EXPECT_THAT(transport_.requests(), SizeIs(0));
  Advance(absl::Seconds(61));
  EXPECT_THAT(transport_.requests(), SizeIs(1));
}

TEST_F(TokenSourceTest, IsRenewedLateInItsLifeWhileTheOldOneIsStillUsed) {
  Have("t-1", 1000);
  Advance(absl::Seconds(790));
  Ask();
  EXPECT_EQ(TokenRequests(), 1);
  Advance(absl::Seconds(115));
  Ask(10);
  EXPECT_EQ(TokenRequests(), 2);
  EXPECT_THAT(got_, AllOf(SizeIs(11), Each(IsOkAndHolds(std::string("t-1")))));
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-2", 1000)));
  EXPECT_EQ(source_.Current(), "t-2");
}

TEST_F(TokenSourceTest, ARenewalThatFailsLeavesTheOldTokenInUse) {
  Have("t-1", 1000);
  Advance(absl::Seconds(905));
  EXPECT_EQ(source_.Current(), "t-1");
  Answer(FakeHttpTransport::Ok(503));
  EXPECT_EQ(source_.Current(), "t-1");
  EXPECT_EQ(TokenRequests(), 2);
  Advance(absl::Seconds(1));
  EXPECT_EQ(source_.Current(), "t-1");
  EXPECT_EQ(TokenRequests(), 3);
}

TEST_F(TokenSourceTest, AnExpiredTokenIsNotHandedOut) {
  Have("t-1", 1000);
  Advance(absl::Seconds(990));
  EXPECT_EQ(source_.Current(), std::nullopt);
  Ask();
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-2")));
  EXPECT_THAT(got_[0], IsOkAndHolds(std::string("t-2")));
}

TEST_F(TokenSourceTest, ALifeBeginsWhenItsRequestWasSent) {
  Ask();
  Advance(absl::Seconds(500));
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-1", 1000)));
  Advance(absl::Seconds(490));
  EXPECT_EQ(source_.Current(), std::nullopt);
}

TEST_F(TokenSourceTest, HoweverManyWantAnotherTokenOneRequestIsSent) {
  Have("t-1");
  Replace("t-1", 20);
  EXPECT_EQ(source_.Current(), "t-1");  // for the others it may be good
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-2")));
  Replace("t-1");  // a late one
  EXPECT_EQ(TokenRequests(), 2);
  EXPECT_THAT(got_, AllOf(SizeIs(21), Each(IsOkAndHolds(std::string("t-2")))));
}

TEST_F(TokenSourceTest, TokensThatAreReplacedYoungAgainAndAgainAreRenewedSlower) {
  Have("t-1");
  Replace("t-1");
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-2")));  // at once
  Replace("t-2");
  EXPECT_EQ(TokenRequests(), 2);
  Ask();
  EXPECT_THAT(got_.back(), IsOkAndHolds(std::string("t-2")));  // nobody else waits
  Advance(absl::Seconds(1));
  EXPECT_EQ(TokenRequests(), 3);
}

TEST_F(TokenSourceTest, ATokenThatLivedIsReplacedAtOnce) {
  Have("t-1");
  for (int i = 1; i <= 5; ++i) {
    Advance(absl::Minutes(5));
    Replace("t-" + std::to_string(i));
    Answer(FakeHttpTransport::Ok(200, GrantOf("t-" + std::to_string(i + 1))));
    EXPECT_EQ(TokenRequests(), i + 1);
  }
}

TEST_F(TokenSourceTest, ATokenThatMustBeReplacedAndCannotIsNotUsedOn) {
  Have("t-1");
  Replace("t-1");
  Answer(FakeHttpTransport::Ok(401, kInvalidClient));
  EXPECT_THAT(got_.back(), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(source_.Current(), std::nullopt);
}

TEST_F(TokenSourceTest, AnOutageLeavesTheTokenThatIsToBeReplacedInUse) {
  Have("t-1");
  Replace("t-1");
  Answer(FakeHttpTransport::Ok(503));
  EXPECT_THAT(got_.back(), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(source_.Current(), "t-1");
}

TEST_F(TokenSourceTest, AWaitForAnotherTokenHasALimit) {
  Have("t-1");
  Replace("t-1");
  Advance(absl::Seconds(29));
  EXPECT_THAT(got_, SizeIs(0));
  Advance(absl::Seconds(1));
  ASSERT_THAT(got_, SizeIs(1));
  EXPECT_THAT(got_[0], StatusIs(StatusCode::kUnavailable));
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-2")));  // it comes all the same
  EXPECT_EQ(source_.Current(), "t-2");
  EXPECT_THAT(got_, SizeIs(1));
}

TEST_F(TokenSourceTest, ATokenThatHasServedSinceIsProven) {
  Have("t-1");
  const absl::Time sent_at = clock_.MonotonicNow();
  EXPECT_FALSE(source_.IsProven("t-1", sent_at));
  source_.HasServed("t-0", sent_at);
  source_.HasServed("t-1", sent_at - absl::Seconds(1));
  EXPECT_FALSE(source_.IsProven("t-1", sent_at));
  source_.HasServed("t-1", sent_at);
  EXPECT_TRUE(source_.IsProven("t-1", sent_at));
  EXPECT_FALSE(source_.IsProven("t-0", sent_at));
  EXPECT_FALSE(source_.IsProven("t-1", sent_at + absl::Seconds(1)));
}

// What was refused before is refused with it as well, whatever the token.
TEST_F(TokenSourceTest, AReplacementThatHasServedIsProvenForAMinute) {
  Have("t-1");
  Replace("t-1");
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-2")));
  const absl::Time later = clock_.MonotonicNow() + absl::Seconds(30);
  EXPECT_FALSE(source_.IsProven("t-2", later));
  source_.HasServed("t-2", clock_.MonotonicNow());
  EXPECT_TRUE(source_.IsProven("t-2", later));
  Advance(absl::Seconds(61));
  EXPECT_FALSE(source_.IsProven("t-2", clock_.MonotonicNow()));
}

struct RefusalCase {
  int http_status;
  const char* body;
};

void PrintTo(const RefusalCase& c, std::ostream* os) { *os << c.http_status << " " << c.body; }

class TokenSourceRefusalTest : public TokenSourceTest,
                               public ::testing::WithParamInterface<RefusalCase> {};

TEST_P(TokenSourceRefusalTest, IsCredentialsRejectedAndTheSecretStaysSecret) {
  Ask();
  Answer(FakeHttpTransport::Ok(GetParam().http_status, GetParam().body));
  ASSERT_THAT(got_, SizeIs(1));
  EXPECT_THAT(got_[0], StatusIs(StatusCode::kFailedPrecondition,
                                std::string("GENESYS_CREDENTIALS_REJECTED")));
  EXPECT_THAT(got_[0].status().ToString(),
              AllOf(Not(HasSubstr("s3cret")), HasSubstr("https://login.example.com")));
  EXPECT_FALSE(GetRetryDelay(got_[0].status()));
}

INSTANTIATE_TEST_SUITE_P(Answers, TokenSourceRefusalTest,
                         ::testing::Values(RefusalCase{400, kInvalidClient},
                                           RefusalCase{401, kInvalidClient}, RefusalCase{401, ""},
                                           RefusalCase{403, "<html>"},
                                           RefusalCase{400, R"({"error":"s3cret"})"}));

TEST_F(TokenSourceTest, ARefusedClientIsNotHammered) {
  Ask();
  Answer(FakeHttpTransport::Ok(401, kInvalidClient));
  Ask(1000);
  EXPECT_EQ(TokenRequests(), 1);
  EXPECT_THAT(got_, AllOf(SizeIs(1001), Each(StatusIs(StatusCode::kFailedPrecondition))));
  EXPECT_EQ(GetErrorInfo(got_[1000].status())->metadata().at("genesys_code"), "invalid_client");
}

TEST_F(TokenSourceTest, RepairedCredentialsAreFoundWithinAMinute) {
  for (int i = 0; i < 20; ++i) {
    Ask();
    Answer(FakeHttpTransport::Ok(401, kInvalidClient));
    Advance(absl::Minutes(1));
  }
  Ask();
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-1")));
  EXPECT_THAT(got_.back(), IsOkAndHolds(std::string("t-1")));
}

TEST_F(TokenSourceTest, A429IsHonoured) {
  Ask();
  Answer(FakeHttpTransport::Ok(429, "", {{"Retry-After", "42"}}));
  EXPECT_THAT(got_[0],
              StatusIs(StatusCode::kResourceExhausted, std::string("GENESYS_RATE_LIMITED")));
  EXPECT_EQ(GetRetryDelay(got_[0].status()), absl::Seconds(42));
  Advance(absl::Seconds(30));
  Ask();
  EXPECT_EQ(GetRetryDelay(got_[1].status()), absl::Seconds(12));
  EXPECT_EQ(TokenRequests(), 1);
  Advance(absl::Seconds(12));
  Ask();
  EXPECT_EQ(TokenRequests(), 2);
}

class TokenSourceOutageTest : public TokenSourceTest,
                              public ::testing::WithParamInterface<HttpResult> {};

TEST_P(TokenSourceOutageTest, IsUnavailableAndRetriedAfterABackoff) {
  Ask();
  Answer(GetParam());
  ASSERT_THAT(got_, SizeIs(1));
  EXPECT_THAT(got_[0], StatusIs(StatusCode::kUnavailable, std::string("GENESYS_UNAVAILABLE")));
  EXPECT_THAT(*GetRetryDelay(got_[0].status()),
              AllOf(Ge(absl::Milliseconds(250)), Le(absl::Milliseconds(500))));
  Advance(absl::Milliseconds(500));
  Ask();
  EXPECT_EQ(TokenRequests(), 2);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, TokenSourceOutageTest,
    ::testing::Values(FakeHttpTransport::NotSent(), FakeHttpTransport::Broken(),
                      FakeHttpTransport::Broken(true), FakeHttpTransport::TooLarge(200),
                      FakeHttpTransport::Ok(500), FakeHttpTransport::Ok(503),
                      FakeHttpTransport::Ok(404), FakeHttpTransport::Ok(302),
                      FakeHttpTransport::Ok(200, ""), FakeHttpTransport::Ok(200, "<html>"),
                      FakeHttpTransport::Ok(200, R"({"access_token":["x"]})")));

TEST_F(TokenSourceTest, AnOutageIsAskedRarerTheLongerItLasts) {
  for (int i = 0; i < 10; ++i) {
    Ask();
    Answer(FakeHttpTransport::NotSent());
    Advance(absl::Seconds(30));
  }
  Ask();
  Answer(FakeHttpTransport::NotSent());
  EXPECT_GE(*GetRetryDelay(got_.back().status()), absl::Seconds(15));
}

TEST_F(TokenSourceTest, A503MayAskForMorePatience) {
  Ask();
  Answer(FakeHttpTransport::Ok(503, "", {{"Retry-After", "7"}}));
  EXPECT_EQ(GetRetryDelay(got_[0].status()), absl::Seconds(7));
}

TEST_F(TokenSourceTest, EveryRequestIsCountedByItsOutcome) {
  Ask();
  Answer(FakeHttpTransport::Ok(401));
  EXPECT_EQ(metrics_.UpstreamRequests("acme", "token", "401").Value(), 1);
}

}  // namespace
}  // namespace gcjobs
