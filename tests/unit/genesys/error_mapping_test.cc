#include "server/genesys/error_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/utf8.h"
#include "server/genesys/retry_after.h"
#include "tests/fakes/fake_http_transport.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using absl::StatusCode;
using testing::FakeHttpTransport;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

ApiRequest ExampleRequest() {
  ApiRequest request;
  request.method = "GET";
  request.target = "/api/v2/things/7?cursor=private";
  return request;
}

ApiReply Reply(HttpResult result) {
  return MakeApiReply(ExampleRequest(), std::move(result), kNow);
}

ApiReply ReplyTo(int status, std::string body = "", HttpHeaders headers = {}) {
  return Reply(FakeHttpTransport::Ok(status, std::move(body), std::move(headers)));
}

std::string Message(const ApiReply& reply) { return std::string(reply.status.message()); }

struct StatusCase {
  int http_status;
  StatusCode code;
  absl::string_view reason;
  bool is_retryable;
};

void PrintTo(const StatusCase& c, std::ostream* os) { *os << c.http_status; }

class ErrorMappingTest : public ::testing::TestWithParam<StatusCase> {};

TEST_P(ErrorMappingTest, GivesCodeReasonDomainAndRetryInfo) {
  const ApiReply reply = ReplyTo(GetParam().http_status);
  EXPECT_THAT(reply.status, StatusIs(GetParam().code, std::string(GetParam().reason)));
  const auto info = GetErrorInfo(reply.status);
  EXPECT_EQ(info->domain(), "genesys.cloud");
  EXPECT_EQ(info->metadata().at("http_status"), absl::StrCat(GetParam().http_status));
  EXPECT_EQ(GetRetryDelay(reply.status).has_value(), GetParam().is_retryable);
}

INSTANTIATE_TEST_SUITE_P(
    HttpStatuses, ErrorMappingTest,
    ::testing::Values(
        StatusCase{400, StatusCode::kInvalidArgument, errors::kGenesysBadRequest.name, false},
        StatusCase{413, StatusCode::kInvalidArgument, errors::kGenesysBadRequest.name, false},
        StatusCase{415, StatusCode::kInvalidArgument, errors::kGenesysBadRequest.name, false},
        StatusCase{422, StatusCode::kInvalidArgument, errors::kGenesysBadRequest.name, false},
        StatusCase{405, StatusCode::kInvalidArgument, errors::kGenesysBadRequest.name, false},
        StatusCase{401, StatusCode::kFailedPrecondition, errors::kGenesysCredentialsRejected.name,
                   false},
        StatusCase{403, StatusCode::kPermissionDenied, errors::kGenesysForbidden.name, false},
        StatusCase{404, StatusCode::kNotFound, errors::kGenesysNotFound.name, false},
        StatusCase{410, StatusCode::kNotFound, errors::kGenesysNotFound.name, false},
        StatusCase{409, StatusCode::kAborted, errors::kGenesysVersionConflict.name, false},
        StatusCase{408, StatusCode::kDeadlineExceeded, errors::kGenesysTimeout.name, true},
        StatusCase{504, StatusCode::kDeadlineExceeded, errors::kGenesysTimeout.name, true},
        StatusCase{429, StatusCode::kResourceExhausted, errors::kGenesysRateLimited.name, true},
        StatusCase{500, StatusCode::kUnavailable, errors::kGenesysUnavailable.name, true},
        StatusCase{501, StatusCode::kUnavailable, errors::kGenesysUnavailable.name, false},
        StatusCase{502, StatusCode::kUnavailable, errors::kGenesysUnavailable.name, true},
        StatusCase{503, StatusCode::kUnavailable, errors::kGenesysUnavailable.name, true},
        StatusCase{599, StatusCode::kUnavailable, errors::kGenesysUnavailable.name, true},
        StatusCase{302, StatusCode::kInternal, errors::kGenesysBadResponse.name, false},
        StatusCase{101, StatusCode::kInternal, errors::kGenesysBadResponse.name, false},
        StatusCase{777, StatusCode::kInternal, errors::kGenesysBadResponse.name, false}));

TEST(MakeApiReplyTest, SuccessIsOkAndKeepsTheWholeResponse) {
  const ApiReply reply = ReplyTo(202, "{}", {{"Location", "/x"}});
  EXPECT_THAT(reply.status, IsOk());
  EXPECT_EQ(reply.fate, HttpResult::Fate::kAnswered);
  EXPECT_EQ(reply.response.body, "{}");
  EXPECT_EQ(reply.response.Header("location"), "/x");
}

class VersionMismatchTest : public ::testing::TestWithParam<const char*> {};

