#include "server/genesys/action_timeouts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/time_conversion.h"
#include "server/genesys/rest_genesys_client.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/genesys/upstream_fixture.h"

namespace gcjobs {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FakeHttpTransport;
using testing::GrantOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsTokenRequest;
using ::testing::SizeIs;
using testing::StatusIs;

using Timeout = absl::StatusOr<v1::ActionTimeout>;

constexpr char kFlowUrl[] = "https://api/api/v2/flows/f-1/dataactions/a-1";
constexpr char kIntegrationUrl[] = "https://api/api/v2/integrations/actions/a-1";

class ActionTimeoutsTest : public testing::UpstreamFixture {
 protected:
  ActionTimeoutsTest() {
    transport_.SetHandler([](const HttpRequest& request) -> std::optional<HttpResult> {
      if (!IsTokenRequest(request)) return std::nullopt;
      return FakeHttpTransport::Ok(200, GrantOf("t-1"));
    });
  }

  static RestGenesysClient::Options MakeOptions() {
    RestGenesysClient::Options options;
    options.org = "acme";
    options.api_url = "https://api";
    options.login_url = "https://login";
    return options;
  }

  void Set(absl::Duration timeout, std::string flow_id = "f-1",
           std::optional<int64_t> expected_version = std::nullopt) {
    Spawn<Timeout>(actions_.Set({{"a-1", "", std::move(flow_id)}, timeout, expected_version}),
                   [this](Timeout result) { results_.push_back(std::move(result)); });
    loop_.TestOnlyRunUntilIdle();
  }

  void Get(std::string flow_id = "f-1") {
    Spawn<Timeout>(actions_.Get({"a-1", "", std::move(flow_id)}),
                   [this](Timeout result) { results_.push_back(std::move(result)); });
    loop_.TestOnlyRunUntilIdle();
  }

  // Answers what waits; nothing may wait before it.
  void Reply(int status, std::string body = "") {
    Answer(FakeHttpTransport::Ok(status, std::move(body)));
  }

  // Whether the request that waits is a read.
  bool IsReading() const {
    return transport_.requests().size() == 1 && transport_.requests()[0].request.method == "GET";
  }

  // All API calls so far: `GET PUT GET`.
  std::vector<std::string> Methods() const {
    std::vector<std::string> methods;
    for (const HttpRequest& request : transport_.history()) {
      if (!IsTokenRequest(request)) methods.push_back(request.method);
    }
    return methods;
  }

  const HttpRequest& LastRequest() const { return transport_.history().back(); }

  RestGenesysClient client_{MakeOptions(), {&transport_, &budget_, &families_, &loop_, &metrics_}};
  ActionTimeouts actions_{&client_, &loop_};
  std::vector<Timeout> results_;
};

// A flow data action of type `rest`, with spellings that must survive.
std::string RestAction(int timeout_ms, int version = 3) {
  return absl::StrCat(
      R"({ "id":"a-1", "name":"Get order","type":"rest","version":)", version,
      R"(,"big":9007199254740993,"price":1.10,"definition":{"url":"x\/y","options":{"timeout":)",
      timeout_ms, R"(,"retries":0.0}},"unknown":[null,1e2]})");
}

TEST_F(ActionTimeoutsTest, SetsARestActionsLimitAndChangesNothingElse) {
  Set(absl::Seconds(20));
  EXPECT_EQ(LastRequest().url, kFlowUrl);
  Reply(200, RestAction(10000));
  EXPECT_EQ(LastRequest().method, "PUT");
  EXPECT_EQ(LastRequest().url, kFlowUrl);
  EXPECT_EQ(LastRequest().body, RestAction(20000));
  Reply(200, "{}");
  EXPECT_TRUE(IsReading());
  Reply(200, RestAction(20000, 4));
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  const v1::ActionTimeout& result = *results_[0];
  EXPECT_EQ(result.action_id(), "a-1");
  EXPECT_EQ(result.flow_id(), "f-1");
  EXPECT_EQ(result.name(), "Get order");
  EXPECT_EQ(result.type(), "rest");
  EXPECT_EQ(FromProto(result.timeout()), absl::Seconds(20));
  EXPECT_EQ(FromProto(result.previous_timeout()), absl::Seconds(10));
  EXPECT_EQ(result.version(), 4);
  EXPECT_TRUE(result.verified());
}

TEST_F(ActionTimeoutsTest, ADefinitionThatIsAStringGoesBackAsThatString) {
  Set(absl::Milliseconds(2500));
  Reply(200, R"({"type":"rest","version":1,
      "definition":"{ \"u\":\"\\u00e9\/\",\"options\":{\"timeout\":1.0e3} ,\"n\":1.50}"})");
  EXPECT_EQ(LastRequest().body, R"({"type":"rest","version":1,
      "definition":"{ \"u\":\"\\u00e9\/\",\"options\":{\"timeout\":2500} ,\"n\":1.50}"})");
}

