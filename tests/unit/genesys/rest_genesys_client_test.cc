#include "server/genesys/rest_genesys_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/error_info.h"
#include "server/net/timer.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/genesys/upstream_fixture.h"

namespace gcjobs {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::FakeHttpTransport;
using testing::GrantOf;
using ::testing::HasSubstr;
using testing::HeaderOf;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsTokenRequest;
using ::testing::Not;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr absl::Duration kPatient = absl::Minutes(10);

class RestGenesysClientTest : public testing::UpstreamFixture {
 protected:
  static RestGenesysClient::Options MakeOptions() {
    RestGenesysClient::Options options;
    options.org = "acme";
    options.api_url = "https://api.example.com/";
    options.login_url = "https://login.example.com/";
    options.credentials = {"id", "s3cret", ""};
    options.max_waiting = 400;
    return options;
  }

  static ApiRequest MakeRequest(RequestClass request_class = RequestClass::kSubmit) {
    ApiRequest request;
    request.request_class = request_class;
    request.method = "POST";
    request.target = "/api/v2/things?x=1";
    request.body = R"({"a":1})";
    return request;
  }

  // Grants tokens t-1, t-2, ...; leaves other requests to the test.
  void GrantTokens() {
    transport_.SetHandler([this](const HttpRequest& request) -> std::optional<HttpResult> {
      if (!IsTokenRequest(request)) return std::nullopt;
      return FakeHttpTransport::Ok(200, GrantOf("t-" + std::to_string(++tokens_)));
    });
  }

  // Has the token t-1, which is no longer so young that Genesys Cloud may not know
  // it everywhere.
  void HaveSettledToken() {
    GrantTokens();
    Spawn<absl::StatusOr<absl::Time>>(client_.RenewToken(), [](absl::StatusOr<absl::Time>) {});
    Advance(absl::Seconds(2));
  }

  void AnswerAtOnce() {
    transport_.SetHandler([](const HttpRequest& request) {
      return FakeHttpTransport::Ok(200, IsTokenRequest(request) ? GrantOf("t-1") : "{}");
    });
  }

  // Acquires, and notes the outcome and the order in `granted_` and `order_`; the
  // permit is kept in `permits_`.
  void Acquire(RequestClass request_class, absl::Duration max_wait = kPatient) {
    Spawn<absl::StatusOr<Permit>>(client_.Acquire(request_class, "", max_wait),
                                  [this, request_class](absl::StatusOr<Permit> permit) {
                                    granted_.push_back(permit.status());
                                    order_.emplace_back(Name(request_class));
                                    if (permit.ok()) permits_.push_back(*std::move(permit));
                                  });
  }

  // Sends with the oldest permit; the reply arrives in `replies_`.
  void Send(ApiRequest request) {
    Permit permit = std::move(permits_.front());
    permits_.pop_front();
    Spawn<ApiReply>(client_.Send(std::move(permit), std::move(request)),
                    [this](ApiReply reply) { replies_.push_back(std::move(reply)); });
  }

  // Acquires and sends; the reply arrives in `replies_`.
  void Call(ApiRequest request) {
    Spawn<ApiReply>(client_.Call(std::move(request), kPatient),
                    [this](ApiReply reply) { replies_.push_back(std::move(reply)); });
    loop_.TestOnlyRunUntilIdle();
  }

  void UseUpBudget() {
    while (budget_.Earliest(RequestClass::kSubmit) <= clock_.MonotonicNow()) {
      budget_.Take(RequestClass::kSubmit);
    }
  }

