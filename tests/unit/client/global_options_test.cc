#include "client/global_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "client/rpc_client.h"
#include "tests/fakes/temp_dir.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

class GlobalOptionsTest : public ::testing::Test {
 protected:
  absl::Status Resolve() {
    CliIo io;
    io.env = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    return options_.Resolve(io);
  }
  void ExpectRefused() { EXPECT_THAT(Resolve(), StatusIs(absl::StatusCode::kInvalidArgument)); }

  GlobalOptions options_;
  std::map<std::string, std::string> environment_;
};

TEST_F(GlobalOptionsTest, DefaultsAreThisMachine) {
  ASSERT_THAT(Resolve(), IsOk());
  EXPECT_EQ(options_.server, "127.0.0.1:50051");
  EXPECT_EQ(options_.timeout, absl::Seconds(30));
  EXPECT_EQ(options_.output, OutputFormat::kTable);
}

TEST_F(GlobalOptionsTest, TheOptionBeatsTheEnvironment) {
  environment_["GCJOBS_SERVER"] = "a:1";
  options_.server = "b:2";
  ASSERT_THAT(Resolve(), IsOk());
  EXPECT_EQ(options_.server, "b:2");
}

TEST_F(GlobalOptionsTest, AnEmptyEnvironmentIsNone) {
  environment_["GCJOBS_SERVER"] = "";
  ASSERT_THAT(Resolve(), IsOk());
  EXPECT_EQ(options_.server, "127.0.0.1:50051");
}

TEST_F(GlobalOptionsTest, AUrlIsNoAddress) {
  options_.server = "http://127.0.0.1:50051";
  ExpectRefused();
  options_.server = "localhost";
  ExpectRefused();
}

TEST_F(GlobalOptionsTest, ATokenDoesNotTravelUnencrypted) {
  options_.server = "gcjobs.example.com:50051";
  options_.token = "t";
  ExpectRefused();
  options_.insecure = true;
  EXPECT_THAT(Resolve(), IsOk());
  options_.insecure = false;
  options_.tls = true;
  EXPECT_THAT(Resolve(), IsOk());
}

TEST_F(GlobalOptionsTest, AByteOrderMarkIsNoPartOfATokenFile) {
  const testing::TempDir dir;
  options_.token_file = dir.Write("token", "\xEF\xBB\xBFs3cret\r\n");
  ASSERT_THAT(Resolve(), IsOk());
  EXPECT_EQ(options_.token, "s3cret");
}

TEST_F(GlobalOptionsTest, ATokenFileMayEndWithANewline) {
  const testing::TempDir dir;
  options_.token_file = dir.Write("token", "s3cret\n");
  EXPECT_THAT(Resolve(), IsOk());
  EXPECT_EQ(options_.token, "s3cret");
}

TEST_F(GlobalOptionsTest, TokensThatAreNone) {
  options_.token = "two words";
  ExpectRefused();
  options_.token = "line\nbreak";
  ExpectRefused();
  options_.token = "";
  options_.token_file = "/nonexistent";
  ExpectRefused();
  options_.token = "t";
  ExpectRefused();  // both
}

TEST_F(GlobalOptionsTest, TlsFilesImplyTls) {
  options_.ca_file = "/ca.pem";
  ASSERT_THAT(Resolve(), IsOk());
  EXPECT_TRUE(options_.tls);
  EXPECT_THAT(RpcClient::Create(options_, CliIo()).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(GlobalOptionsTest, CertificateAndKeyBelongTogether) {
  options_.cert_file = "/cert.pem";
  ExpectRefused();
}

TEST_F(GlobalOptionsTest, BadTimeouts) {
  options_.timeout_text = "0";
  ExpectRefused();
  options_.timeout_text = "5";
  ExpectRefused();
}

TEST(IsLocalAddressTest, OnlyThisMachine) {
  for (const char* local : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1",
                            "unix:/run/gcjobs", "dns:///localhost:1"}) {
    EXPECT_TRUE(IsLocalAddress(local)) << local;
  }
  for (const char* remote : {"127.evil.com:1", "localhost.evil.com:1", "10.0.0.1:1", "[::2]:1"}) {
    EXPECT_FALSE(IsLocalAddress(remote)) << remote;
  }
}

}  // namespace
}  // namespace gcjobs