TEST_P(VersionMismatchTest, Is400AndYetAConflict) {
  EXPECT_THAT(ReplyTo(400, GetParam()).status,
              StatusIs(StatusCode::kAborted, std::string(errors::kGenesysVersionConflict.name)));
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, VersionMismatchTest,
    ::testing::Values(
        R"({"code":"bad.request","message":"Version 3 does not match the current version 4"})",
        R"({"message":"The version number of the modified resource must match the version number in the database."})",
        R"({"message":"Resource conflict - Unexpected version was provided"})",
        R"({"code":"invalid.update.wrong.version"})", R"({"message":"VERSION MISMATCH"})"));

TEST(MakeApiReplyTest, OtherTalkOfVersionsIsNoConflict) {
  EXPECT_THAT(ReplyTo(400, R"({"message":"version must be an integer"})").status,
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ReplyTo(400, R"({"message":"the fields do not match"})").status,
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ReplyTo(404, R"({"message":"version does not match"})").status,
              StatusIs(StatusCode::kNotFound));
}

TEST(MakeApiReplyTest, TheMessageSaysWhatWasAttemptedAndWhatUpstreamSaid) {
  const ApiReply reply =
      ReplyTo(404, R"({"code":"not.found","message":"No such thing","contextId":"c-1"})");
  EXPECT_EQ(Message(reply), "GET /api/v2/things/7: HTTP 404: not.found: No such thing");
  const auto metadata = GetErrorInfo(reply.status)->metadata();
  EXPECT_EQ(metadata.at("genesys_code"), "not.found");
  EXPECT_EQ(metadata.at("correlation_id"), "c-1");
}

// A 400 often says what is wrong in there alone.
TEST(MakeApiReplyTest, AllReasonsOfARefusalAreKept) {
  const ApiReply reply = ReplyTo(400, R"({"message":"Bad query","code":"bad.request","errors":[
      {"message":"interval too long"},{"message":"unknown dimension"}],"details":[
      {"errorCode":"invalid.value","fieldName":"paging.pageSize"}]})");
  EXPECT_EQ(Message(reply),
            "GET /api/v2/things/7: HTTP 400: bad.request: Bad query; interval too long; unknown "
            "dimension; paging.pageSize: invalid.value");
  const ApiReply nested = ReplyTo(400, R"({"error":{"message":"no such field","code":"x.y"}})");
  EXPECT_EQ(Message(nested), "GET /api/v2/things/7: HTTP 400: x.y: no such field");
  EXPECT_EQ(GetErrorInfo(nested.status)->metadata().at("genesys_code"), "x.y");
}

ApiReply ReplyTo(int status, std::string method, std::string target) {
  ApiRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  return MakeApiReply(request, FakeHttpTransport::Ok(status, ""), kNow);
}

TEST(MakeApiReplyTest, ARefusalNamesThePermissionsOfItsCall) {
  const absl::Status refused =
      ReplyTo(403, "POST", "/api/v2/integrations/actions/custom_-_1/execute?x=1").status;
  const auto metadata = GetErrorInfo(refused)->metadata();
  EXPECT_EQ(metadata.at("permissions"), "integrations:action:execute, bridge:actions:execute");
  EXPECT_EQ(metadata.at("permissions_needed"), "any");
  EXPECT_EQ(metadata.at("scope"), "integrations:action:execute");
  EXPECT_THAT(GetRemedy(refused),
              HasSubstr("Give one of its roles integrations:action:execute or "
                        "bridge:actions:execute (guides call it integrations:action:execute), in "
                        "Admin > Integrations > OAuth"));

  const absl::Status all = ReplyTo(403, "POST", "/api/v2/outbound/dnclists/1/export").status;
  EXPECT_EQ(GetErrorInfo(all)->metadata().at("permissions_needed"), "all");
  EXPECT_THAT(GetRemedy(all), HasSubstr("outbound:dnc:view and outbound:dncList:view"));

  const absl::Status of_guides = ReplyTo(403, "PUT", "/api/v2/flows/1/dataactions/2").status;
  EXPECT_EQ(GetErrorInfo(of_guides)->metadata().at("permissions"), "flow:flow:write");
}

TEST(MakeApiReplyTest, ARefusalOfAnUnknownCallSaysWhereToLook) {
  const absl::Status refused = ReplyTo(403, "GET", "/api/v2/things/7").status;
  EXPECT_EQ(GetErrorInfo(refused)->metadata().count("permissions"), 0u);
  EXPECT_THAT(GetRemedy(refused), HasSubstr("docs/permissions.md"));
}