  int tokens_ = 0;
  RestGenesysClient client_{MakeOptions(), {&transport_, &budget_, &families_, &loop_, &metrics_}};
  std::vector<absl::Status> granted_;
  std::deque<Permit> permits_;
  std::vector<std::string> order_;
  std::vector<ApiReply> replies_;
};

TEST_F(RestGenesysClientTest, ACallCarriesTheTokenAndTheUsualHeaders) {
  GrantTokens();
  Call(MakeRequest());
  ASSERT_THAT(transport_.requests(), SizeIs(1));
  const HttpRequest sent = transport_.requests()[0].request;
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "https://api.example.com/api/v2/things?x=1");
  EXPECT_EQ(sent.body, R"({"a":1})");
  EXPECT_EQ(HeaderOf(sent, "Authorization"), "Bearer t-1");
  EXPECT_EQ(HeaderOf(sent, "Content-Type"), "application/json");
  EXPECT_EQ(HeaderOf(sent, "Accept"), "application/json");
  EXPECT_EQ(HeaderOf(sent, "User-Agent"), "gcjobs");
  Answer(FakeHttpTransport::Ok(202, "{}"));
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_THAT(replies_[0].status, IsOk());
  EXPECT_EQ(replies_[0].response.status, 202);
}

TEST_F(RestGenesysClientTest, AGetHasNoContentType) {
  GrantTokens();
  ApiRequest request = MakeRequest();
  request.method = "GET";
  request.body.clear();
  Call(request);
  EXPECT_EQ(HeaderOf(transport_.requests()[0].request, "Content-Type"), "");
}

class RestGenesysClientTargetTest : public RestGenesysClientTest,
                                    public ::testing::WithParamInterface<const char*> {};

