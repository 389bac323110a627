#include "server/rpc/action_service.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/error_info.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/service_fixture.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ActionServiceTest : public ServiceTest {
 protected:
  ActionServiceTest() { StartServer(); }

  absl::StatusOr<v1::ListActionsResponse> List(const v1::ListActionsRequest& request) {
    return Call(actions_.get(), &v1::ActionService::Stub::ListActions, request);
  }
  absl::StatusOr<v1::ActionTimeout> Get(const v1::GetActionTimeoutRequest& request) {
    return Call(actions_.get(), &v1::ActionService::Stub::GetActionTimeout, request);
  }
  absl::StatusOr<v1::ActionTimeout> Update(const v1::UpdateActionTimeoutRequest& request) {
    return Call(actions_.get(), &v1::ActionService::Stub::UpdateActionTimeout, request);
  }
};

TEST_F(ActionServiceTest, ListsAllPages) {
  main_actions_.names = {"a", "b", "c"};
  v1::ListActionsRequest request;
  request.set_page_size(2);
  std::vector<std::string> names;
  do {
    const auto page = List(request);
    ASSERT_THAT(page, IsOk());
    for (const v1::Action& action : page->actions()) names.push_back(action.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("a", "b", "c"));
  EXPECT_THAT(main_actions_.queries, SizeIs(2));
}

TEST_F(ActionServiceTest, AsksTheOrganisationThatIsNamed) {
  main_actions_.names = {"of main"};
  test_actions_.names = {"of test"};
  v1::ListActionsRequest request;
  request.set_org("test");
  EXPECT_EQ(List(request)->actions(0).name(), "of test");
  request.clear_org();
  EXPECT_EQ(List(request)->actions(0).name(), "of main");
}

TEST_F(ActionServiceTest, UnknownOrgIsRefusedByEachCall) {
  const auto is_unknown_org = StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG");
  v1::ListActionsRequest list;
  list.set_org("nobody");
  EXPECT_THAT(List(list), is_unknown_org);
  v1::GetActionTimeoutRequest get;
  get.set_action_id("a");
  get.set_org("nobody");
  EXPECT_THAT(Get(get), is_unknown_org);
  v1::UpdateActionTimeoutRequest update;
  update.set_action_id("a");
  update.mutable_timeout()->set_seconds(5);
  update.set_org("nobody");
  EXPECT_THAT(Update(update), is_unknown_org);
}

TEST_F(ActionServiceTest, GetAndItsErrorsPassThrough) {
  v1::GetActionTimeoutRequest request;
  request.set_action_id("a");
  request.set_flow_id("f");
  EXPECT_EQ(Get(request)->flow_id(), "f");
  main_actions_.refusal = MakeError(absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND", "gone");
  EXPECT_THAT(Get(request), StatusIs(absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND"));
}

TEST_F(ActionServiceTest, UpdateReachesTheBackend) {
  v1::UpdateActionTimeoutRequest request;
  request.set_action_id("a");
  request.mutable_timeout()->set_seconds(20);
  request.set_expected_version(3);
  const auto answer = Update(request);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->timeout().seconds(), 20);
  EXPECT_TRUE(answer->verified());
  ASSERT_THAT(main_actions_.updates, SizeIs(1));
  EXPECT_EQ(main_actions_.updates[0].expected_version, 3);
}

TEST_F(ActionServiceTest, BadRequestsNeverReachTheBackend) {
  const auto is_invalid = StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST");
  v1::ListActionsRequest list;
  list.set_page_size(-1);
  EXPECT_THAT(List(list), is_invalid);
  EXPECT_THAT(Get(v1::GetActionTimeoutRequest()), is_invalid);
  v1::UpdateActionTimeoutRequest update;
  update.set_action_id("a");
  EXPECT_THAT(Update(update), is_invalid);
  EXPECT_THAT(main_actions_.queries, IsEmpty());
  EXPECT_THAT(main_actions_.updates, IsEmpty());
}

TEST_F(ActionServiceTest, CallThatAStoppedLoopDropsIsAnswered) {
  loop_.Stop();
  EXPECT_THAT(List(v1::ListActionsRequest()),
              StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
}

}  // namespace
}  // namespace gcjobs::testing