TEST_F(ActionTimeoutsTest, AMissingLimitIsAdded) {
  Set(absl::Seconds(2));
  Reply(200, R"({"type":"rest","version":1,"definition":{"url":"x"}})");
  EXPECT_EQ(LastRequest().body,
            R"({"type":"rest","version":1,"definition":{"url":"x","options":{"timeout":2000}}})");
}

TEST_F(ActionTimeoutsTest, ALimitThatIsNullIsReplaced) {
  Set(absl::Seconds(2));
  Reply(200, R"({"type":"rest","version":1,"definition":{"options":{"timeout":null}}})");
  EXPECT_EQ(LastRequest().body,
            R"({"type":"rest","version":1,"definition":{"options":{"timeout":2000}}})");
  Reply(200);
  Reply(200, R"({"type":"rest","version":2,"definition":{"options":{"timeout":2000}}})");
  EXPECT_FALSE(results_[0]->has_previous_timeout());
}

TEST_F(ActionTimeoutsTest, OtherTypesCountSeconds) {
  Set(absl::Seconds(30));
  Reply(200, R"({"type":"script","version":1,"executionTimeout": 10 ,"definition":"x"})");
  EXPECT_EQ(LastRequest().body,
            R"({"type":"script","version":1,"executionTimeout": 30 ,"definition":"x"})");
}

// An integration action, with spellings that must survive.
std::string IntegrationAction(int timeout_s, int version = 7) {
  return absl::StrCat(
      R"({"id":"a-1","name":"Get \u00d6rder","category":"CRM","secure":false,"config":)",
      R"({"request":{"requestTemplate":"${x}"},"timeoutSeconds":)", timeout_s,
      R"(,"response":{"n":1.0}},"version":)", version, R"(,"selfUri":"/x"})");
}

TEST_F(ActionTimeoutsTest, SetsAnIntegrationActionsLimitAndKeepsItsConfig) {
  Set(absl::Seconds(60), "");
  EXPECT_EQ(LastRequest().url, absl::StrCat(kIntegrationUrl, "?includeConfig=true"));
  Reply(200, IntegrationAction(10));
  EXPECT_EQ(LastRequest().method, "PATCH");
  EXPECT_EQ(LastRequest().url, kIntegrationUrl);
  EXPECT_EQ(LastRequest().body,
            R"({"category":"CRM","name":"Get \u00d6rder","config":)"
            R"({"request":{"requestTemplate":"${x}"},"timeoutSeconds":60,"response":{"n":1.0}},)"
            R"("version":7})");
  Reply(200, "{}");
  Reply(200, IntegrationAction(60, 8));
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_EQ(results_[0]->name(), "Get Örder");
  EXPECT_EQ(FromProto(results_[0]->timeout()), absl::Seconds(60));
  EXPECT_EQ(FromProto(results_[0]->previous_timeout()), absl::Seconds(10));
  EXPECT_EQ(results_[0]->version(), 8);
  EXPECT_TRUE(results_[0]->verified());
}

struct RangeCase {
  const char* flow_id;
  absl::Duration timeout;
};

void PrintTo(const RangeCase& c, std::ostream* os) {
  *os << c.flow_id << " " << absl::FormatDuration(c.timeout);
}

class OutOfRangeTest : public ActionTimeoutsTest,
                       public ::testing::WithParamInterface<RangeCase> {};