TEST_P(RestGenesysClientTargetTest, ATokenNeverLeavesForAnotherOrigin) {
  GrantTokens();
  ApiRequest request = MakeRequest();
  request.target = GetParam();
  Call(request);
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_EQ(replies_[0].fate, HttpResult::Fate::kNotSent);
  EXPECT_THAT(replies_[0].status, StatusIs(StatusCode::kInternal));
  EXPECT_THAT(transport_.requests(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Targets, RestGenesysClientTargetTest,
                         ::testing::Values("", ".evil.example/api", "@evil.example/", ":99/api",
                                           "https://evil.example/", "api/v2"));

TEST_F(RestGenesysClientTest, AcquireNeverAnswersFromWithin) {
  GrantTokens();
  Acquire(RequestClass::kSubmit);
  EXPECT_THAT(granted_, IsEmpty());
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(granted_, ElementsAre(IsOk()));
}

TEST_F(RestGenesysClientTest, PermitsGoByClassThenInOrder) {
  Acquire(RequestClass::kResults);
  Acquire(RequestClass::kPoll);
  Acquire(RequestClass::kManage);
  Acquire(RequestClass::kCancel);
  Acquire(RequestClass::kSubmit);
  GrantTokens();
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(order_, ElementsAre("submit", "cancel", "manage", "poll", "results"));
}

TEST_F(RestGenesysClientTest, WithinAClassTheFirstIsServedFirst) {
  GrantTokens();
  std::vector<int> served;
  for (int i = 0; i < 5; ++i) {
    Spawn<absl::StatusOr<Permit>>(
        client_.Acquire(RequestClass::kPoll, "", kPatient),
        [&served, i](const absl::StatusOr<Permit>&) { served.push_back(i); });
  }
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(served, ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(RestGenesysClientTest, ManyWaitForOneToken) {
  for (int i = 0; i < 20; ++i) Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(TokenRequests(), 1);
  Answer(FakeHttpTransport::Ok(200, GrantOf("t-1")));
  EXPECT_THAT(granted_, AllOf(SizeIs(20), Each(IsOk())));
}

TEST_F(RestGenesysClientTest, NoMinuteSeesMoreThanTheBudget) {
  AnswerAtOnce();
  for (int i = 0; i < 400; ++i) Call(MakeRequest());
  EXPECT_THAT(replies_, SizeIs(299));  // and the token request
  Advance(absl::Seconds(60));
  EXPECT_THAT(replies_, SizeIs(299));
  Advance(absl::Seconds(1));
  EXPECT_THAT(replies_, SizeIs(400));
}

TEST_F(RestGenesysClientTest, AWaitEndsAtItsLimit) {
  GrantTokens();
  UseUpBudget();
  Acquire(RequestClass::kSubmit, absl::Seconds(5));
  Advance(absl::Seconds(5));
  ASSERT_THAT(granted_, SizeIs(1));
  EXPECT_THAT(granted_[0], StatusIs(StatusCode::kUnavailable));  // the token waits as well
  Advance(absl::Minutes(2));
  Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  UseUpBudget();
  Acquire(RequestClass::kSubmit, absl::Seconds(5));
  Advance(absl::Seconds(5));
  EXPECT_THAT(granted_[2],
              StatusIs(StatusCode::kResourceExhausted, std::string("GENESYS_RATE_LIMITED")));
  EXPECT_EQ(GetRetryDelay(granted_[2]), absl::Seconds(56));
}

TEST_F(RestGenesysClientTest, WhoGaveUpTakesNoPermit) {
  GrantTokens();
  Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  permits_.pop_front();
  UseUpBudget();
  Acquire(RequestClass::kSubmit, absl::Seconds(1));
  Acquire(RequestClass::kSubmit);
  Advance(absl::Seconds(61));
  EXPECT_THAT(granted_, SizeIs(3));
  EXPECT_EQ(budget_.used(), 1);
}

TEST_F(RestGenesysClientTest, WithoutPatienceAFreePermitIsStillGranted) {
  GrantTokens();
  Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  Acquire(RequestClass::kSubmit, absl::ZeroDuration());
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(granted_, ElementsAre(IsOk(), IsOk()));
}

TEST_F(RestGenesysClientTest, AFullQueueRefuses) {
  for (int i = 0; i < 401; ++i) Acquire(RequestClass::kManage);
  Acquire(RequestClass::kSubmit);
  EXPECT_EQ(metrics_.PermitQueue("acme", "manage").Value(), 400);
  loop_.TestOnlyRunUntilIdle();
  ASSERT_THAT(granted_, SizeIs(1));
  EXPECT_THAT(granted_[0],
              StatusIs(StatusCode::kResourceExhausted, std::string("GENESYS_RATE_LIMITED")));
  EXPECT_TRUE(GetRetryDelay(granted_[0]));
}

TEST_F(RestGenesysClientTest, AReleasedPermitGoesToTheNext) {
  GrantTokens();
  Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  UseUpBudget();
  Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(granted_, SizeIs(1));
  permits_.pop_front();
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(granted_, SizeIs(2));
}

TEST_F(RestGenesysClientTest, RefusedCredentialsFailEveryoneAtOnce) {
  for (int i = 0; i < 20; ++i) Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  Answer(FakeHttpTransport::Ok(401, R"({"error":"invalid_client"})"));
  EXPECT_THAT(granted_, AllOf(SizeIs(20), Each(StatusIs(StatusCode::kFailedPrecondition))));
  Acquire(RequestClass::kPoll);
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(granted_.back(), StatusIs(StatusCode::kFailedPrecondition,
                                        std::string("GENESYS_CREDENTIALS_REJECTED")));
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(RestGenesysClientTest, WithoutLoginHostNoPermitIsGranted) {
  Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  Answer(FakeHttpTransport::NotSent());
  EXPECT_THAT(granted_,
              ElementsAre(StatusIs(StatusCode::kUnavailable, std::string("GENESYS_UNAVAILABLE"))));
}

// Genesys Cloud's services learn of a token one after another.
TEST_F(RestGenesysClientTest, A401InATokensFirstSecondIsTriedAgainWithItASecondLater) {
  GrantTokens();
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(401));
  Advance(absl::Milliseconds(900));
  EXPECT_THAT(transport_.requests(), IsEmpty());
  Advance(absl::Milliseconds(200));
  ASSERT_THAT(transport_.requests(), SizeIs(1));
  EXPECT_EQ(HeaderOf(transport_.requests()[0].request, "Authorization"), "Bearer t-1");
  Answer(FakeHttpTransport::Ok(401));
  EXPECT_EQ(TokenRequests(), 2);
  ASSERT_THAT(transport_.requests(), SizeIs(1));
  EXPECT_EQ(HeaderOf(transport_.requests()[0].request, "Authorization"), "Bearer t-2");
  Answer(FakeHttpTransport::Ok(200));
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_THAT(replies_[0].status, IsOk());
}

TEST_F(RestGenesysClientTest, A401WhileTheTokenServesOthersIsTheCallsOwnMatter) {
  HaveSettledToken();
  Call(MakeRequest());
  Call(MakeRequest());
  transport_.AnswerNext(FakeHttpTransport::Ok(200));
  Answer(FakeHttpTransport::Ok(401, R"({"code":"ip.not.authorized"})"));
  ASSERT_THAT(replies_, SizeIs(2));
  EXPECT_EQ(replies_[1].response.status, 401);
  EXPECT_EQ(TokenRequests(), 1);
}

// Two calls that are refused whatever the token, again and again, and one that is
// not, which never waits for a token.
TEST_F(RestGenesysClientTest, CallsThatAreAlwaysRefusedHoldNobodyUp) {
  HaveSettledToken();
  for (int i = 0; i < 60; ++i) {
    Call(MakeRequest());
    transport_.AnswerNext(FakeHttpTransport::Ok(200));
    Advance(absl::Milliseconds(100));
    EXPECT_EQ(replies_.back().response.status, 200) << i;
    for (int refused = 0; refused < 2; ++refused) Call(MakeRequest());
    while (!transport_.requests().empty()) Answer(FakeHttpTransport::Ok(401));
    Advance(absl::Seconds(1));
    while (!transport_.requests().empty()) Answer(FakeHttpTransport::Ok(401));
    ASSERT_THAT(replies_, SizeIs(3 * (i + 1))) << i;
  }
  EXPECT_LE(TokenRequests(), 3);  // in more than a minute
}

// After a change of roles the token must be fetched anew.
TEST_F(RestGenesysClientTest, A403IsTriedAgainWithANewToken) {
  HaveSettledToken();
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(403));
  ASSERT_THAT(transport_.requests(), SizeIs(1));
  EXPECT_EQ(HeaderOf(transport_.requests()[0].request, "Authorization"), "Bearer t-2");
  Answer(FakeHttpTransport::Ok(200));
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_THAT(replies_[0].status, IsOk());
}

TEST_F(RestGenesysClientTest, A403GetsANewTokenOnceInFiveMinutes) {
  HaveSettledToken();
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(403));
  Answer(FakeHttpTransport::Ok(403));
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(403));
  ASSERT_THAT(replies_, SizeIs(2));
  for (const ApiReply& reply : replies_) {
    EXPECT_THAT(reply.status,
                StatusIs(StatusCode::kPermissionDenied, std::string("GENESYS_FORBIDDEN")));
  }
  EXPECT_EQ(TokenRequests(), 2);
  Advance(absl::Minutes(5));
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(403));
  EXPECT_EQ(TokenRequests(), 3);
}

