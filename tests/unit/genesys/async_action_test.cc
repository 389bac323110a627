#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "server/genesys/kinds/job_kind.h"
#include "tests/fakes/fake_http_transport.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using absl::StatusCode;
using testing::FakeHttpTransport;
using testing::IsOk;
using testing::StatusIs;

class AsyncActionTest : public ::testing::Test {
 protected:
  absl::StatusOr<SubmitReceipt> Submitted(std::string body, HttpHeaders headers = {}) const {
    return kind_->ParseSubmit(
        FakeHttpTransport::Ok(202, std::move(body), std::move(headers)).response);
  }

  absl::StatusOr<PollReport> Polled(std::string body, HttpHeaders headers = {}) const {
    return kind_->ParsePoll(
        {}, FakeHttpTransport::Ok(200, std::move(body), std::move(headers)).response);
  }

  const std::unique_ptr<JobKind> kind_ = MakeAsyncActionKind();
};

TEST_F(AsyncActionTest, DescribesItself) {
  const v1::JobKind& description = kind_->description();
  EXPECT_EQ(description.kind(), "action.async");
  EXPECT_TRUE(description.inline_result());
  EXPECT_EQ(description.results_mode(), v1::RESULTS_MODE_INLINE);
  EXPECT_EQ(description.default_guarantee(), v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  EXPECT_EQ(description.cancel_path(), "");
  EXPECT_EQ(description.states().at("queued"), v1::JOB_STATE_PENDING);
  EXPECT_EQ(description.states().at("completed"), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(AsyncActionTest, SubmitsTheParametersByteForByte) {
  const ApiRequest request =
      kind_->BuildSubmit({"custom_-_1/2", ""}, {R"({ "id":9007199254740993, "price":1.10 })"});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.request_class, RequestClass::kSubmit);
  EXPECT_EQ(request.target, "/api/v2/integrations/actions/custom_-_1%2F2/execute");
  EXPECT_EQ(request.body, R"({"async":true,"parameters":{ "id":9007199254740993, "price":1.10 }})");
}

TEST_F(AsyncActionTest, NoParametersAreAnEmptyObject) {
  EXPECT_EQ(kind_->BuildSubmit({"a", ""}, {""}).body, R"({"async":true,"parameters":{}})");
}

TEST_F(AsyncActionTest, PollsTheExecutionAndHasNoCancel) {
  const ApiRequest request = kind_->BuildPoll({"a b", "e/1"});
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.request_class, RequestClass::kPoll);
  EXPECT_EQ(request.target, "/api/v2/integrations/actions/a%20b/executions/e%2F1");
  EXPECT_EQ(request.body, "");
  EXPECT_FALSE(kind_->BuildCancel({"a", "e"}));
}

struct ReceiptCase {
  const char* body;
  const char* location;
  const char* id;  // null = GENESYS_BAD_RESPONSE
};

void PrintTo(const ReceiptCase& c, std::ostream* os) { *os << c.body << " " << c.location; }

class AsyncActionReceiptTest : public AsyncActionTest,
                               public ::testing::WithParamInterface<ReceiptCase> {};

TEST_P(AsyncActionReceiptTest, FindsTheExecutionId) {
  const auto receipt = Submitted(GetParam().body, {{"Location", GetParam().location}});
  if (GetParam().id == nullptr) {
    EXPECT_THAT(receipt, StatusIs(StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE")));
  } else {
    ASSERT_THAT(receipt, IsOk());
    EXPECT_EQ(receipt->upstream_id, GetParam().id);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Answers, AsyncActionReceiptTest,
    ::testing::Values(
        ReceiptCase{R"({"id":"e-1"})", "", "e-1"},
        ReceiptCase{R"({"executionId":"e-2"})", "", "e-2"},
        ReceiptCase{R"({"jobId":"e-3"})", "", "e-3"},
        ReceiptCase{R"({"jobId":"c","executionId":"b","id":"a"})", "/x/y", "a"},
        ReceiptCase{R"({"id":12345678901234567890})", "", "12345678901234567890"},
        ReceiptCase{R"({"id":"","executionId":"b"})", "", "b"},
        ReceiptCase{R"({"id":null,"jobId":7})", "", "7"},
        ReceiptCase{R"({"id":{"x":1}})", "/api/v2/e/e-4", "e-4"},
        ReceiptCase{"", "/api/v2/integrations/actions/a/executions/e-5", "e-5"},
        ReceiptCase{"{}", "https://api.example.com/executions/e%2F6?x=/no#/no", "e/6"},
        ReceiptCase{"{}", "executions/e-7/", "e-7"}, ReceiptCase{"{}", "e-8", "e-8"},
        ReceiptCase{"{}", "//host/e-9", "e-9"}, ReceiptCase{"{}", "/e%zz", "e%zz"},
        ReceiptCase{"not json", "/e-10", "e-10"}, ReceiptCase{"{}", "https://host", nullptr},
        ReceiptCase{"{}", "/", nullptr}, ReceiptCase{"{}", "", nullptr},
        ReceiptCase{"{}", "/%00", nullptr}, ReceiptCase{"{}", "/%ff", nullptr},
        ReceiptCase{R"({"id":".."})", "", nullptr}, ReceiptCase{R"({"id":"."})", "/e-11", "e-11"},
        ReceiptCase{"{}", "/executions/..", nullptr}, ReceiptCase{"{}", "/%2e%2E", nullptr},
        ReceiptCase{"", "", nullptr}, ReceiptCase{"[]", "", nullptr},
        ReceiptCase{"<html>", "", nullptr}, ReceiptCase{R"({"id":1.5})", "", nullptr},
        ReceiptCase{R"({"id":-1})", "", nullptr}, ReceiptCase{R"({"id":"a\nb"})", "", nullptr},
        ReceiptCase{R"({"id":"trunc)", "", nullptr}));

// A 200 is a receipt only by what no output has; an `id` alone proves nothing.
TEST_F(AsyncActionTest, WhatIsNoReceiptIsTheOutputOfAnActionThatRan) {
  for (const char* output : {R"({"id":"customer-7","n":1.10})", R"({"id":7,"status":"shipped"})",
                             "[1, 2]", "7", "{}", R"({"executionId":""})"}) {
    const auto receipt = kind_->ParseSubmit(FakeHttpTransport::Ok(200, output).response);
    ASSERT_THAT(receipt, IsOk()) << output;
    ASSERT_TRUE(receipt->end) << output;
    EXPECT_EQ(receipt->end->state, v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(receipt->end->result_json, output);
    EXPECT_EQ(receipt->family, ApiFamily::kOfficial);
  }
  for (const char* body :
       {R"({"executionId":"e"})", R"({"jobId":"e"})", R"({"id":"e","status":"Running"})"}) {
    const auto receipt = kind_->ParseSubmit(FakeHttpTransport::Ok(200, body).response);
    ASSERT_THAT(receipt, IsOk()) << body;
    EXPECT_EQ(receipt->upstream_id, "e") << body;
    EXPECT_EQ(receipt->family, ApiFamily::kGuides);
  }
}

// It says nothing of the API behind whoever wrote it.
TEST_F(AsyncActionTest, APageOfSomebodyInBetweenShowsNoFamily) {
  for (const char* body : {"<html>", ""}) {
    const auto receipt = kind_->ParseSubmit(FakeHttpTransport::Ok(200, body).response);
    ASSERT_THAT(receipt, IsOk());
    EXPECT_TRUE(receipt->end);
    EXPECT_FALSE(receipt->family);
  }
}

TEST_F(AsyncActionTest, AnAbsurdlyLongIdIsRefused) {
  EXPECT_THAT(Submitted(absl::StrCat(R"({"id":")", std::string(5000, 'x'), "\"}")),
              StatusIs(StatusCode::kInternal));
}

TEST_F(AsyncActionTest, TheReceiptKeepsTheStatusAsSpelt) {
  EXPECT_EQ(Submitted(R"({"id":"e","status":"Queued"})")->upstream_status, "Queued");
  EXPECT_EQ(Submitted(R"({"id":"e","status":5})")->upstream_status, "");
}

TEST_F(AsyncActionTest, AResultIsKeptByteForByte) {
  const auto report = Polled(R"({"result" : { "n":1.10, "u":"\u00e9" , "b":9007199254740993} ,
      "status":"COMPLETED"})");
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->state, v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(report->upstream_status, "COMPLETED");
  EXPECT_EQ(report->result_json, R"({ "n":1.10, "u":"\u00e9" , "b":9007199254740993})");
}

TEST_F(AsyncActionTest, AnEndWithoutResultHasNone) {
  EXPECT_EQ(Polled(R"({"status":"completed"})")->result_json, "");
  EXPECT_EQ(Polled(R"({"status":"completed","result":null})")->result_json, "null");
}

TEST_F(AsyncActionTest, AResultBeforeTheEndIsIgnored) {
  const auto report = Polled(R"({"status":"running","result":{"partial":true}})");
  EXPECT_EQ(report->state, v1::JOB_STATE_RUNNING);
  EXPECT_EQ(report->result_json, "");
}

TEST_F(AsyncActionTest, AnUnknownStatusIsPassedThrough) {
  const auto report = Polled(R"({"status":"Hibernating"})");
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->upstream_status, "Hibernating");
  EXPECT_FALSE(report->state);
}

TEST_F(AsyncActionTest, AFailureTellsWhatUpstreamTells) {
  const auto report =
      Polled(R"({"status":"failed","error":{"message":"No such order","code":"order.unknown"}})",
             {{"ININ-Correlation-Id", "c-1"}});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->state, v1::JOB_STATE_FAILED);
  EXPECT_THAT(report->failure, StatusIs(StatusCode::kUnknown, std::string("GENESYS_JOB_FAILED")));
  EXPECT_EQ(report->failure.message(), "No such order");
  const auto info = GetErrorInfo(report->failure);
  EXPECT_EQ(info->domain(), "genesys.cloud");
  EXPECT_EQ(info->metadata().at("genesys_code"), "order.unknown");
  EXPECT_EQ(info->metadata().at("correlation_id"), "c-1");
}

TEST_F(AsyncActionTest, AFailureOfAnyShapeIsAFailure) {
  for (const char* body :
       {R"({"status":"failed"})", R"({"status":"failed","error":null})",
        R"({"status":"failed","error":[1]})", R"({"status":"failed","error":{"message":{}}})"}) {
    const auto report = Polled(body);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->failure.message(), "Genesys Cloud reports the job as failed") << body;
  }
  EXPECT_EQ(Polled(R"({"status":"error","error":"boom"})")->failure.message(), "boom");
}

TEST_F(AsyncActionTest, AnExpiredResultHasItsOwnReason) {
  const auto report = Polled(R"({"status":"Expired"})");
  EXPECT_EQ(report->state, v1::JOB_STATE_FAILED);
  EXPECT_THAT(report->failure,
              StatusIs(StatusCode::kAborted, std::string("GENESYS_RESULT_EXPIRED")));
}

TEST_F(AsyncActionTest, ACancelledExecutionIsNoFailure) {
  const auto report = Polled(R"({"status":"cancelled"})");
  EXPECT_EQ(report->state, v1::JOB_STATE_CANCELLED);
  EXPECT_THAT(report->failure, IsOk());
}

TEST_F(AsyncActionTest, TheResultIsReadFromTheStatusAgain) {
  const ApiRequest request = kind_->BuildResults({"a b", "e/1"}, "", 100);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.request_class, RequestClass::kResults);
  EXPECT_EQ(request.target, "/api/v2/integrations/actions/a%20b/executions/e%2F1");
}

struct ResultCase {
  const char* body;
  const char* items;
  bool is_single;
};

void PrintTo(const ResultCase& c, std::ostream* os) { *os << c.body; }

class AsyncActionResultTest : public AsyncActionTest,
                              public ::testing::WithParamInterface<ResultCase> {};

TEST_P(AsyncActionResultTest, IsAnArrayOrTheOnlyItem) {
  HttpResponse response = FakeHttpTransport::Ok(200, GetParam().body).response;
  const auto view = kind_->ParseResults(&response);
  ASSERT_THAT(view, IsOk());
  EXPECT_EQ(view->items, GetParam().items);
  EXPECT_EQ(view->is_single, GetParam().is_single);
  EXPECT_EQ(view->next, "");
}

INSTANTIATE_TEST_SUITE_P(
    Results, AsyncActionResultTest,
    ::testing::Values(ResultCase{R"({"status":"completed","result": { "n":1.10 } })",
                                 "{ \"n\":1.10 }", true},
                      ResultCase{R"({"status":"completed","result":[1, 2]})", "[1, 2]", false},
                      ResultCase{R"({"status":"completed","result":"x"})", "\"x\"", true},
                      ResultCase{R"({"status":"completed","result":null})", "null", true},
                      ResultCase{R"({"status":"completed"})", "[]", false}));

TEST_F(AsyncActionTest, AResultThatIsGoneIsSaidToBe) {
  HttpResponse response = FakeHttpTransport::Ok(200, R"({"status":"EXPIRED"})").response;
  EXPECT_THAT(kind_->ParseResults(&response),
              StatusIs(StatusCode::kNotFound, std::string("GENESYS_RESULT_EXPIRED")));
}

class AsyncActionBadPollTest : public AsyncActionTest,
                               public ::testing::WithParamInterface<std::string> {};

TEST_P(AsyncActionBadPollTest, IsABadResponse) {
  EXPECT_THAT(Polled(GetParam()),
              StatusIs(StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE")));
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, AsyncActionBadPollTest,
    ::testing::Values("", "{}", "[]", "null", "\"completed\"", "<html></html>",
                      R"({"status":null})", R"({"status":""})", R"({"status":5})",
                      R"({"status":["completed"]})", R"({"status":"completed","result":{)",
                      absl::StrCat(R"({"status":")", std::string(300, 'x'), "\"}"),
                      std::string(1'000'000, '[')));

}  // namespace
}  // namespace gcjobs
