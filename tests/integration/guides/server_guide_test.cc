#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/fakes/temp_dir.h"
#include "tests/integration/guides/guide_test.h"

namespace gcjobs::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// gcjobsd with these arguments and variables, and credentials.
ChildProcess::Options Server(std::vector<std::string> arguments,
                             std::map<std::string, std::string> environment) {
  ChildProcess::Options options;
  options.argv = {Binary("gcjobsd")};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  options.environment = {{"GENESYS_CLIENT_ID", "id"}, {"GENESYS_CLIENT_SECRET", "secret"}};
  for (const auto& [name, value] : environment) options.environment[name] = value;
  return options;
}

Ended RunServer(std::vector<std::string> arguments,
                std::map<std::string, std::string> environment) {
  ChildProcess process(Server(std::move(arguments), std::move(environment)));
  const int code = process.Wait();
  return {code, process.output(), process.errors()};
}

TEST_F(GuideTest, GuideA16RegionsAreUnderstoodAsPeopleWriteThem) {
  const std::pair<const char*, const char*> cases[] = {
      {"US-WEST-2", "https://api.usw2.pure.cloud "},
      {"us_west_2", "https://api.usw2.pure.cloud "},
      {"https://apps.mypurecloud.ie/", "https://api.mypurecloud.ie "},
  };
  for (const auto& [region, api] : cases) {
    ChildProcess server(Server({"--listen", "127.0.0.1:0", "--store", "memory"},
                               {{"GENESYS_ENVIRONMENT", region}}));
    EXPECT_TRUE(server.AwaitErrors(std::string("api_url=") + api)) << region;
  }
  const Ended refused = RunServer({"--store", "memory"}, {{"GENESYS_ENVIRONMENT", "us-west-9"}});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("'us-west-9' is neither"), HasSubstr("did you mean us-west-2")));
}

class CheckGuideTest : public GuideTest {
 protected:
  Ended Check(std::map<std::string, std::string> environment = {}) {
    environment.insert(
        {{"GENESYS_API_URL", simulator_.url()}, {"GENESYS_LOGIN_URL", simulator_.url()}});
    return RunServer({"check", "--data-dir", dir_.File("data")}, std::move(environment));
  }

  const TempDir dir_;
  SimulatorProcess simulator_{{"--client-secret", "secret"}};
};

TEST_F(CheckGuideTest, GuideC17CheckTestsCredentialsPermissionsReachAndStore) {
  // 1. All is well.
  const Ended well = Check();
  EXPECT_EQ(well.code, 0) << well.output << well.errors;
  EXPECT_THAT(well.output, AllOf(ContainsRegex("ok +listener "), ContainsRegex("ok +store "),
                                 ContainsRegex("ok +token of default +granted to Simulated client, "
                                               "organisation Simulated Organisation"),
                                 ContainsRegex("ok +API of default "),
                                 ContainsRegex("ok +permissions of default "),
                                 ContainsRegex("ok +profile of default +guides")));
  EXPECT_FALSE(dir_.Exists("data")) << "whoever only looks makes nothing";

  // 2. The client may not do all of it.
  simulator_.AddFault(R"({"route":"/api/v2/tokens/me","status":200,"when":"after",)"
                      R"("body":"{\"authorizedScope\":[\"integrations:action:execute\"]}"})");
  const Ended some = Check();
  EXPECT_EQ(some.code, 0);
  EXPECT_THAT(some.output,
              AllOf(ContainsRegex("warning +permissions of default +conversation queries: lacks "
                                  ".*analytics:conversationDetail:view"),
                    Not(HasSubstr("running data actions: lacks")), HasSubstr("renew-token")));

  simulator_.AddFault(R"({"route":"/api/v2/analytics/conversations/details/query","status":200,)"
                      R"("body":"{\"totalHits\":0}"})");
  EXPECT_THAT(Check().output, ContainsRegex("ok +profile of default +official"));

  // 3. Wrong credentials, and what to do.
  const Ended refused = Check({{"GENESYS_CLIENT_SECRET", "wrong"}});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.output, ContainsRegex("failed +token of default .*invalid_client"));
  EXPECT_THAT(refused.output, Not(HasSubstr("wrong")));

  // 4. No way there.
  const Ended unreachable = Check({{"GENESYS_API_URL", "http://127.0.0.1:1"}});
  EXPECT_EQ(unreachable.code, 1);
  EXPECT_THAT(unreachable.output, AllOf(ContainsRegex("ok +token of default +granted"),
                                        ContainsRegex("failed +API of default ")));
}

}  // namespace
}  // namespace gcjobs::testing