TEST_P(OutOfRangeTest, IsRefusedBeforeAnyCall) {
  Set(GetParam().timeout, GetParam().flow_id);
  ASSERT_THAT(results_, ElementsAre(StatusIs(StatusCode::kInvalidArgument,
                                             std::string("TIMEOUT_OUT_OF_RANGE"))));
  EXPECT_THAT(transport_.history(), IsEmpty());
  const auto info = GetErrorInfo(results_[0].status());
  EXPECT_EQ(info->domain(), "gcjobs");
  EXPECT_EQ(info->metadata().at("action_id"), "a-1");
  EXPECT_EQ(info->metadata().at("timeout"), absl::FormatDuration(GetParam().timeout));
  EXPECT_EQ(info->metadata().at("min"), "1s");
}

INSTANTIATE_TEST_SUITE_P(Limits, OutOfRangeTest,
                         ::testing::Values(RangeCase{"f-1", absl::Milliseconds(999)},
                                           RangeCase{"f-1", absl::Milliseconds(30001)},
                                           RangeCase{"f-1", absl::Microseconds(1500500)},
                                           RangeCase{"f-1", absl::ZeroDuration()},
                                           RangeCase{"f-1", absl::Seconds(-5)},
                                           RangeCase{"f-1", absl::InfiniteDuration()},
                                           RangeCase{"", absl::Milliseconds(999)},
                                           RangeCase{"", absl::Seconds(61)},
                                           RangeCase{"", absl::Milliseconds(1500)},
                                           RangeCase{"", -absl::InfiniteDuration()}));

class InRangeTest : public ActionTimeoutsTest, public ::testing::WithParamInterface<RangeCase> {};

TEST_P(InRangeTest, IsAsked) {
  Set(GetParam().timeout, GetParam().flow_id);
  EXPECT_TRUE(IsReading());
}

INSTANTIATE_TEST_SUITE_P(Limits, InRangeTest,
                         ::testing::Values(RangeCase{"f-1", absl::Milliseconds(1000)},
                                           RangeCase{"f-1", absl::Milliseconds(30000)},
                                           RangeCase{"f-1", absl::Milliseconds(1001)},
                                           RangeCase{"", absl::Seconds(1)},
                                           RangeCase{"", absl::Seconds(60)}));

TEST_F(ActionTimeoutsTest, PartsOfASecondAreRefusedForOtherTypesBeforeTheWrite) {
  Set(absl::Milliseconds(1500));
  Reply(200, R"({"type":"script","version":1,"executionTimeout":10})");
  EXPECT_THAT(results_, ElementsAre(StatusIs(StatusCode::kInvalidArgument,
                                             std::string("TIMEOUT_OUT_OF_RANGE"))));
  EXPECT_THAT(Methods(), ElementsAre("GET"));
}

TEST_F(ActionTimeoutsTest, ALimitThatIsSetIsNotWrittenAgain) {
  Set(absl::Seconds(10));
  Reply(200, RestAction(10000));
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_TRUE(results_[0]->verified());
  EXPECT_EQ(FromProto(results_[0]->previous_timeout()), absl::Seconds(10));
  EXPECT_THAT(Methods(), ElementsAre("GET"));
}

TEST_F(ActionTimeoutsTest, AConflictIsReadAgainSoThatTheOtherChangeIsKept) {
  Set(absl::Seconds(20));
  Reply(200, RestAction(10000, 3));
  Reply(409);
  EXPECT_THAT(transport_.requests(), IsEmpty());
  Advance(absl::Milliseconds(200));
  Reply(200, RestAction(15000, 4));
  EXPECT_EQ(LastRequest().body, RestAction(20000, 4));
  Reply(200);
  Reply(200, RestAction(20000, 5));
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_EQ(FromProto(results_[0]->previous_timeout()), absl::Seconds(15));
  EXPECT_TRUE(results_[0]->verified());
}