TEST_F(RestGenesysClientTest, A403StandsWhenThereIsNoNewToken) {
  HaveSettledToken();
  Call(MakeRequest());
  transport_.SetHandler(nullptr);
  Answer(FakeHttpTransport::Ok(403));
  Answer(FakeHttpTransport::Ok(503));
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_EQ(replies_[0].response.status, 403);
}

TEST_F(RestGenesysClientTest, A401RenewsTheTokenAndSendsOnceMore) {
  HaveSettledToken();
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(401, "", {}));
  ASSERT_THAT(transport_.requests(), SizeIs(1));
  const HttpRequest replay = transport_.requests()[0].request;
  EXPECT_EQ(HeaderOf(replay, "Authorization"), "Bearer t-2");
  EXPECT_EQ(replay.body, R"({"a":1})");
  EXPECT_EQ(budget_.used(), 4);  // two tokens, two calls
  Answer(FakeHttpTransport::Ok(202, "{}"));
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_THAT(replies_[0].status, IsOk());
}

TEST_F(RestGenesysClientTest, ASecond401IsAVerdict) {
  HaveSettledToken();
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(401));
  Answer(FakeHttpTransport::Ok(401, R"({"code":"bad.credentials"})"));
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_THAT(replies_[0].status, StatusIs(StatusCode::kFailedPrecondition,
                                           std::string("GENESYS_CREDENTIALS_REJECTED")));
  EXPECT_EQ(replies_[0].response.status, 401);
  EXPECT_THAT(transport_.requests(), IsEmpty());
}

