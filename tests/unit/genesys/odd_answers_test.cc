// What is read of an answer depends only on the members that are asked for:
// each kind of answer, with each odd value beside them. Listings are in
// action_listing_test.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/utf8.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/error_body.h"
#include "server/genesys/kinds/declared_kind.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/kind_file.h"
#include "server/genesys/token_grant.h"
#include "tests/fakes/fake_http_transport.h"
#include "tests/fakes/odd_json.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using testing::FakeHttpTransport;
using testing::IsOk;
using testing::OddValue;
using testing::WithNeighbours;

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

HttpResponse Answered(std::string body, int status = 200) {
  return FakeHttpTransport::Ok(status, std::move(body)).response;
}

// A built-in kind, read once: that takes longer than all of the tests.
const JobKind* DeclaredKindNamed(absl::string_view name) {
  static const auto* const kinds = [] {
    std::vector<std::unique_ptr<JobKind>> made;
    const auto specs = LoadKinds({});
    for (const KindSpec& spec : *specs) made.push_back(MakeDeclaredKind(spec));
    return new JobKindRegistry(std::move(made));
  }();
  return kinds->Find(name);
}

class OddAnswerTest : public ::testing::TestWithParam<OddValue> {
 protected:
  // The answer `object`, with the odd value beside its members.
  static std::string Odd(absl::string_view object) { return WithNeighbours(object, GetParam()); }

  const std::unique_ptr<JobKind> action_ = MakeAsyncActionKind();
  const JobKind* const query_ = DeclaredKindNamed(kConversationQueryKind);
  const JobKind* const job_ = DeclaredKindNamed(kConversationJobKind);
};

TEST_P(OddAnswerTest, HidesNoActionStatus) {
  for (const absl::string_view mark : {absl::string_view(), kByteOrderMark}) {
    const auto report = action_->ParsePoll(
        {}, Answered(absl::StrCat(mark, Odd(R"({"status":"completed","result":{"n":1.10}})"))));
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->upstream_status, "completed");
    EXPECT_EQ(report->state, v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(report->result_json, R"({"n":1.10})");
    EXPECT_FALSE(report->bytes_replaced);  // not in the result
  }
}

// A result is handed on as it is spelt; only bytes that no text of ours may
// hold are replaced.
TEST_P(OddAnswerTest, IsAResultLikeAnyOther) {
  const auto report = action_->ParsePoll(
      {}, Answered(absl::StrCat(R"({"result":)", GetParam().json, R"(,"status":"completed"})")));
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->state, v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(report->result_json, ToValidUtf8(GetParam().json));
  EXPECT_EQ(report->bytes_replaced, !IsValidUtf8(GetParam().json));
}

TEST_P(OddAnswerTest, HidesNoFailure) {
  const auto report = action_->ParsePoll(
      {}, Answered(Odd(absl::StrCat(R"({"status":"failed","error":)",
                                    Odd(R"({"message":"No such order"})"), "}"))));
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->state, v1::JOB_STATE_FAILED);
  EXPECT_EQ(report->failure.message(), "No such order");
}

TEST_P(OddAnswerTest, HidesNoReceipt) {
  const auto receipt =
      action_->ParseSubmit(Answered(Odd(R"({"id":"e-1","status":"queued"})"), 202));
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->upstream_id, "e-1");
  EXPECT_EQ(receipt->upstream_status, "queued");
  const auto query = query_->ParseSubmit(Answered(Odd(R"({"jobId":"q-1"})"), 202));
  ASSERT_THAT(query, IsOk());
  EXPECT_EQ(query->upstream_id, "q-1");
}

TEST_P(OddAnswerTest, HidesNoAnalyticsJob) {
  const auto report = job_->ParsePoll({}, Answered(Odd(R"({"state":"FULFILLED"})")));
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->state, v1::JOB_STATE_SUCCEEDED);
  const auto failed =
      job_->ParsePoll({}, Answered(Odd(R"({"state":"FAILED","errorMessage":"Too much"})")));
  ASSERT_THAT(failed, IsOk());
  EXPECT_EQ(failed->failure.message(), "Too much");
}

