#include "server/rpc/action_requests.h"

#include <gmock/gmock.h>

#include <string>

#include "common/error_info.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

auto IsInvalidRequest() { return StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"); }

std::string TokenAfter(const v1::ListActionsRequest& request, int next_page) {
  ActionBackend::ListPage page;
  page.next_page_number = next_page;
  return MakeListActionsResponse(*BuildActionQuery(request, "main"), "main", page)
      .next_page_token();
}

TEST(ActionRequestsTest, FirstPage) {
  v1::ListActionsRequest request;
  request.set_name("order");
  request.set_flow_id("f1");
  const auto query = BuildActionQuery(request, "main");
  ASSERT_THAT(query, IsOk());
  EXPECT_EQ(query->name, "order");
  EXPECT_EQ(query->flow_id, "f1");
  EXPECT_EQ(query->page_size, 50);
  EXPECT_EQ(query->page_number, 1);
}

TEST(ActionRequestsTest, PageIsAtMostWhatUpstreamGives) {
  v1::ListActionsRequest request;
  request.set_page_size(101);
  EXPECT_EQ(BuildActionQuery(request, "main")->page_size, 100);
  request.set_page_size(5000);
  EXPECT_EQ(BuildActionQuery(request, "main")->page_size, 100);
  request.set_page_size(-1);
  EXPECT_THAT(BuildActionQuery(request, "main"), IsInvalidRequest());
}

TEST(ActionRequestsTest, TokenLeadsToTheNextPage) {
  v1::ListActionsRequest request;
  request.set_name("order");
  request.set_page_token(TokenAfter(request, 7));
  EXPECT_EQ(BuildActionQuery(request, "main")->page_number, 7);
}

TEST(ActionRequestsTest, LastPageHasNoToken) {
  EXPECT_EQ(MakeListActionsResponse({}, "main", {}).next_page_token(), "");
}

TEST(ActionRequestsTest, TokenIsBoundToTheQuery) {
  const auto is_invalid = StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN");
  v1::ListActionsRequest request;
  request.set_page_token(TokenAfter(request, 2));
  EXPECT_THAT(BuildActionQuery(request, "main"), IsOk());
  EXPECT_THAT(BuildActionQuery(request, "other org"), is_invalid);

  v1::ListActionsRequest other = request;
  other.set_name("n");
  EXPECT_THAT(BuildActionQuery(other, "main"), is_invalid);
  other = request;
  other.set_flow_id("f");
  EXPECT_THAT(BuildActionQuery(other, "main"), is_invalid);
  other = request;
  other.set_page_size(10);
  EXPECT_THAT(BuildActionQuery(other, "main"), is_invalid);
  other = request;
  other.set_page_token("2");
  EXPECT_THAT(BuildActionQuery(other, "main"), is_invalid);
}

TEST(ActionRequestsTest, TextsAreBounded) {
  v1::ListActionsRequest list;
  list.set_name(std::string(257, 'n'));
  EXPECT_THAT(BuildActionQuery(list, "main"), IsInvalidRequest());
  list.clear_name();
  list.set_flow_id(std::string(257, 'f'));
  EXPECT_THAT(BuildActionQuery(list, "main"), IsInvalidRequest());

  v1::GetActionTimeoutRequest get;
  EXPECT_THAT(ValidateGetActionTimeout(get), IsInvalidRequest());
  get.set_action_id("a");
  EXPECT_THAT(ValidateGetActionTimeout(get), IsOk());
  get.set_flow_id(std::string(257, 'f'));
  EXPECT_THAT(ValidateGetActionTimeout(get), IsInvalidRequest());
}

class TimeoutUpdateTest : public ::testing::Test {
 protected:
  TimeoutUpdateTest() {
    request_.set_action_id("a");
    request_.set_flow_id("f");
    *request_.mutable_timeout() = ToProto(absl::Milliseconds(2500));
  }

  v1::UpdateActionTimeoutRequest request_;
};

TEST_F(TimeoutUpdateTest, GoodRequest) {
  const auto update = BuildTimeoutUpdate(request_);
  ASSERT_THAT(update, IsOk());
  EXPECT_EQ(update->action_id, "a");
  EXPECT_EQ(update->flow_id, "f");
  EXPECT_EQ(update->timeout, absl::Milliseconds(2500));
  EXPECT_FALSE(update->expected_version.has_value());
}

TEST_F(TimeoutUpdateTest, ExpectedVersionMayBeZero) {
  request_.set_expected_version(0);
  EXPECT_EQ(BuildTimeoutUpdate(request_)->expected_version, 0);
  request_.set_expected_version(-1);
  EXPECT_THAT(BuildTimeoutUpdate(request_), IsInvalidRequest());
}

TEST_F(TimeoutUpdateTest, TimeoutMustBeSetAndWellFormed) {
  request_.clear_timeout();
  EXPECT_THAT(BuildTimeoutUpdate(request_), IsInvalidRequest());
  request_.mutable_timeout()->set_seconds(1);
  request_.mutable_timeout()->set_nanos(-1);
  EXPECT_THAT(BuildTimeoutUpdate(request_), IsInvalidRequest());
}

TEST_F(TimeoutUpdateTest, ZeroAndNegativeAreOutOfRange) {
  for (const absl::Duration timeout : {absl::ZeroDuration(), -absl::Seconds(1)}) {
    *request_.mutable_timeout() = ToProto(timeout);
    EXPECT_THAT(BuildTimeoutUpdate(request_),
                StatusIs(absl::StatusCode::kInvalidArgument, "TIMEOUT_OUT_OF_RANGE"));
  }
}

TEST_F(TimeoutUpdateTest, ActionMustBeNamed) {
  request_.clear_action_id();
  EXPECT_THAT(BuildTimeoutUpdate(request_), IsInvalidRequest());
}

}  // namespace
}  // namespace gcjobs
