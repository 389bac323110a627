#include "server/rpc/action_service.h"

#include <gmock/gmock.h>

#include <string>

#include "common/error_info.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/service_fixture.h"

namespace gcjobs::testing {
namespace {

using ::testing::IsEmpty;

constexpr char kActions[] = "GET /api/v2/integrations/actions?";
constexpr char kAction[] = "/api/v2/integrations/actions/a";

auto IsInvalidRequest() { return StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"); }

class ActionServiceTest : public ServiceTest {
 protected:
  ActionServiceTest() {
    StartServer();
    get_.set_action_id("a");
    update_.set_action_id("a");
    *update_.mutable_timeout() = ToProto(absl::Seconds(20));
  }

  using ListResponse = v1::ListActionsResponse;
  std::unique_ptr<PendingCall<ListResponse>> BeginList() {
    return Begin(actions_.get(), &v1::ActionService::Stub::ListActions, list_);
  }
  absl::StatusOr<ListResponse> List() {
    const auto call = BeginList();
    return Await(call.get());
  }
  absl::StatusOr<v1::ActionTimeout> Get() {
    return Call(actions_.get(), &v1::ActionService::Stub::GetActionTimeout, get_);
  }
  absl::StatusOr<v1::ActionTimeout> Update() {
    return Call(actions_.get(), &v1::ActionService::Stub::UpdateActionTimeout, update_);
  }

  // The request upstream that a listing becomes; `next_page` says whether
  // another page follows. The request then stands at it.
  std::string AskedFor(bool next_page = false, const std::string& org = "main") {
    const auto call = BeginList();
    std::string asked =
        AnswerUpstream(next_page ? R"({"entities":[{"id":"a","name":"order"}],"nextUri":"/next"})"
                                 : R"({"entities":[]})",
                       200, org);
    const absl::StatusOr<ListResponse> response = Await(call.get());
    EXPECT_THAT(response, IsOk());
    list_.set_page_token(response->next_page_token());
    return asked;
  }

  v1::ListActionsRequest list_;
  v1::GetActionTimeoutRequest get_;
  v1::UpdateActionTimeoutRequest update_;
};

TEST_F(ActionServiceTest, ListsPageByPage) {
  list_.set_page_size(2);
  auto call = BeginList();
  EXPECT_EQ(
      AnswerUpstream(R"({"entities":[{"id":"1","name":"a"},{"id":"2","name":"b"}],"total":3})"),
      std::string(kActions) + "pageSize=2&pageNumber=1&includeConfig=true");
  absl::StatusOr<ListResponse> page = Await(call.get());
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->actions_size(), 2);
  EXPECT_EQ(page->actions(1).name(), "b");

  list_.set_page_token(page->next_page_token());
  call = BeginList();
  EXPECT_EQ(AnswerUpstream(R"({"entities":[{"id":"3","name":"c"}],"total":3})"),
            std::string(kActions) + "pageSize=2&pageNumber=2&includeConfig=true");
  page = Await(call.get());
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->actions(0).name(), "c");
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(ActionServiceTest, AListingAsksForWhatTheRequestSays) {
  EXPECT_EQ(AskedFor(), std::string(kActions) + "pageSize=50&pageNumber=1&includeConfig=true");
  list_.set_name("order");
  EXPECT_EQ(AskedFor(),
            std::string(kActions) + "pageSize=50&pageNumber=1&includeConfig=true&name=order");
  list_.set_flow_id("f-1");
  EXPECT_EQ(AskedFor(),
            "GET /api/v2/flows/dataactions?flowId=f-1&pageSize=50&pageNumber=1&expand=definition");
}

TEST_F(ActionServiceTest, AListingIsOfTheFamilyThatIsNamed) {
  list_.set_family(v1::ACTION_FAMILY_FLOW);
  EXPECT_EQ(AskedFor(), "GET /api/v2/flows/dataactions?pageSize=50&pageNumber=1&expand=definition");
  list_.set_family(v1::ACTION_FAMILY_INTEGRATION);
  list_.set_exact_name("Get Order");
  EXPECT_EQ(AskedFor(),
            std::string(kActions) + "pageSize=50&pageNumber=1&includeConfig=true&name=Get%20Order");
}

TEST_F(ActionServiceTest, AListingThatContradictsItselfIsRefused) {
  list_.set_flow_id("f-1");
  list_.set_family(v1::ACTION_FAMILY_INTEGRATION);
  EXPECT_THAT(List(), IsInvalidRequest());
  list_.set_family(static_cast<v1::ActionFamily>(3));
  EXPECT_THAT(List(), IsInvalidRequest());
  list_.Clear();
  list_.set_name("a");
  list_.set_exact_name("a");
  EXPECT_THAT(List(), IsInvalidRequest());
}

TEST_F(ActionServiceTest, AnActionIsNamedInOneWay) {
  get_.set_action_name("Get Order");
  EXPECT_THAT(Get(), IsInvalidRequest());
  update_.set_action_name("Get Order");
  EXPECT_THAT(Update(), IsInvalidRequest());
  get_.clear_action_id();
  get_.set_action_name(std::string(257, 'n'));
  EXPECT_THAT(Get(), IsInvalidRequest());
  EXPECT_THAT(world_.client().sent(), IsEmpty());
}

TEST_F(ActionServiceTest, GetFindsTheActionByItsName) {
  get_.clear_action_id();
  get_.set_action_name("Get Order");
  const auto call = Begin(actions_.get(), &v1::ActionService::Stub::GetActionTimeout, get_);
  EXPECT_EQ(
      AnswerUpstream(R"({"entities":[{"id":"a","name":"Get Order"}]})"),
      std::string(kActions) + "pageSize=100&pageNumber=1&includeConfig=true&name=Get%20Order");
  AnswerUpstream(R"({"id":"a","version":3,"config":{"timeoutSeconds":9}})");
  const auto timeout = Await(call.get());
  ASSERT_THAT(timeout, IsOk());
  EXPECT_EQ(timeout->action_id(), "a");
}

TEST_F(ActionServiceTest, PageIsAtMostWhatUpstreamGives) {
  for (const int size : {100, 101, 5000}) {
    list_.set_page_size(size);
    EXPECT_EQ(AskedFor(), std::string(kActions) + "pageSize=100&pageNumber=1&includeConfig=true");
  }
  list_.set_page_size(-1);
  EXPECT_THAT(List(), IsInvalidRequest());
}

TEST_F(ActionServiceTest, PageTokenIsBoundToTheListing) {
  AskedFor(/*next_page=*/true);
  const v1::ListActionsRequest next = list_;
  ASSERT_NE(next.page_token(), "");
  const auto is_invalid = StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN");
  list_.set_name("n");
  EXPECT_THAT(List(), is_invalid);
  list_ = next;
  list_.set_flow_id("f");
  EXPECT_THAT(List(), is_invalid);
  list_ = next;
  list_.set_page_size(10);
  EXPECT_THAT(List(), is_invalid);
  list_ = next;
  list_.set_org("test");
  EXPECT_THAT(List(), is_invalid);
  list_ = next;
  list_.set_exact_name("n");
  EXPECT_THAT(List(), is_invalid);
  list_ = next;
  list_.set_family(v1::ACTION_FAMILY_FLOW);
  EXPECT_THAT(List(), is_invalid);
  list_ = next;
  list_.set_page_token("2");
  EXPECT_THAT(List(), is_invalid);
  list_ = next;
  EXPECT_EQ(AskedFor(), std::string(kActions) + "pageSize=50&pageNumber=2&includeConfig=true");
}

TEST_F(ActionServiceTest, AsksTheOrganisationThatIsNamed) {
  list_.set_org("test");
  AskedFor(/*next_page=*/false, "test");
  list_.clear_org();
  AskedFor(/*next_page=*/false, "main");
}

TEST_F(ActionServiceTest, UnknownOrgIsRefusedByEachCall) {
  const auto is_unknown_org = StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG");
  list_.set_org("nobody");
  EXPECT_THAT(List(), is_unknown_org);
  get_.set_org("nobody");
  EXPECT_THAT(Get(), is_unknown_org);
  update_.set_org("nobody");
  EXPECT_THAT(Update(), is_unknown_org);
}

TEST_F(ActionServiceTest, GetReadsTheAction) {
  const auto call = Begin(actions_.get(), &v1::ActionService::Stub::GetActionTimeout, get_);
  EXPECT_EQ(AnswerUpstream(R"({"id":"a","version":3,"config":{"timeoutSeconds":9}})"),
            std::string("GET ") + kAction + "?includeConfig=true");
  const auto timeout = Await(call.get());
  ASSERT_THAT(timeout, IsOk());
  EXPECT_EQ(timeout->action_id(), "a");
  EXPECT_EQ(FromProto(timeout->timeout()), absl::Seconds(9));
}

TEST_F(ActionServiceTest, UpstreamsErrorPassesThrough) {
  const auto call = Begin(actions_.get(), &v1::ActionService::Stub::GetActionTimeout, get_);
  AnswerUpstream(FakeGenesysClient::Error(404, absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND"));
  EXPECT_THAT(Await(call.get()), StatusIs(absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND"));
}

TEST_F(ActionServiceTest, UpdateWritesAndVerifies) {
  update_.set_expected_version(0);
  const auto call = Begin(actions_.get(), &v1::ActionService::Stub::UpdateActionTimeout, update_);
  AnswerUpstream(R"({"id":"a","version":0,"config":{"timeoutSeconds":9}})");
  EXPECT_EQ(AnswerUpstream("{}"), std::string("PATCH ") + kAction);
  AnswerUpstream(R"({"id":"a","version":1,"config":{"timeoutSeconds":20}})");
  const auto timeout = Await(call.get());
  ASSERT_THAT(timeout, IsOk());
  EXPECT_EQ(FromProto(timeout->timeout()), absl::Seconds(20));
  EXPECT_TRUE(timeout->verified());
}

TEST_F(ActionServiceTest, UpdateOfAnotherVersionIsRefused) {
  update_.set_expected_version(3);
  const auto call = Begin(actions_.get(), &v1::ActionService::Stub::UpdateActionTimeout, update_);
  AnswerUpstream(R"({"id":"a","version":4,"config":{"timeoutSeconds":9}})");
  EXPECT_THAT(Await(call.get()), StatusIs(absl::StatusCode::kAborted, "GENESYS_VERSION_CONFLICT"));
}

// They would lead to another path: `/flows/../dataactions/a` is `/dataactions/a`.
TEST_F(ActionServiceTest, DotSegmentsAreNoIds) {
  for (const char* dots : {".", ".."}) {
    list_.set_flow_id(dots);
    EXPECT_THAT(List(), IsInvalidRequest()) << dots;
    get_.set_action_id(dots);
    EXPECT_THAT(Get(), IsInvalidRequest()) << dots;
    get_.set_action_id("a");
    get_.set_flow_id(dots);
    EXPECT_THAT(Get(), IsInvalidRequest()) << dots;
    update_.set_flow_id(dots);
    EXPECT_THAT(Update(), IsInvalidRequest()) << dots;
  }
}

TEST_F(ActionServiceTest, BadRequestsNeverReachGenesysCloud) {
  list_.set_name(std::string(257, 'n'));
  EXPECT_THAT(List(), IsInvalidRequest());
  list_.clear_name();
  list_.set_flow_id(std::string(257, 'f'));
  EXPECT_THAT(List(), IsInvalidRequest());

  get_.clear_action_id();
  EXPECT_THAT(Get(), IsInvalidRequest());
  get_.set_action_id("a");
  get_.set_flow_id(std::string(257, 'f'));
  EXPECT_THAT(Get(), IsInvalidRequest());

  const v1::UpdateActionTimeoutRequest good = update_;
  update_.clear_action_id();
  EXPECT_THAT(Update(), IsInvalidRequest());
  update_ = good;
  update_.set_expected_version(-1);
  EXPECT_THAT(Update(), IsInvalidRequest());
  update_ = good;
  update_.clear_timeout();
  EXPECT_THAT(Update(), IsInvalidRequest());
  update_.mutable_timeout()->set_seconds(1);
  update_.mutable_timeout()->set_nanos(-1);
  EXPECT_THAT(Update(), IsInvalidRequest());
  for (const absl::Duration timeout : {absl::ZeroDuration(), -absl::Seconds(1)}) {
    *update_.mutable_timeout() = ToProto(timeout);
    EXPECT_THAT(Update(), StatusIs(absl::StatusCode::kInvalidArgument, "TIMEOUT_OUT_OF_RANGE"));
  }
  EXPECT_THAT(world_.client().sent(), IsEmpty());
}

TEST_F(ActionServiceTest, CallsThatAStoppedLoopDropsAreAnswered) {
  EndLoop();
  const auto is_draining = StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING");
  EXPECT_THAT(List(), is_draining);
  EXPECT_THAT(Get(), is_draining);
  EXPECT_THAT(Update(), is_draining);
}

}  // namespace
}  // namespace gcjobs::testing