TEST_F(RestGenesysClientTest, TwentyJobsWhoseTokenIsRevokedRenewItOnce) {
  HaveSettledToken();
  for (int i = 0; i < 20; ++i) Call(MakeRequest());
  ASSERT_THAT(transport_.requests(), SizeIs(20));
  for (int i = 0; i < 20; ++i) transport_.AnswerNext(FakeHttpTransport::Ok(401));
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(TokenRequests(), 2);
  ASSERT_THAT(transport_.requests(), SizeIs(20));
  for (const auto& pending : transport_.requests()) {
    EXPECT_EQ(HeaderOf(pending.request, "Authorization"), "Bearer t-2");
  }
}

TEST_F(RestGenesysClientTest, LateRefusalsOfAnOldTokenRenewNothing) {
  HaveSettledToken();
  Call(MakeRequest());
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(401));  // renews
  Answer(FakeHttpTransport::Ok(401));  // the other one, with the old token
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(RestGenesysClientTest, CredentialsRefusedAtTheRenewalAreAVerdictToo) {
  HaveSettledToken();
  Call(MakeRequest());
  transport_.SetHandler(nullptr);
  Answer(FakeHttpTransport::Ok(401));
  Answer(FakeHttpTransport::Ok(400, R"({"error":"invalid_client"})"));
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_THAT(replies_[0].status, StatusIs(StatusCode::kFailedPrecondition,
                                           std::string("GENESYS_CREDENTIALS_REJECTED")));
  EXPECT_EQ(replies_[0].fate, HttpResult::Fate::kAnswered);
  EXPECT_EQ(replies_[0].response.status, 401);
}

TEST_F(RestGenesysClientTest, ARenewalThatIsNotPossibleNowLeavesTheCallUnsent) {
  HaveSettledToken();
  Call(MakeRequest());
  transport_.SetHandler(nullptr);
  Answer(FakeHttpTransport::Ok(401));
  Answer(FakeHttpTransport::Broken());
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_EQ(replies_[0].fate, HttpResult::Fate::kNotSent);
  EXPECT_THAT(replies_[0].status, StatusIs(StatusCode::kUnavailable));
  EXPECT_TRUE(replies_[0].retry_after);
}

TEST_F(RestGenesysClientTest, AReplayWaitsForTheBudget) {
  HaveSettledToken();
  Call(MakeRequest());
  Acquire(RequestClass::kSubmit);
  UseUpBudget();
  Answer(FakeHttpTransport::Ok(401));
  EXPECT_THAT(transport_.requests(), IsEmpty());
  Advance(absl::Seconds(29));
  EXPECT_THAT(replies_, IsEmpty());
  Advance(absl::Seconds(1));
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_EQ(replies_[0].fate, HttpResult::Fate::kNotSent);
}

// It is one endpoint's: the polls of jobs of other kinds go on.
TEST_F(RestGenesysClientTest, AQuotaStopsNoClassOfJobs) {
  GrantTokens();
  for (const RequestClass request_class :
       {RequestClass::kSubmit, RequestClass::kPoll, RequestClass::kCancel}) {
    Call(MakeRequest(request_class));
    Answer(FakeHttpTransport::Ok(429, "", {{"Retry-After", "7200"}}));
    EXPECT_EQ(replies_.back().retry_after, absl::Hours(2));
    EXPECT_EQ(client_.ThrottledUntil(request_class, "things"), absl::InfinitePast());
    EXPECT_EQ(budget_.limit(), 300);
  }
}

TEST_F(RestGenesysClientTest, AQuotaStopsTheClassesInWhichNoJobWaitsInItsFamily) {
  GrantTokens();
  for (const RequestClass request_class : {RequestClass::kManage, RequestClass::kResults}) {
    Call(MakeRequest(request_class));
    Answer(FakeHttpTransport::Ok(429, "", {{"Retry-After", "7200"}}));
    EXPECT_EQ(client_.ThrottledUntil(request_class, "things"), clock_.Now() + absl::Hours(2));
    EXPECT_EQ(client_.ThrottledUntil(request_class, "others"), absl::InfinitePast());
  }
}

