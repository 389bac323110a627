#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "tests/unit/simulator/sim_harness.h"

namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

constexpr char kMe[] = "/api/v2/tokens/me";

std::string Code(const sim::Reply& reply) {
  return SimHarness::Json(reply).GetString("code").value_or("");
}

TEST(OAuthTest, HeadChecksAToken) {
  SimHarness sim;
  EXPECT_EQ(sim.Call("HEAD", kMe).response.status, 200);
  sim.set_token("unknown");
  EXPECT_EQ(sim.Call("HEAD", kMe).response.status, 401);
}

TEST(OAuthTest, CredentialsMayComeInTheForm) {
  SimHarness sim;
  sim::ApiRequest request = SimHarness::Request(
      "POST", "/oauth/token", "grant_type=client_credentials&client_id=a%20b&client_secret=c");
  request.headers["content-type"] = "application/x-www-form-urlencoded; charset=utf-8";
  EXPECT_EQ(sim.Send(request).response.status, 200);
}

TEST(OAuthTest, MalformedTokenRequestsAreOAuthErrors) {
  SimHarness sim;
  EXPECT_EQ(sim.RequestToken("%%%").response.status, 401);
  sim::ApiRequest request = SimHarness::Request("POST", "/oauth/token", "grant_type=password");
  request.headers["content-type"] = "application/x-www-form-urlencoded";
  EXPECT_THAT(sim.Send(request).response.body, HasSubstr("unsupported_grant_type"));
  request.headers["content-type"] = "application/json";
  EXPECT_EQ(sim.Send(request).response.status, 400);
}

TEST(OAuthTest, EachKindOfBadTokenHasItsCode) {
  sim::SimulatorOptions options;
  options.token_lifetime = absl::Minutes(5);
  SimHarness sim(options);
  EXPECT_EQ(Code(sim.Send(SimHarness::Request("GET", kMe))), "authentication.required");
  sim.set_token("unknown");
  EXPECT_EQ(Code(sim.Call("GET", kMe)), "bad.credentials");
  sim.set_token(sim.NewToken());
  sim.clock().Advance(absl::Minutes(5));
  const sim::Reply expired = sim.Call("GET", kMe);
  EXPECT_EQ(expired.response.status, 401);
  EXPECT_EQ(Code(expired), "credentials.expired");
}

}  // namespace
}  // namespace gcjobs::testing