TEST_F(ActionTimeoutsTest, ConflictsThatDoNotEndAreGivenUpAfterFiveRetries) {
  Set(absl::Seconds(20));
  for (int attempt = 0; attempt < 6; ++attempt) {
    ASSERT_THAT(results_, IsEmpty());
    Reply(200, RestAction(10000));
    Reply(400, R"({"message":"Version does not match the current version"})");
    Advance(absl::Seconds(2));
  }
  EXPECT_THAT(results_,
              ElementsAre(StatusIs(StatusCode::kAborted, std::string("GENESYS_VERSION_CONFLICT"))));
  EXPECT_THAT(Methods(), SizeIs(12));
}

TEST_F(ActionTimeoutsTest, WithAnExpectedVersionAConflictIsNotRetried) {
  Set(absl::Seconds(20), "f-1", 3);
  Reply(200, RestAction(10000, 3));
  Reply(409);
  EXPECT_THAT(results_,
              ElementsAre(StatusIs(StatusCode::kAborted, std::string("GENESYS_VERSION_CONFLICT"))));
}

TEST_F(ActionTimeoutsTest, AnotherVersionThanExpectedIsNotWritten) {
  Set(absl::Seconds(20), "f-1", 2);
  Reply(200, RestAction(10000, 3));
  ASSERT_THAT(results_,
              ElementsAre(StatusIs(StatusCode::kAborted, std::string("GENESYS_VERSION_CONFLICT"))));
  EXPECT_THAT(Methods(), ElementsAre("GET"));
  const auto metadata = GetErrorInfo(results_[0].status())->metadata();
  EXPECT_EQ(metadata.at("version"), "3");
  EXPECT_EQ(metadata.at("expected_version"), "2");
}

TEST_F(ActionTimeoutsTest, AnotherVersionIsAConflictAlsoWhereTheLimitIsSet) {
  Set(absl::Seconds(10), "f-1", 2);
  Reply(200, RestAction(10000, 3));
  EXPECT_THAT(results_, ElementsAre(StatusIs(StatusCode::kAborted)));
}

class LostWriteTest : public ActionTimeoutsTest, public ::testing::WithParamInterface<HttpResult> {
 protected:
  void WriteAndLose() {
    Set(absl::Seconds(20));
    Reply(200, RestAction(10000));
    Answer(GetParam());
  }
};

TEST_P(LostWriteTest, ThatWasMadeIsFoundByReadingBack) {
  WriteAndLose();
  ASSERT_TRUE(IsReading());
  Reply(200, RestAction(20000, 4));
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_TRUE(results_[0]->verified());
  EXPECT_EQ(results_[0]->version(), 4);
}

TEST_P(LostWriteTest, ThatWasNotMadeIsItsError) {
  WriteAndLose();
  Reply(200, RestAction(10000));
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_FALSE(results_[0].ok());
  EXPECT_THAT(Methods(), ElementsAre("GET", "PUT", "GET"));
}

