#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/guides/guide_test.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

bool IsTokenRequest(const SeenRequest& request) { return request.path == "/oauth/token"; }

TEST_F(GuideTest, GuideB05AChangeOfRolesTakesEffectWithANewToken) {
  System system;
  system.simulator().AddFault(
      R"({"method":"GET","route":"/api/v2/integrations/actions/*","status":403,"count":1})");
  const Ended read = Run(system, {"action", "timeout", "get", kActionId});
  EXPECT_EQ(read.code, 0) << read.errors;
  EXPECT_THAT(system.simulator().Seen(IsTokenRequest), SizeIs(2));

  // A 403 that stays is the answer, and fetches no token for five minutes.
  system.simulator().AddFault(
      R"({"method":"GET","route":"/api/v2/integrations/actions/*","status":403,"count":0})");
  const Ended refused = Run(system, {"action", "timeout", "get", kActionId});
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.errors, HasSubstr("403"));
  EXPECT_THAT(system.simulator().Seen(IsTokenRequest), SizeIs(2));
}

TEST_F(GuideTest, GuideC16AFamilyOfEndpointsHasABudgetOfItsOwn) {
  System::Options options;
  options.server = {"--family-budget", "analytics=4"};
  System system(options);
  for (int i = 0; i < 8; ++i) {
    v1::SubmitConversationQueryRequest query =
        SteeredQuery(v1::QUERY_ENDPOINT_QUERY, R"({"duration":"1h"})");
    query.mutable_options()->mutable_wait()->set_nanos(1'000'000);
    ASSERT_THAT(system.Submit(query), IsOk());
  }
  // Whatever else there is to do goes on.
  const auto action = system.Submit(Steered(R"({"queued":"0s","duration":"0s"})"));
  ASSERT_THAT(action, IsOk());
  EXPECT_EQ(system.AwaitEnd(action->id()).state(), v1::JOB_STATE_SUCCEEDED);
  const auto analytics = system.simulator().Seen([](const SeenRequest& request) {
    return absl::StartsWith(request.path, "/api/v2/analytics/");
  });
  EXPECT_THAT(analytics, SizeIs(4));
}

}  // namespace
}  // namespace gcjobs::testing