TEST_F(RestGenesysClientTest, ACallWithoutTargetGivesItsPermitBack) {
  GrantTokens();
  ApiRequest request = MakeRequest();
  request.target = "";
  Call(request);
  EXPECT_EQ(budget_.used(), 1);  // the token request
}

// A slow connection: the request may arrive at any time until its end.
TEST_F(RestGenesysClientTest, ARequestCountsFromItsEnd) {
  GrantTokens();
  Call(MakeRequest());
  Advance(absl::Minutes(2));
  EXPECT_EQ(budget_.used(), 1);
  Answer(FakeHttpTransport::Ok(200, "{}"));
  Advance(absl::Seconds(60));
  EXPECT_EQ(budget_.used(), 1);
  Advance(absl::Seconds(1));
  EXPECT_EQ(budget_.used(), 0);
}

TEST_F(RestGenesysClientTest, A429StopsItsClassAndNoOther) {
  GrantTokens();
  Call(MakeRequest(RequestClass::kPoll));
  Answer(FakeHttpTransport::Ok(429, "", {{"Retry-After", "42"}}));
  EXPECT_THAT(replies_[0].status,
              StatusIs(StatusCode::kResourceExhausted, std::string("GENESYS_RATE_LIMITED")));
  EXPECT_EQ(replies_[0].retry_after, absl::Seconds(42));
  EXPECT_EQ(client_.ThrottledUntil(RequestClass::kPoll, "things"),
            clock_.Now() + absl::Seconds(42));
  EXPECT_EQ(client_.ThrottledUntil(RequestClass::kSubmit, "things"), absl::InfinitePast());
  Acquire(RequestClass::kPoll);
  Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(order_, ElementsAre("submit"));
  Advance(absl::Seconds(42));
  EXPECT_THAT(order_, ElementsAre("submit", "poll"));
}

// It is about a service.
TEST_F(RestGenesysClientTest, A503StopsItsFamilysClassOnlyWithRetryAfter) {
  GrantTokens();
  Call(MakeRequest(RequestClass::kPoll));
  Answer(FakeHttpTransport::Ok(503));
  EXPECT_EQ(client_.ThrottledUntil(RequestClass::kPoll, "things"), absl::InfinitePast());
  Call(MakeRequest(RequestClass::kPoll));
  Answer(FakeHttpTransport::Ok(503, "", {{"Retry-After", "Tue, 14 Nov 2023 22:14:20 GMT"}}));
  EXPECT_EQ(client_.ThrottledUntil(RequestClass::kPoll, "things"), clock_.Now() + absl::Minutes(1));
  EXPECT_EQ(client_.ThrottledUntil(RequestClass::kPoll, "others"), absl::InfinitePast());
}

// `limit` is the organisation's own or an endpoint's.
TEST_F(RestGenesysClientTest, A429ThatNamesAnEndpointStopsItsFamily) {
  constexpr char kNamed[] =
      R"({"code":"too.many.requests","limit":{"key":"things.rate.per.minute","value":"x","namespace":"things"}})";
  constexpr char kToken[] =
      R"({"limit":{"key":"client.credentials.token.rate.per.minute","namespace":"platform.api","value":300}})";
  GrantTokens();
  Call(MakeRequest(RequestClass::kPoll));
  Answer(FakeHttpTransport::Ok(429, kNamed, {{"Retry-After", "42"}}));
  EXPECT_EQ(client_.ThrottledUntil(RequestClass::kPoll, "things"),
            clock_.Now() + absl::Seconds(42));
  EXPECT_EQ(client_.ThrottledUntil(RequestClass::kPoll, "others"), absl::InfinitePast());
  EXPECT_EQ(budget_.limit(), 300);
  Call(MakeRequest(RequestClass::kSubmit));
  Answer(FakeHttpTransport::Ok(429, kToken, {{"Retry-After", "7"}}));
  EXPECT_EQ(client_.ThrottledUntil(RequestClass::kSubmit, "others"),
            clock_.Now() + absl::Seconds(7));
}

TEST_F(RestGenesysClientTest, ALimitThatIsNamedIsTheFamilys) {
  GrantTokens();
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(429, R"({"limit":{"key":"things.requests.per.minute","value":40}})",
                               {{"Retry-After", "1"}}));
  EXPECT_EQ(families_.limit("things"), 40);
  EXPECT_EQ(families_.limit("others"), 300);
}