TEST_P(OddAnswerTest, HidesNoResultsPage) {
  HttpResponse cursor = Answered(
      absl::StrCat(kByteOrderMark, Odd(R"({"conversations":[{"id":1},{"id":2}],"cursor":"c-2"})")));
  const auto page = job_->ParseResults(&cursor);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->items, R"([{"id":1},{"id":2}])");
  EXPECT_EQ(page->item_count, 2u);
  EXPECT_EQ(page->next, "c-2");

  HttpResponse link = Answered(Odd(absl::StrCat(
      R"({"status":"FULFILLED","result":)", Odd(R"({"items":[{}],"nextPageLink":"/n"})"), "}")));
  const auto linked = query_->ParseResults(&link);
  ASSERT_THAT(linked, IsOk());
  EXPECT_EQ(linked->items, "[{}]");
  EXPECT_EQ(linked->next, "/n");
}

TEST_P(OddAnswerTest, IsAnItemLikeAnyOther) {
  HttpResponse response = Answered(
      absl::StrCat(R"({"conversations":[)", GetParam().json, R"(,{"id":2}],"cursor":"c-2"})"));
  const auto page = job_->ParseResults(&response);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->items, absl::StrCat("[", ToValidUtf8(GetParam().json), ",{\"id\":2}]"));
  EXPECT_EQ(page->bytes_replaced, !IsValidUtf8(GetParam().json));
  EXPECT_EQ(page->item_count, 2u);
}

TEST_P(OddAnswerTest, HidesNoError) {
  const ErrorBody error = ParseErrorBody(
      Answered(Odd(R"({"code":"bad.version","message":"Stale","contextId":"c-1"})"), 400));
  EXPECT_EQ(error.code, "bad.version");
  EXPECT_EQ(error.message, "Stale");
  EXPECT_EQ(error.correlation_id, "c-1");
}

// What is sent back must be what was read, but for the limit.
TEST_P(OddAnswerTest, GoesBackWithAFlowActionAsItCame) {
  const ActionRef action{"a-1", "f-1"};
  const auto object = [](absl::string_view timeout) {
    return Odd(absl::StrCat(R"({"id":"a-1","type":"rest","version":2,"definition":)",
                            Odd(absl::StrCat(R"({"options":{"timeout":)", timeout, "}}")), "}"));
  };
  const auto record = FlowActionCodec().ParseRead(Answered(object("1000.0")));
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(record->timeout, absl::Seconds(1));
  const auto write = FlowActionCodec().BuildWrite(action, *record, absl::Seconds(25));
  ASSERT_THAT(write, IsOk());
  EXPECT_EQ(write->body, object("25000"));
}

TEST_P(OddAnswerTest, HidesNoToken) {
  const auto grant = ParseTokenGrant(Odd(R"({"access_token":"t-1","expires_in":3600})"));
  ASSERT_THAT(grant, IsOk());
  EXPECT_EQ(grant->token, "t-1");
  EXPECT_EQ(grant->lifetime, absl::Hours(1));
}

TEST_P(OddAnswerTest, IsTheAnswerOfADirectAction) {
  const auto receipt =
      MakeDirectActionKind()->ParseSubmit(Answered(absl::StrCat(kByteOrderMark, GetParam().json)));
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->end->result_json, ToValidUtf8(GetParam().json));
  EXPECT_EQ(receipt->end->bytes_replaced, !IsValidUtf8(GetParam().json));
}

INSTANTIATE_TEST_SUITE_P(All, OddAnswerTest, ::testing::ValuesIn(testing::OddValues()),
                         [](const auto& odd) { return std::string(odd.param.name); });

// A text of ours holds U+FFFD where upstream's does not mean a character; an id
// with one would not be upstream's id.
TEST(OddAnswerTextTest, BecomesUtf8AndIsNoId) {
  const auto action = MakeAsyncActionKind();
  for (const char* odd : {"\xFF", R"(\ud83d)"}) {
    const auto report = action->ParsePoll(
        {},
        Answered(absl::StrCat(R"({"status":"failed","error":{"message":"M)", odd, R"(ller"}})")));
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->failure.message(), "M\xEF\xBF\xBDller");
    const auto unknown =
        action->ParsePoll({}, Answered(absl::StrCat(R"({"status":"x)", odd, "\"}")));
    ASSERT_THAT(unknown, IsOk());
    EXPECT_EQ(unknown->upstream_status, "x\xEF\xBF\xBD");
    EXPECT_FALSE(action->ParseSubmit(Answered(absl::StrCat(R"({"id":"x)", odd, "\"}"), 202)).ok());
  }
}

}  // namespace
}  // namespace gcjobs
