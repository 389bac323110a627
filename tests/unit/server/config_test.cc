#include "server/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/temp_dir.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::IsOkAndHolds;
using ::gcjobs::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Variables = std::map<std::string, std::string>;

const Variables kCredentials = {
    {"GENESYS_CLIENT_ID", "id"}, {"GENESYS_CLIENT_SECRET", "secret"}, {"HOME", "/var/ann"}};

Variables With(Variables more) {
  more.insert(kCredentials.begin(), kCredentials.end());
  return more;
}

absl::StatusOr<CommandLine> Read(const std::vector<std::string>& args,
                                 const Variables& variables = kCredentials) {
  return ReadConfig(args, [&variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

ServerConfig MustRead(const std::vector<std::string>& args,
                      const Variables& variables = kCredentials) {
  const auto line = Read(args, variables);
  EXPECT_THAT(line, IsOk());
  return line.ok() ? line->config : ServerConfig();
}

absl::Status Refusal(const std::vector<std::string>& args,
                     const Variables& variables = kCredentials) {
  return Read(args, variables).status();
}

// A file that lives as long as the test.
class TempFile {
 public:
  explicit TempFile(const std::string& text) : path_(dir_.Write("file", text)) {}
  const std::string& path() const { return path_; }

 private:
  const testing::TempDir dir_;
  const std::string path_;
};

TEST(ConfigTest, DefaultsNeedOnlyCredentials) {
  const ServerConfig config = MustRead({});
  EXPECT_EQ(config.listen.ToString(), "127.0.0.1:50051");
  EXPECT_EQ(config.data_dir, "/var/ann/.local/state/gcjobs");
  ASSERT_EQ(config.orgs.size(), 1u);
  EXPECT_EQ(config.orgs[0].name, "default");
  EXPECT_EQ(config.orgs[0].api_url, "https://api.mypurecloud.com");
  EXPECT_EQ(config.orgs[0].login_url, "https://login.mypurecloud.com");
  EXPECT_EQ(config.orgs[0].request_budget, 300);
  EXPECT_EQ(config.default_org, "default");
}

TEST(ConfigTest, MissingCredentialsAreNamed) {
  const absl::Status no_id = Refusal({}, {{"HOME", "/h"}});
  EXPECT_THAT(no_id.message(), HasSubstr("client-id"));
  const absl::Status no_secret = Refusal({}, {{"HOME", "/h"}, {"GENESYS_CLIENT_ID", "id"}});
  EXPECT_THAT(no_secret.message(), HasSubstr("client-secret"));
}

TEST(ConfigTest, TheFlagWinsOverTheEnvironmentAndThatOverTheFile) {
  const TempFile file(
      "environment = \"from-file.com\"\nscopes = \"from-file\"\nlisten = \"127.0.0.1:1\"\n");
  const Variables variables =
      With({{"GENESYS_ENVIRONMENT", "from-env.com"}, {"GENESYS_SCOPES", "from-env"}});
  const ServerConfig config =
      MustRead({"--config", file.path(), "--environment", "from-flag.com"}, variables);
  EXPECT_EQ(config.orgs[0].api_url, "https://api.from-flag.com");
  EXPECT_EQ(config.orgs[0].scopes, "from-env");
  EXPECT_EQ(config.listen.ToString(), "127.0.0.1:1");
  EXPECT_EQ(MustRead({"--config", file.path(), "--listen", "127.0.0.1:2"}).listen.ToString(),
            "127.0.0.1:2");
}

TEST(ConfigTest, AnEnvFileHasWhatTheEnvironmentHasNot) {
  const TempFile env_file(
      "GENESYS_CLIENT_ID=from-file\nGENESYS_CLIENT_SECRET='s$1'\nGENESYS_SCOPES=from-file\n");
  const ServerConfig config =
      MustRead({"--env-file", env_file.path()}, {{"HOME", "/h"}, {"GENESYS_SCOPES", "from-env"}});
  EXPECT_EQ(config.orgs[0].client_id, "from-file");
  EXPECT_EQ(config.orgs[0].client_secret, "s$1");
  EXPECT_EQ(config.orgs[0].scopes, "from-env");
}

TEST(ConfigTest, AnEnvFileThatCannotBeReadIsRefused) {
  EXPECT_THAT(Refusal({"--env-file", "/no/such.env"}).message(), HasSubstr("/no/such.env"));
  const TempFile env_file("GENESYS_CLIENT_ID: id\n");
  EXPECT_THAT(Refusal({"--env-file", env_file.path()}).message(),
              HasSubstr(env_file.path() + ": line 1: is not NAME=VALUE"));
  const TempFile config("env-file = \".env\"\n");
  EXPECT_THAT(Refusal({"--config", config.path()}).message(), HasSubstr("unknown setting"));
}

TEST(ConfigTest, TheOfficialToolsNamesWorkToo) {
  const ServerConfig config = MustRead({}, {{"GENESYSCLOUD_REGION", "eu-central-1"},
                                            {"GENESYSCLOUD_OAUTHCLIENT_ID", "id"},
                                            {"GENESYSCLOUD_OAUTHCLIENT_SECRET", "s"},
                                            {"HOME", "/h"}});
  EXPECT_EQ(config.orgs[0].client_id, "id");
  EXPECT_EQ(config.orgs[0].api_url, "https://api.mypurecloud.de");
}

TEST(ConfigTest, SectionsAreOrganisationsOfTheirOwn) {
  const TempFile file(R"(
default-org = "sales"
[org.sales]
client-id = "a"
client-secret = "x"
[org.support]
client-id = "b"
client-secret = "y"
environment = "ap-southeast-2"
request-budget = 200
)");
  const ServerConfig config = MustRead({"--config", file.path()}, {{"HOME", "/h"}});
  ASSERT_EQ(config.orgs.size(), 2u);
  EXPECT_EQ(config.orgs[0].name, "sales");
  EXPECT_EQ(config.orgs[0].client_secret, "x");
  EXPECT_EQ(config.orgs[1].api_url, "https://api.mypurecloud.com.au");
  EXPECT_EQ(config.orgs[1].request_budget, 200);
  EXPECT_EQ(config.default_org, "sales");
}

TEST(ConfigTest, SeveralOrganisationsNeedADefaultThatExists) {
  const std::string two =
      "[org.a]\nclient-id = \"a\"\nclient-secret = \"x\"\n"
      "[org.b]\nclient-id = \"b\"\nclient-secret = \"y\"\n";
  const TempFile none(two);
  EXPECT_THAT(Refusal({"--config", none.path()}, {{"HOME", "/h"}}).message(),
              HasSubstr("default-org"));
  EXPECT_THAT(Refusal({"--config", none.path(), "--default-org", "c"}, {{"HOME", "/h"}}).message(),
              HasSubstr("'c'"));
}

TEST(ConfigTest, TheSecretMayComeFromAFile) {
  const TempFile secret("  s3cret\n");
  const ServerConfig config = MustRead({"--client-secret-file", secret.path()},
                                       {{"HOME", "/h"}, {"GENESYS_CLIENT_ID", "id"}});
  EXPECT_EQ(config.orgs[0].client_secret, "s3cret");
  EXPECT_THAT(Refusal({"--client-secret-file", "/no/such/file"},
                      {{"HOME", "/h"}, {"GENESYS_CLIENT_ID", "id"}})
                  .message(),
              HasSubstr("/no/such/file"));
}

TEST(ConfigTest, ASecretIsNeverAFlag) {
  EXPECT_THAT(Refusal({"--client-secret", "x"}), StatusIs(absl::StatusCode::kInvalidArgument, ""));
}

TEST(ConfigTest, SubmissionsThatDoNotSayRunAsTheSettingsSay) {
  const ServerConfig defaults = MustRead({});
  EXPECT_EQ(defaults.action_mode, v1::ACTION_MODE_ASYNC);
  EXPECT_EQ(defaults.query_endpoint, v1::QUERY_ENDPOINT_QUERY);
  EXPECT_EQ(defaults.max_direct_calls, 50);
  EXPECT_THAT(defaults.kind_files, IsEmpty());

  const ServerConfig config =
      MustRead({"--action-mode", "direct", "--query-endpoint", "jobs", "--max-direct-calls", "7"});
  EXPECT_EQ(config.action_mode, v1::ACTION_MODE_DIRECT);
  EXPECT_EQ(config.query_endpoint, v1::QUERY_ENDPOINT_JOBS);
  EXPECT_EQ(config.max_direct_calls, 7);
}

TEST(ConfigTest, KindFilesMayBeSeveral) {
  EXPECT_THAT(MustRead({"--kinds", "a.json", "--kinds=b.json"}).kind_files,
              ElementsAre("a.json", "b.json"));
  // Each needs its flag: what follows a file is not another one.
  EXPECT_THAT(Refusal({"--kinds", "a.json", "b.json"}).message(), HasSubstr("b.json"));
}

TEST(ConfigTest, TheFileHasTheSettingsOfJobsToo) {
  const TempFile file(R"(
kinds = ["a.json", "b.json"]
action-mode = "direct"
query-endpoint = "jobs"
max-direct-calls = 7
)");
  const ServerConfig config = MustRead({"--config", file.path()});
  EXPECT_THAT(config.kind_files, ElementsAre("a.json", "b.json"));
  EXPECT_EQ(config.action_mode, v1::ACTION_MODE_DIRECT);
  EXPECT_EQ(config.query_endpoint, v1::QUERY_ENDPOINT_JOBS);
  EXPECT_EQ(config.max_direct_calls, 7);
  EXPECT_THAT(MustRead({"--config", file.path(), "--kinds", "c.json"}).kind_files,
              ElementsAre("c.json"));
}

TEST(ConfigTest, WrongSettingsAreRefusedWithTheirName) {
  const TempFile bad_mode("action-mode = \"sync\"\n");
  const TempFile unknown("colour = \"red\"\n");
  const TempFile unknown_in_org("[org.a]\ncolour = \"red\"\n");
  const TempFile unknown_section("[orgs.a]\nclient-id = \"x\"\n");
  const struct {
    std::vector<std::string> args;
    const char* named;
  } kCases[] = {
      {{"--listen", "everywhere"}, "--listen"},
      {{"--metrics-listen", "9090"}, "--metrics-listen"},
      {{"--default-wait", "soon"}, "--default-wait"},
      {{"--default-wait", "2m"}, "--default-wait"},
      {{"--default-retention", "-1h"}, "--default-retention"},
      {{"--store", "tape"}, "--store"},
      {{"--log-level", "loud"}, "--log-level"},
      {{"--request-budget", "0"}, "request-budget"},
      {{"--request-budget", "many"}, "request-budget"},
      {{"--api-url", "ftp://x"}, "api-url"},
      {{"--tls-cert", "x.pem"}, "--tls-key"},
      {{"--tls-client-ca", "x.pem"}, "--tls-client-ca"},
      {{"--max-parameters-bytes", "0"}, "--max-parameters-bytes"},
      {{"--action-mode", "sync"}, "--action-mode"},
      {{"--query-endpoint", "details"}, "--query-endpoint"},
      {{"--max-direct-calls", "0"}, "--max-direct-calls"},
      {{"--kinds"}, "--kinds"},
      {{"--config", bad_mode.path()}, "action-mode"},
      {{"--config", "/no/such/file"}, "/no/such/file"},
      {{"--config", unknown.path()}, "colour"},
      {{"--config", unknown_in_org.path()}, "colour"},
      {{"--config", unknown_section.path()}, "[orgs"},
      {{"--bogus"}, "--bogus"},
  };
  for (const auto& test : kCases) {
    const absl::Status status = Refusal(test.args);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << test.named;
    EXPECT_THAT(status.message(), HasSubstr(test.named));
  }
}

TEST(ConfigTest, HelpAndVersionArePrinted) {
  EXPECT_THAT(*Read({"--help"}, {})->print, HasSubstr("GENESYS_CLIENT_ID"));
  EXPECT_THAT(*Read({"--version"}, {})->print, HasSubstr("gcjobsd "));
}

TEST(ConfigTest, TheDataDirFollowsTheServiceManagerThenXdgThenHome) {
  EXPECT_EQ(MustRead({}, With({{"STATE_DIRECTORY", "/var/lib/gcjobs"}, {"XDG_STATE_HOME", "/x"}}))
                .data_dir,
            "/var/lib/gcjobs");
  EXPECT_EQ(MustRead({}, With({{"XDG_STATE_HOME", "/x"}})).data_dir, "/x/gcjobs");
  EXPECT_EQ(MustRead({"--data-dir", "/d"}).data_dir, "/d");
}

TEST(ListenAddressTest, TakesNamesAndBothKindsOfAddress) {
  for (const char* text : {"127.0.0.1:50051", "localhost:0", "[::1]:65535"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_THAT(address, IsOk());
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(ListenAddressTest, RefusesEverythingElse) {
  for (const char* text : {"", ":", "127.0.0.1", ":50051", "host:", "host:x", "host:-1",
                           "host:65536", "::1:50051", "a:b:1"}) {
    EXPECT_EQ(ParseListenAddress(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ConfigTest, AByteOrderMarkIsNoPartOfAFile) {
  const TempFile secret("\xEF\xBB\xBFs3cret\r\n");
  const TempFile config("\xEF\xBB\xBFscopes = \"a\"\r\nclient-id = \"id\"\r\n");
  const ServerConfig read = MustRead(
      {"--config", config.path(), "--client-secret-file", secret.path()}, {{"HOME", "/h"}});
  EXPECT_EQ(read.orgs[0].client_secret, "s3cret");
  EXPECT_EQ(read.orgs[0].scopes, "a");
}

TEST(ConfigTest, WhatNobodySeesInACredentialIsNamedAndNotGuessedAt) {
  const std::pair<const char*, const char*> cases[] = {
      {"s3cret\r", "ends with a carriage return"},
      {"s3cret\n", "ends with a newline"},
      {"s3\ncret", "contains a newline"},
      {"\ts3cret", "begins with a tab"},
      {"\xEF\xBB\xBFs3cret", "begins with a byte order mark"},
      {"s3\xC2\xA0"
       "cret",
       "contains a no-break space"},
      {"s3cret\xE2\x80\x8B", "ends with a zero-width space"},
      {" s3cret", "begins or ends with a space"},
      {"\"s3cret\"", "is in quotes"},
  };
  for (const char* variable : {"GENESYS_CLIENT_SECRET", "GENESYS_CLIENT_ID"}) {
    for (const auto& [value, problem] : cases) {
      Variables variables = kCredentials;
      variables[variable] = value;
      const absl::Status refusal = Refusal({}, variables);
      EXPECT_THAT(refusal.message(), HasSubstr(problem));
      EXPECT_THAT(refusal.message(), Not(HasSubstr("cret\r"))) << "a secret is not quoted";
      EXPECT_THAT(refusal.message(), Not(HasSubstr("s3")));
    }
  }
}

TEST(ConfigTest, ASecretFileOfSeveralLinesIsRefused) {
  const TempFile secret("s3cret\nanother\n");
  EXPECT_THAT(Refusal({"--client-secret-file", secret.path()},
                      {{"HOME", "/h"}, {"GENESYS_CLIENT_ID", "id"}})
                  .message(),
              HasSubstr("client-secret-file: contains a newline"));
}

TEST(EnvironmentDomainTest, TakesRegionsDomainsAndUrlsAsPeopleWriteThem) {
  const std::pair<const char*, const char*> cases[] = {
      {"us-east-1", "mypurecloud.com"},
      {"US-WEST-2", "usw2.pure.cloud"},
      {"us_west_2", "usw2.pure.cloud"},
      {"eu west 2", "euw2.pure.cloud"},
      {"usw2", "usw2.pure.cloud"},
      {"usw2.pure.cloud", "usw2.pure.cloud"},
      {"MyPureCloud.IE", "mypurecloud.ie"},
      {" https://api.mypurecloud.ie/ ", "mypurecloud.ie"},
      {"https://apps.mypurecloud.ie/directory/#/me?x=1", "mypurecloud.ie"},
      {"login.mypurecloud.com.au:443", "mypurecloud.com.au"},
      {"mypurecloud.de.", "mypurecloud.de"},
      {"mypurecloud.jp\r\n", "mypurecloud.jp"},
      {"genesys.example.com", "genesys.example.com"},
  };
  for (const auto& [text, domain] : cases) {
    EXPECT_THAT(EnvironmentDomain(text), IsOkAndHolds(std::string(domain))) << text;
  }
}

TEST(EnvironmentDomainTest, WhatIsNeitherIsRefusedWithWhatIsNear) {
  for (const char* text : {"us-west-9", "mypurecloud", "localhost", "10.0.0.1", "https://",
                           "my purecloud.com", "-a.com", "a..com", "prod"}) {
    EXPECT_THAT(EnvironmentDomain(text).status(), StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
  EXPECT_THAT(std::string(EnvironmentDomain("us-west-9").status().message()),
              AllOf(HasSubstr("'us-west-9'"), HasSubstr("mypurecloud.ie"),
                    HasSubstr("did you mean us-west-2")));
  EXPECT_THAT(Refusal({"--environment", "us-west-9"}).message(),
              HasSubstr("org default: environment: "));
}

TEST(ConfigTest, RestoredIsSaidForOneStartAndNotInAFile) {
  EXPECT_FALSE(MustRead({}).restored);
  EXPECT_TRUE(MustRead({"--restored"}).restored);
  const TempFile file("restored = true\n");
  EXPECT_THAT(Refusal({"--config", file.path()}).message(), HasSubstr("restored"));
}

TEST(ConfigTest, CheckTakesTheServersSettingsOnBothSides) {
  EXPECT_FALSE(Read({})->check);
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"check", "--listen", "127.0.0.1:1"},
        std::vector<std::string>{"--listen", "127.0.0.1:1", "check"}}) {
    const auto line = Read(args);
    ASSERT_THAT(line, IsOk());
    EXPECT_TRUE(line->check);
    EXPECT_EQ(line->config.listen.port, 1);
  }
}

CommandLine MustReadLine(const std::string& file) {
  const TempFile config(file);
  const auto line = Read({"--config", config.path(), "--log-level", "debug"});
  EXPECT_THAT(line, IsOk());
  CommandLine read = line.ok() ? *line : CommandLine();
  read.settings.erase("config");  // another path for each
  return read;
}

TEST(NeedRestartTest, WhatReloadsNeedsNone) {
  EXPECT_THAT(NeedRestart(MustReadLine("request-budget = 1\nscopes = \"a\"\n"),
                          MustReadLine("request-budget = 2\nlog-format = \"json\"\n")),
              IsEmpty());
}

TEST(NeedRestartTest, WhatDoesNotReloadIsNamed) {
  EXPECT_THAT(NeedRestart(MustReadLine("default-wait = \"1s\"\napi-url = \"http://a\"\n"),
                          MustReadLine("default-wait = \"2s\"\n[org.new]\nclient-id = \"x\"\n"
                                       "client-secret = \"y\"\n")),
              ElementsAre("[org.default] api-url", "[org.new]", "default-wait"));
}

}  // namespace
}  // namespace gcjobs