TEST_F(RestGenesysClientTest, AFamilyWhoseBudgetIsUsedUpHoldsNoOtherUp) {
  GrantTokens();
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(200, "",
                               {{"inin-ratelimit-allowed", "5"}, {"inin-ratelimit-count", "5"}}));
  EXPECT_EQ(budget_.limit(), 300);
  EXPECT_GT(client_.FamilyWait(RequestClass::kSubmit, "things"), absl::Seconds(30));
  EXPECT_LE(client_.FamilyWait(RequestClass::kSubmit, "others"), absl::ZeroDuration());
  std::vector<std::string> granted;
  for (const char* family : {"things", "others"}) {
    Spawn<absl::StatusOr<Permit>>(
        client_.Acquire(RequestClass::kSubmit, family, kPatient),
        [&granted, family](absl::StatusOr<Permit>) { granted.emplace_back(family); });
  }
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(granted, ElementsAre("others"));
  Advance(absl::Seconds(62));
  EXPECT_THAT(granted, ElementsAre("others", "things"));
}

TEST_F(RestGenesysClientTest, EveryAnswerTeachesTheBudget) {
  GrantTokens();
  for (const char* target : {"/api/v2/things", "/api/v2/others?x=1"}) {
    EXPECT_EQ(budget_.limit(), 300);
    ApiRequest request = MakeRequest();
    request.target = target;
    Call(request);
    Answer(FakeHttpTransport::Ok(
        404, "", {{"inin-ratelimit-allowed", "180"}, {"inin-ratelimit-count", "100"}}));
    EXPECT_EQ(budget_.used(), 100);
  }
  EXPECT_EQ(budget_.limit(), 180);
}

TEST_F(RestGenesysClientTest, APermitOutlivesItsToken) {
  GrantTokens();
  Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  Advance(absl::Hours(24));
  Send(MakeRequest());
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(HeaderOf(transport_.requests()[0].request, "Authorization"), "Bearer t-2");
}

TEST_F(RestGenesysClientTest, APermitWithoutTokenIsGivenBack) {
  GrantTokens();
  Acquire(RequestClass::kSubmit);
  loop_.TestOnlyRunUntilIdle();
  transport_.SetHandler(nullptr);
  Advance(absl::Hours(24));
  Acquire(RequestClass::kSubmit);
  Send(MakeRequest());
  loop_.TestOnlyRunUntilIdle();
  Answer(FakeHttpTransport::NotSent());
  ASSERT_THAT(replies_, SizeIs(1));
  EXPECT_EQ(replies_[0].fate, HttpResult::Fate::kNotSent);
  EXPECT_THAT(replies_[0].status, StatusIs(StatusCode::kUnavailable));
}

TEST_F(RestGenesysClientTest, BrokenExchangesAreToldApart) {
  GrantTokens();
  for (HttpResult result : {FakeHttpTransport::NotSent(), FakeHttpTransport::Broken(),
                            FakeHttpTransport::TooLarge(200)}) {
    const HttpResult::Fate fate = result.fate;
    Call(MakeRequest());
    Answer(std::move(result));
    EXPECT_EQ(replies_.back().fate, fate);
    EXPECT_FALSE(replies_.back().status.ok());
  }
}

TEST_F(RestGenesysClientTest, AnUpstreamThatEchoesTheTokenDoesNotGetItIntoErrors) {
  GrantTokens();
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(400, R"({"message":"bad header: Bearer t-1"})"));
  EXPECT_THAT(replies_[0].status.ToString(), Not(HasSubstr("t-1")));
}

TEST_F(RestGenesysClientTest, EveryRequestIsCountedByClassAndOutcome) {
  GrantTokens();
  Call(MakeRequest());
  Answer(FakeHttpTransport::Ok(202, "{}"));
  Call(MakeRequest(RequestClass::kPoll));
  Answer(FakeHttpTransport::Broken());
  EXPECT_EQ(metrics_.UpstreamRequests("acme", "submit", "202").Value(), 1);
  EXPECT_EQ(metrics_.UpstreamRequests("acme", "poll", "none").Value(), 1);
  EXPECT_EQ(metrics_.PermitQueue("acme", "submit").Value(), 0);
}

