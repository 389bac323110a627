#include "server/genesys/action_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/error_info.h"
#include "server/genesys/error_mapping.h"
#include "tests/fakes/fake_http_transport.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeHttpTransport;
using ::testing::AllOf;
using ::testing::HasSubstr;

ApiReply Answered(int status, std::string body, std::string target) {
  ApiRequest request;
  request.method = "GET";
  request.target = std::move(target);
  return MakeApiReply(request, FakeHttpTransport::Ok(status, std::move(body)), absl::UnixEpoch());
}

absl::Status Refusal(std::string body, int status = 400) {
  return Answered(status, std::move(body), "/api/v2/integrations/actions/a%2F1/execute").status;
}

TEST(ActionLookupTest, OnlyRefusalsOfTheIdAreDoubts) {
  EXPECT_TRUE(DoubtsActionId(Refusal(R"({"message":"Invalid Action ID"})")));
  EXPECT_TRUE(DoubtsActionId(Refusal(R"({"code":"invalid.action.id","message":"No."})")));
  EXPECT_TRUE(DoubtsActionId(Refusal(R"({"details":[{"fieldName":"actionId"}]})")));
  EXPECT_FALSE(DoubtsActionId(Refusal(R"({"message":"Invalid parameter id of the action"})")));
  EXPECT_FALSE(DoubtsActionId(Refusal(R"({"message":"Invalid Action ID"})", 403)));
  EXPECT_FALSE(DoubtsActionId(Refusal("")));
  EXPECT_FALSE(DoubtsActionId(absl::OkStatus()));
}

TEST(ActionLookupTest, AsksForTheAction) {
  const ApiRequest request = BuildActionLookup("a/1");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/api/v2/integrations/actions/a%2F1");
  EXPECT_EQ(request.request_class, RequestClass::kManage);
}

absl::Status Told(int status) {
  absl::Status refusal = Refusal(R"({"message":"Invalid Action ID"})");
  TellActionLookup("a/1", Answered(status, "{}", "/api/v2/integrations/actions/a%2F1"), &refusal);
  return refusal;
}

std::string FoundIn(const absl::Status& refusal) {
  return GetErrorInfo(refusal)->metadata().at("action_found");
}

TEST(ActionLookupTest, TellsWhetherThereIsSuchAnAction) {
  EXPECT_EQ(FoundIn(Told(404)), "no");
  EXPECT_THAT(GetRemedy(Told(404)), AllOf(HasSubstr("no action a/1"), HasSubstr("404"),
                                          HasSubstr("Admin > Integrations > Data Actions")));
  EXPECT_EQ(FoundIn(Told(200)), "yes");
  EXPECT_THAT(GetRemedy(Told(200)), HasSubstr("does have an action a/1"));
  EXPECT_EQ(FoundIn(Told(403)), "unknown");
  EXPECT_THAT(GetRemedy(Told(403)), AllOf(HasSubstr("could not be found out"), HasSubstr("403"),
                                          HasSubstr("Admin > Integrations > Data Actions")));
}

}  // namespace
}  // namespace gcjobs