TEST_P(LostWriteTest, ThatCannotBeReadBackIsItsError) {
  WriteAndLose();
  Reply(404);
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_FALSE(results_[0].ok());
  EXPECT_NE(results_[0].status().code(), StatusCode::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(Fates, LostWriteTest,
                         ::testing::Values(FakeHttpTransport::Broken(),
                                           FakeHttpTransport::Broken(true),
                                           FakeHttpTransport::TooLarge(200),
                                           FakeHttpTransport::Ok(500), FakeHttpTransport::Ok(502),
                                           FakeHttpTransport::Ok(503), FakeHttpTransport::Ok(504),
                                           FakeHttpTransport::Ok(408)));

class RefusedWriteTest : public ActionTimeoutsTest,
                         public ::testing::WithParamInterface<HttpResult> {};

TEST_P(RefusedWriteTest, IsItsErrorWithoutReadingBack) {
  Set(absl::Seconds(20));
  Reply(200, RestAction(10000));
  Answer(GetParam());
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_FALSE(results_[0].ok());
  EXPECT_THAT(Methods(), ElementsAre("GET", "PUT"));
}

INSTANTIATE_TEST_SUITE_P(Answers, RefusedWriteTest,
                         ::testing::Values(FakeHttpTransport::NotSent(), FakeHttpTransport::Ok(400),
                                           FakeHttpTransport::Ok(403), FakeHttpTransport::Ok(404),
                                           FakeHttpTransport::Ok(429, "", {{"Retry-After", "9"}}),
                                           FakeHttpTransport::Ok(503, "", {{"Retry-After", "9"}})));

TEST_F(ActionTimeoutsTest, AWriteThatIsNotSeenIsNotVerified) {
  Set(absl::Seconds(20));
  Reply(200, RestAction(10000));
  Reply(200);
  Reply(200, RestAction(10000));
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_FALSE(results_[0]->verified());
  EXPECT_EQ(FromProto(results_[0]->timeout()), absl::Seconds(10));
}

TEST_F(ActionTimeoutsTest, AWriteThatCannotBeReadBackIsNotVerified) {
  Set(absl::Seconds(20));
  Reply(200, RestAction(10000));
  Reply(200);
  Reply(200, "<html>");
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_FALSE(results_[0]->verified());
  EXPECT_EQ(FromProto(results_[0]->timeout()), absl::Seconds(20));
}

TEST_F(ActionTimeoutsTest, AnActionThatIsNotThereIsNotFound) {
  Set(absl::Seconds(20));
  Reply(404);
  EXPECT_THAT(results_,
              ElementsAre(StatusIs(StatusCode::kNotFound, std::string("GENESYS_NOT_FOUND"))));
}

TEST_F(ActionTimeoutsTest, NoPermitInTimeIsAnErrorWithRetryInfo) {
  while (budget_.Earliest(RequestClass::kToken) <= clock_.MonotonicNow()) {
    budget_.Take(RequestClass::kSubmit);
  }
  Set(absl::Seconds(20));
  Advance(absl::Seconds(25));
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_TRUE(GetRetryDelay(results_[0].status()));
}

struct BadActionCase {
  const char* flow_id;
  const char* body;
};

void PrintTo(const BadActionCase& c, std::ostream* os) { *os << c.body; }

class BadActionTest : public ActionTimeoutsTest,
                      public ::testing::WithParamInterface<BadActionCase> {};

TEST_P(BadActionTest, IsABadResponseAndNotWritten) {
  Set(absl::Seconds(20), GetParam().flow_id);
  Reply(200, GetParam().body);
  EXPECT_THAT(results_,
              ElementsAre(StatusIs(StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE"))));
  EXPECT_THAT(Methods(), ElementsAre("GET"));
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, BadActionTest,
    ::testing::Values(
        BadActionCase{"f", ""}, BadActionCase{"f", "[]"}, BadActionCase{"f", "{}"},
        BadActionCase{"f", "<html>"}, BadActionCase{"f", R"({"type":7})"},
        BadActionCase{"f", R"({"type":"rest","version":1})"},
        BadActionCase{"f", R"({"type":"rest","version":1,"definition":null})"},
        BadActionCase{"f", R"({"type":"rest","version":1,"definition":[1]})"},
        BadActionCase{"f", R"({"type":"rest","version":1,"definition":"{"})"},
        BadActionCase{"f", R"({"type":"rest","version":1,"definition":"[]"})"},
        BadActionCase{"f", R"({"type":"rest","version":1,"definition":{"options":[]}})"},
        BadActionCase{"f", R"({"type":"rest","version":1,"definition":{"options":"x"}})"},
        BadActionCase{"f",
                      R"({"type":"rest","version":1,"definition":{"options":{"timeout":"9"}}})"},
        BadActionCase{"f", R"({"type":"rest","version":"1","definition":{}})"},
        BadActionCase{"f", R"({"type":"script","version":1,"executionTimeout":{}})"},
        BadActionCase{"f", R"({"type":"script","version":1,"executionTimeout":-3})"},
        BadActionCase{"f", R"({"type":"script","version":1,"executionTimeout":1e300})"},
        BadActionCase{"", ""}, BadActionCase{"", R"({"name":"x","version":1})"},
        BadActionCase{"", R"({"name":"x","version":1,"config":null})"},
        BadActionCase{"", R"({"name":"x","version":1,"config":"{}"})"},
        BadActionCase{"", R"({"name":"x","config":{}})"},
        BadActionCase{"", R"({"name":"x","version":1.5,"config":{}})"},
        BadActionCase{"", R"({"name":"x","version":1,"config":{"timeoutSeconds":[]}})"}));

TEST_F(ActionTimeoutsTest, GetTellsTheLimit) {
  Get();
  Reply(200, RestAction(12345));
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_EQ(FromProto(results_[0]->timeout()), absl::Milliseconds(12345));
  EXPECT_EQ(results_[0]->version(), 3);
  EXPECT_FALSE(results_[0]->verified());
}

TEST_F(ActionTimeoutsTest, GetOfAnActionThatStatesNoneHasNone) {
  Get("");
  Reply(200, R"({"name":"x","version":1,"config":{}})");
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_FALSE(results_[0]->has_timeout());
}

TEST_F(ActionTimeoutsTest, GetPassesErrorsOn) {
  Get();
  Reply(403);
  Get();
  Reply(200, "[]");
  EXPECT_THAT(results_,
              ElementsAre(StatusIs(StatusCode::kPermissionDenied, std::string("GENESYS_FORBIDDEN")),
                          StatusIs(StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE"))));
}

TEST_F(ActionTimeoutsTest, WithoutALimitTheDefaultIsInForceAndSaidSo) {
  Get("");
  Reply(200, R"({"name":"x","version":1,"config":{}})");
  Get();
  Reply(200, R"({"name":"x","type":"rest","version":1,"definition":{}})");
  ASSERT_THAT(results_, ElementsAre(IsOk(), IsOk()));
  EXPECT_EQ(FromProto(results_[0]->effective_timeout()), absl::Seconds(60));
  EXPECT_THAT(results_[0]->notes(), ElementsAre(HasSubstr("default of 1m")));
  EXPECT_EQ(FromProto(results_[1]->effective_timeout()), absl::Seconds(3));
  EXPECT_THAT(results_[1]->notes(), ElementsAre(HasSubstr("default of 3s")));
}

TEST_F(ActionTimeoutsTest, ALimitThatIsSetIsInForceAndNeedsNoNote) {
  Get();
  Reply(200, RestAction(12345));
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_EQ(FromProto(results_[0]->effective_timeout()), absl::Milliseconds(12345));
  EXPECT_THAT(results_[0]->notes(), IsEmpty());
}

TEST_F(ActionTimeoutsTest, OtherTypesThanRestMayMeetTheLimitOfTheirStepFirst) {
  for (const char* type : {"script", "JavaScript", "lambda"}) {
    Get();
    Reply(200, absl::StrCat(R"({"type":")", type, R"(","version":1,"executionTimeout":7})"));
    ASSERT_THAT(results_.back(), IsOk());
    EXPECT_THAT(results_.back()->notes(), ElementsAre(AllOf(HasSubstr(type), HasSubstr("step"))));
  }
}

TEST_F(ActionTimeoutsTest, AnActionIsFoundByItsName) {
  Spawn<Timeout>(actions_.Get({"", "Get Order", "f-1"}),
                 [this](Timeout result) { results_.push_back(std::move(result)); });
  loop_.TestOnlyRunUntilIdle();
  Reply(200, R"({"entities":[{"id":"a-0","name":"Other","type":"rest"},
                             {"id":"a-1","name":"Get Order","type":"rest"}]})");
  Reply(200, RestAction(12345));
  ASSERT_THAT(results_, ElementsAre(IsOk()));
  EXPECT_EQ(results_[0]->action_id(), "a-1");
}

TEST_F(ActionTimeoutsTest, NothingIsWrittenWhenTheNameIsNotFound) {
  Spawn<Timeout>(actions_.Set({{"", "Get Order", "f-1"}, absl::Seconds(20), std::nullopt}),
                 [this](Timeout result) { results_.push_back(std::move(result)); });
  loop_.TestOnlyRunUntilIdle();
  Reply(200, R"({"entities":[]})");
  Reply(200, R"({"entities":[]})");
  EXPECT_THAT(results_,
              ElementsAre(StatusIs(StatusCode::kNotFound, std::string("ACTION_NAME_NOT_FOUND"))));
}

}  // namespace
}  // namespace gcjobs