TEST_F(RestGenesysClientTest, CallsOfAGrantedCallerGoThrough) {
  GrantTokens();
  Spawn<absl::StatusOr<Permit>>(client_.Acquire(RequestClass::kSubmit, "", kPatient),
                                [this](absl::StatusOr<Permit> permit) {
                                  Acquire(RequestClass::kSubmit);
                                  permit->GiveBack();
                                });
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(granted_, ElementsAre(IsOk()));
}

// A story that ends gives back what it had, wherever it stands.
class EndedStoryTest : public RestGenesysClientTest {
 protected:
  EndedStoryTest() { GrantTokens(); }

  // Waits for a permit, keeps it for a minute, sends, and waits for the answer.
  Task<> CallSlowly() {
    absl::StatusOr<Permit> permit = co_await client_.Acquire(RequestClass::kSubmit, "", kPatient);
    co_await Sleep(&loop_, absl::Minutes(1));
    co_await client_.Send(*std::move(permit), MakeRequest());
    is_over_ = true;
  }
  int64_t Waiting() { return metrics_.PermitQueue("acme", "submit").Value(); }

  // Lets the first request, for a token, leave the budget.
  void GetToken() {
    Acquire(RequestClass::kSubmit);
    loop_.TestOnlyRunUntilIdle();
    permits_.clear();
    Advance(absl::Seconds(61));
    ASSERT_EQ(budget_.used(), 0);
  }

  bool is_over_ = false;
};

TEST_F(EndedStoryTest, LeavesTheQueue) {
  UseUpBudget();
  Story story(CallSlowly());
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(Waiting(), 1);
  story.End();
  EXPECT_EQ(Waiting(), 0);
  Advance(absl::Minutes(5));
  EXPECT_THAT(transport_.requests(), IsEmpty());
}

TEST_F(EndedStoryTest, GivesItsPermitBack) {
  GetToken();
  Story story(CallSlowly());
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(budget_.used(), 1);
  story.End();
  EXPECT_EQ(budget_.used(), 0);
}

TEST_F(EndedStoryTest, ItsRequestCountsUntilTheAnswer) {
  GetToken();
  Story story(CallSlowly());
  Advance(absl::Minutes(1));
  ASSERT_THAT(transport_.requests(), SizeIs(1));
  story.End();
  Advance(absl::Minutes(5));
  EXPECT_EQ(budget_.used(), 1);
  Answer(FakeHttpTransport::Ok(429, "", {{"Retry-After", "42"}}));
  EXPECT_EQ(metrics_.UpstreamRequests("acme", "submit", "429").Value(), 1);
  EXPECT_EQ(client_.ThrottledUntil(RequestClass::kSubmit, "things"),
            clock_.Now() + absl::Seconds(42));
  Advance(absl::Seconds(61));
  EXPECT_EQ(budget_.used(), 0);
  EXPECT_FALSE(is_over_);
}

// At the server's end the client goes while stories wait in it.
TEST_F(EndedStoryTest, EndsWithItsClient) {
  auto client = std::make_unique<RestGenesysClient>(
      MakeOptions(), RestGenesysClient::Deps{&transport_, &budget_, &families_, &loop_, &metrics_});
  int granted = 0;
  const auto acquire = [&] {
    Spawn<absl::StatusOr<Permit>>(client->Acquire(RequestClass::kSubmit, "", kPatient),
                                  [&granted, this](absl::StatusOr<Permit> permit) {
                                    ++granted;
                                    permits_.push_back(*std::move(permit));
                                  });
    loop_.TestOnlyRunUntilIdle();
  };
  acquire();
  ASSERT_EQ(granted, 1);
  UseUpBudget();
  acquire();
  client.reset();
  permits_.clear();  // one that outlives its client
  Advance(absl::Minutes(5));
  EXPECT_EQ(granted, 1);
  EXPECT_EQ(Waiting(), 0);
}

}  // namespace
}  // namespace gcjobs
