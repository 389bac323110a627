#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/utf8.h"
#include "server/genesys/kinds/job_kind.h"
#include "tests/fakes/fake_http_transport.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using testing::FakeHttpTransport;
using testing::IsOk;

class DirectActionTest : public ::testing::Test {
 protected:
  absl::StatusOr<SubmitReceipt> Answered(std::string body, int status = 200) const {
    return kind_->ParseSubmit(FakeHttpTransport::Ok(status, std::move(body)).response);
  }

  const std::unique_ptr<JobKind> kind_ = MakeDirectActionKind();
};

TEST_F(DirectActionTest, DescribesItself) {
  const v1::JobKind& description = kind_->description();
  EXPECT_EQ(description.kind(), "action.direct");
  EXPECT_EQ(description.submit_path(), "POST /api/v2/integrations/actions/{action_id}/execute");
  EXPECT_EQ(description.status_path(), "");
  EXPECT_EQ(description.cancel_path(), "");
  EXPECT_EQ(description.results_path(), "");
  EXPECT_EQ(description.results_mode(), v1::RESULTS_MODE_INLINE);
  EXPECT_TRUE(description.inline_result());
  EXPECT_EQ(description.default_guarantee(), v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  EXPECT_TRUE(kind_->holds_call());
}

TEST_F(DirectActionTest, SubmitsTheParametersThemselves) {
  const ApiRequest request =
      kind_->BuildSubmit({"custom_-_1/2", "", nullptr}, {R"({ "id":9007199254740993 })"});
  EXPECT_EQ(request.request_class, RequestClass::kSubmit);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/api/v2/integrations/actions/custom_-_1%2F2/execute");
  EXPECT_EQ(request.body, R"({ "id":9007199254740993 })");
  EXPECT_EQ(kind_->BuildSubmit({"a", "", nullptr}, {""}).body, "{}");
}

TEST_F(DirectActionTest, WaitsLongerThanAnActionMayTake) {
  EXPECT_EQ(kind_->BuildSubmit({"a", "", nullptr}, {""}).timeout, absl::Seconds(65));
}

TEST_F(DirectActionTest, TheAnswerIsTheResultByteForByte) {
  for (const char* body :
       {" { \"n\":1.10, \"b\":9007199254740993 }\n", "[]", "7", "\"x\"", "null"}) {
    const auto receipt = Answered(body);
    ASSERT_THAT(receipt, IsOk()) << body;
    ASSERT_TRUE(receipt->end);
    EXPECT_EQ(receipt->upstream_id, "");
    EXPECT_EQ(receipt->end->state, v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(receipt->end->result_json, body);
  }
}

TEST_F(DirectActionTest, AnEmptyAnswerIsNull) {
  for (const char* body : {"", " \r\n"}) {
    const auto receipt = Answered(body, 204);
    ASSERT_THAT(receipt, IsOk());
    EXPECT_EQ(receipt->end->state, v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(receipt->end->result_json, "null");
  }
}

// That it ran is certain; what somebody in between made of its answer is not.
TEST_F(DirectActionTest, AnAnswerThatIsNotJsonIsTheResultToo) {
  for (const char* body : {"<html></html>", "{", "{} {}", "nul", "\"open", "\xFF"}) {
    const auto receipt = Answered(body);
    ASSERT_THAT(receipt, IsOk()) << body;
    EXPECT_EQ(receipt->end->state, v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(receipt->end->result_json, ToValidUtf8(body));
    EXPECT_EQ(receipt->end->bytes_replaced, !IsValidUtf8(body));
  }
}

TEST_F(DirectActionTest, HasNoCancel) { EXPECT_FALSE(kind_->BuildCancel({"a", "", nullptr})); }

}  // namespace
}  // namespace gcjobs