TEST(MakeApiReplyTest, WhatIsNotFoundIsCalledByItsName) {
  const auto remedy = [](std::string target) {
    return GetRemedy(ReplyTo(404, "GET", std::move(target)).status);
  };
  EXPECT_THAT(remedy("/api/v2/flows/dataactions?flowId=7"),
              HasSubstr("Genesys Cloud has no flow of this id"));
  EXPECT_THAT(remedy("/api/v2/flows/1/dataactions/2"),
              HasSubstr("no flow or data action of this id"));
  EXPECT_THAT(remedy("/api/v2/integrations/actions/1/executions/2"),
              HasSubstr("no action or execution of this id"));
  EXPECT_THAT(remedy("/api/v2/integrations/actions/1"),
              HasSubstr("a role with integrations:action:view or bridge:actions:view"));
  EXPECT_THAT(remedy("/api/v2/things/7"), HasSubstr("nothing under this id"));
}

TEST(MakeApiReplyTest, TheCorrelationIdMayComeByHeader) {
  const ApiReply reply = ReplyTo(502, "", {{"inin-correlation-id", "c-2"}});
  EXPECT_EQ(GetErrorInfo(reply.status)->metadata().at("correlation_id"), "c-2");
}

TEST(MakeApiReplyTest, BodiesOfAnyShapeDoNoHarm) {
  for (const std::string& body :
       {std::string("<html><body>Bad Gateway</body></html>"), std::string("{\"message\":"),
        std::string(R"({"message":17,"code":["x"],"contextId":{}})"), std::string("[1,2]"),
        std::string("null"), std::string(200'000, '['), std::string("{\"a\":\0", 6)}) {
    EXPECT_EQ(Message(ReplyTo(500, body)), "GET /api/v2/things/7: HTTP 500");
  }
}

TEST(MakeApiReplyTest, ALineOfTextIsPassedOn) {
  EXPECT_EQ(Message(ReplyTo(503, " try later\r\n")), "GET /api/v2/things/7: HTTP 503: try later");
}

TEST(MakeApiReplyTest, MessagesAreBoundedUtf8OfOneLine) {
  const std::string euros = [] {
    std::string text;
    for (int i = 0; i < 2000; ++i) text += "€";
    return text;
  }();
  const std::string cut = Message(ReplyTo(500, absl::StrCat(R"({"message":")", euros, "\"}")));
  EXPECT_LT(cut.size(), 1200u);
  EXPECT_TRUE(IsValidUtf8(cut));
  EXPECT_THAT(cut, Not(HasSubstr("?")));
  EXPECT_THAT(Message(ReplyTo(500, R"({"message":"a\nb\u0000c"})")), HasSubstr(": a b c"));
  EXPECT_TRUE(IsValidUtf8(Message(ReplyTo(500, "caf\xE9"))));
}

TEST(MakeApiReplyTest, RetryInfoIsWhatUpstreamAsksFor) {
  const ApiReply reply = ReplyTo(429, "", {{"Retry-After", "42"}});
  EXPECT_EQ(reply.retry_after, absl::Seconds(42));
  EXPECT_EQ(GetRetryDelay(reply.status), absl::Seconds(42));
  EXPECT_EQ(GetRetryDelay(ReplyTo(502).status), kDefaultRetryDelay);
  EXPECT_EQ(ReplyTo(502).retry_after, std::nullopt);
}

TEST(MakeApiReplyTest, ABrokenExchangeIsUnavailableAndATimeOutDeadlineExceeded) {
  const ApiReply reset = Reply(FakeHttpTransport::Broken());
  EXPECT_THAT(reset.status,
              StatusIs(StatusCode::kUnavailable, std::string(errors::kGenesysUnavailable.name)));
  EXPECT_EQ(reset.fate, HttpResult::Fate::kBroken);
  EXPECT_EQ(GetRetryDelay(reset.status), kDefaultRetryDelay);
  EXPECT_THAT(Reply(FakeHttpTransport::Broken(true)).status,
              StatusIs(StatusCode::kDeadlineExceeded, std::string(errors::kGenesysTimeout.name)));
}

TEST(MakeApiReplyTest, WhatWasNotSentIsUnavailableAlsoWhenConnectingTimedOut) {
  HttpResult result = FakeHttpTransport::NotSent();
  result.timed_out = true;
  EXPECT_THAT(Reply(std::move(result)).status,
              StatusIs(StatusCode::kUnavailable, std::string(errors::kGenesysUnavailable.name)));
}

TEST(MakeApiReplyTest, AnAnswerTooLargeIsBadOrTheErrorThatItIs) {
  EXPECT_THAT(Reply(FakeHttpTransport::TooLarge(200)).status,
              StatusIs(StatusCode::kInternal, std::string(errors::kGenesysBadResponse.name)));
  EXPECT_THAT(Reply(FakeHttpTransport::TooLarge(404)).status,
              StatusIs(StatusCode::kNotFound, std::string(errors::kGenesysNotFound.name)));
}

}  // namespace
}  // namespace gcjobs
