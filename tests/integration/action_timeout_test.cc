#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/time_conversion.h"
#include "tests/integration/support/action_limits.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// Time limits of data actions, in both families, on the wire.

namespace gcjobs {
namespace {

using ::gcjobs::testing::ActionWrites;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::kActionId;
using ::gcjobs::testing::SeenRequest;
using ::gcjobs::testing::SetLimit;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::StoredAction;
using ::gcjobs::testing::System;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kFlow[] = "flow-demo";

class ActionTimeoutTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::ActionTimeout> Set(const std::string& action, const std::string& flow,
                                        absl::Duration timeout,
                                        std::optional<int64_t> expected_version = {}) {
    return SetLimit(&system_, action, flow, timeout, expected_version);
  }
  std::string Stored(const std::string& action) { return StoredAction(&system_, action); }
  std::vector<SeenRequest> Writes() { return ActionWrites(&system_); }

  System system_;
};

TEST_F(ActionTimeoutTest, AnIntegrationActionIsRaisedAndReadBack) {
  const auto answer = Set(kActionId, "", absl::Seconds(10));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(FromProto(answer->previous_timeout()), absl::Seconds(3));
  EXPECT_EQ(FromProto(answer->timeout()), absl::Seconds(10));
  EXPECT_TRUE(answer->verified());
}

// Everything but the limit goes back as it was read: the stored text differs
// in the limit and the version alone.
TEST_F(ActionTimeoutTest, AFlowActionWithAnObjectKeepsAllOtherBytes) {
  const std::string before = Stored("fda-rest-object");
  ASSERT_THAT(before, HasSubstr("\"timeout\": "));
  const auto answer = Set("fda-rest-object", kFlow, absl::Milliseconds(12345));
  ASSERT_THAT(answer, IsOk());
  EXPECT_TRUE(answer->verified());
  const auto writes = Writes();
  ASSERT_EQ(writes.size(), 1u);
  const std::string old_limit = absl::StrCat(
      "\"timeout\": ", absl::ToInt64Milliseconds(FromProto(answer->previous_timeout())));
  EXPECT_EQ(writes[0].body, absl::StrReplaceAll(before, {{old_limit, "\"timeout\": 12345"}}));
}

TEST_F(ActionTimeoutTest, AFlowActionWithAStringStaysAString) {
  const std::string before = Stored("fda-rest-string");
  const auto answer = Set("fda-rest-string", kFlow, absl::Milliseconds(12345));
  ASSERT_THAT(answer, IsOk());
  EXPECT_TRUE(answer->verified());
  const auto writes = Writes();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_THAT(writes[0].body, HasSubstr("\"definition\":\""));
  const std::string old_limit = absl::StrCat(
      "\\\"timeout\\\": ", absl::ToInt64Milliseconds(FromProto(answer->previous_timeout())));
  EXPECT_EQ(writes[0].body, absl::StrReplaceAll(before, {{old_limit, "\\\"timeout\\\": 12345"}}));
}

TEST_F(ActionTimeoutTest, ALimitThatIsMissingIsAdded) {
  const auto answer = Set("fda-rest-no-timeout", kFlow, absl::Seconds(4));
  ASSERT_THAT(answer, IsOk());
  EXPECT_FALSE(answer->has_previous_timeout());
  EXPECT_EQ(FromProto(answer->timeout()), absl::Seconds(4));
  EXPECT_TRUE(answer->verified());
}

TEST_F(ActionTimeoutTest, OtherFlowActionsCountSeconds) {
  const auto answer = Set("fda-lambda", kFlow, absl::Seconds(20));
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(Stored("fda-lambda"), HasSubstr("\"executionTimeout\":20"));
  EXPECT_THAT(Set("fda-lambda", kFlow, absl::Milliseconds(1500)).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, "TIMEOUT_OUT_OF_RANGE"));
}

TEST_F(ActionTimeoutTest, TwoConflictsInARowAreSurvivedAndTheOthersChangeIsKept) {
  for (const char* method : {"PATCH", "PUT"}) {
    system_.simulator().AddFault(
        absl::StrCat(R"({"method":")", method, R"(","count":2,"conflict":true})"));
  }
  const std::string before = Stored("fda-rest-object");
  const auto flow = Set("fda-rest-object", kFlow, absl::Seconds(7));
  ASSERT_THAT(flow, IsOk());
  EXPECT_TRUE(flow->verified());
  EXPECT_EQ(Writes().size(), 3u);
  // The other writer's change is still there.
  const std::string limit =
      absl::StrCat("\"timeout\": ", absl::ToInt64Milliseconds(FromProto(flow->previous_timeout())));
  EXPECT_NE(absl::StrReplaceAll(before, {{limit, "\"timeout\": 7000"}}), Writes().back().body);

  const auto integration = Set(kActionId, "", absl::Seconds(20));
  ASSERT_THAT(integration, IsOk());
  EXPECT_EQ(integration->version(), 4);  // two of the other writer's and ours
}

TEST_F(ActionTimeoutTest, OutOfRangeIsRefusedWithoutAnyCall) {
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument, "TIMEOUT_OUT_OF_RANGE");
  EXPECT_THAT(Set(kActionId, "", absl::Milliseconds(999)).status(), refused);
  EXPECT_THAT(Set(kActionId, "", absl::Seconds(61)).status(), refused);
  EXPECT_THAT(Set("fda-rest-object", kFlow, absl::Milliseconds(999)).status(), refused);
  EXPECT_THAT(Set("fda-rest-object", kFlow, absl::Milliseconds(30001)).status(), refused);
  EXPECT_TRUE(Writes().empty());
}

TEST_F(ActionTimeoutTest, AnExpectedVersionIsNeverRetried) {
  EXPECT_THAT(Set(kActionId, "", absl::Seconds(10), 17).status(),
              StatusIs(absl::StatusCode::kAborted, "GENESYS_VERSION_CONFLICT"));
  EXPECT_TRUE(Writes().empty());
  system_.simulator().AddFault(R"({"method":"PATCH","conflict":true})");
  EXPECT_THAT(Set(kActionId, "", absl::Seconds(10), 1).status(),
              StatusIs(absl::StatusCode::kAborted, "GENESYS_VERSION_CONFLICT"));
  EXPECT_EQ(Writes().size(), 1u);
}

TEST_F(ActionTimeoutTest, ListsPageThroughEverything) {
  std::vector<std::string> names;
  v1::ListActionsRequest request;
  request.set_page_size(7);
  do {
    grpc::ClientContext context;
    v1::ListActionsResponse response;
    ASSERT_TRUE(system_.actions().ListActions(&context, request, &response).ok());
    for (const v1::Action& action : response.actions()) names.push_back(action.name());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_GT(names.size(), 20u);
  EXPECT_THAT(names, ::testing::Contains("Look Up Customer"));
}

}  // namespace
}  // namespace gcjobs
