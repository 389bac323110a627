#include "server/genesys/token_grant.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using testing::IsOk;
using testing::StatusIs;

std::string HeaderOf(const HttpRequest& request, absl::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (header == name) return value;
  }
  return "";
}

TEST(BuildTokenRequestTest, IsTheClientCredentialsGrantWithBasic) {
  const HttpRequest request = BuildTokenRequest("https://login.example.com", {"id", "se:cret", ""});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://login.example.com/oauth/token");
  EXPECT_EQ(HeaderOf(request, "Authorization"), "Basic aWQ6c2U6Y3JldA==");
  EXPECT_EQ(HeaderOf(request, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body, "grant_type=client_credentials");
}

TEST(BuildTokenRequestTest, ScopesAreSentWhenSet) {
  EXPECT_EQ(BuildTokenRequest("x", {"id", "s", "analytics:readonly jobs"}).body,
            "grant_type=client_credentials&scope=analytics%3Areadonly%20jobs");
}

TEST(ParseTokenGrantTest, ReadsTokenAndLifetime) {
  const auto grant =
      ParseTokenGrant(R"({"access_token":"t-1","token_type":"Bearer","expires_in":86399})");
  ASSERT_THAT(grant, IsOk());
  EXPECT_EQ(grant->token, "t-1");
  EXPECT_EQ(grant->lifetime, absl::Seconds(86399));
}

TEST(ParseTokenGrantTest, ALifetimeThatMakesNoSenseIsTheShortestOrTheLongest) {
  for (const char* member : {"", R"(,"expires_in":null)", R"(,"expires_in":"60")",
                             R"(,"expires_in":0)", R"(,"expires_in":-5)", R"(,"expires_in":[])"}) {
    const auto grant = ParseTokenGrant(absl::StrCat(R"({"access_token":"t")", member, "}"));
    ASSERT_THAT(grant, IsOk()) << member;
    EXPECT_EQ(grant->lifetime, absl::Minutes(5)) << member;
  }
  EXPECT_EQ(ParseTokenGrant(R"({"access_token":"t","expires_in":1e300})")->lifetime,
            absl::Hours(48));
}

class BadGrantTest : public ::testing::TestWithParam<std::string> {};

TEST_P(BadGrantTest, IsRefusedWithoutQuotingIt) {
  const auto grant = ParseTokenGrant(GetParam());
  EXPECT_THAT(grant, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_FALSE(absl::StrContains(grant.status().message(), "sesame"));
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, BadGrantTest,
    ::testing::Values("", "sesame", "[]", "{}", "{\"access_token\":\"sesame\"",
                      R"({"access_token":7})", R"({"access_token":""})",
                      R"({"access_token":"sesame\r\nX-Evil: 1"})", R"({"access_token":"se same"})",
                      R"({"access_token":"sesamé"})",
                      R"({"access_token":"sesame","token_type":"mac"})",
                      absl::StrCat(R"({"access_token":")", std::string(20'000, 'x'), "\"}"),
                      std::string(100'000, '['),
                      absl::StrCat(std::string(70'000, ' '), R"({"access_token":"t"})")));

TEST(WithoutSecretTest, NeitherTheSecretNorItsEncodedFormSurvives) {
  EXPECT_EQ(WithoutSecret("a secret, aWQ6c2VjcmV0!", {"id", "secret", ""}), "a ***, ***!");
  EXPECT_EQ(WithoutSecret("plain", {"id", "", ""}), "plain");
}

}  // namespace
}  // namespace gcjobs
