#include "server/rpc/auth/listener_credentials.h"

#include <gmock/gmock.h>

#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/auth/test_certificates.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::MakeCertificate;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::TestCertificate;
using ::gcjobs::testing::WriteTempFile;
using ::testing::HasSubstr;

AuthOptions WithTls() {
  AuthOptions options;
  options.tls_cert_file = "cert.pem";
  options.tls_key_file = "key.pem";
  return options;
}

AuthOptions WithTokens() {
  AuthOptions options;
  options.token_file = "tokens";
  return options;
}

auto IsInsecureListener() {
  return StatusIs(absl::StatusCode::kFailedPrecondition, "INSECURE_LISTENER");
}

TEST(IsLoopbackTest, LoopbackInItsManySpellings) {
  for (const char* host : {"127.0.0.1", "127.255.0.7", "localhost", "LocalHost", "::1", "[::1]",
                           "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "[::ffff:127.1.2.3]"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
}

TEST(IsLoopbackTest, EverythingElseIsBeyond) {
  for (const char* host : {"", "0.0.0.0", "::", "[::]", "10.0.0.1", "128.0.0.1", "::ffff:10.0.0.1",
                           "localhost.example.com", "127.0.0.1.example.com", "127.1", "[::1",
                           "example.com", "fe80::1", "*"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(CheckListenerTest, LoopbackNeedsNothing) {
  EXPECT_THAT(CheckListener("127.0.0.1", {}, ClearText::kRefuse), IsOk());
  EXPECT_THAT(CheckListener("localhost", WithTokens(), ClearText::kRefuse), IsOk());
}

TEST(CheckListenerTest, BeyondLoopbackNeedsTlsOrAWord) {
  EXPECT_THAT(CheckListener("0.0.0.0", {}, ClearText::kRefuse), IsInsecureListener());
  EXPECT_THAT(CheckListener("0.0.0.0", {}, ClearText::kAllow), IsOk());
  EXPECT_THAT(CheckListener("0.0.0.0", WithTls(), ClearText::kRefuse), IsOk());
}

TEST(CheckListenerTest, TokensNeverCrossTheNetworkInClearText) {
  EXPECT_THAT(CheckListener("0.0.0.0", WithTokens(), ClearText::kRefuse), IsInsecureListener());
  EXPECT_THAT(CheckListener("0.0.0.0", WithTokens(), ClearText::kAllow), IsInsecureListener());
}

TEST(CheckListenerTest, OptionsThatContradictThemselvesAreRefused) {
  AuthOptions no_key, no_cert, only_ca;
  no_key.tls_cert_file = "cert.pem";
  no_cert.tls_key_file = "key.pem";
  only_ca.client_ca_file = "ca.pem";
  for (const AuthOptions& options : {no_key, no_cert, only_ca}) {
    EXPECT_THAT(CheckListener("127.0.0.1", options, ClearText::kAllow),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

class MakeServerCredentialsTest : public ::testing::Test {
 protected:
  absl::Status Make(const AuthOptions& options) {
    return MakeServerCredentials(options, *Authenticator::Create({}, &metrics_)).status();
  }

  Metrics metrics_;
  const TestCertificate certificate_ = MakeCertificate("localhost");
  const std::string cert_file_ = WriteTempFile("cert.pem", certificate_.cert_pem);
  const std::string key_file_ = WriteTempFile("key.pem", certificate_.key_pem);
};

TEST_F(MakeServerCredentialsTest, GoodFiles) {
  EXPECT_THAT(Make({}), IsOk());
  EXPECT_THAT(Make({cert_file_, key_file_, "", ""}), IsOk());
  EXPECT_THAT(Make({cert_file_, key_file_, cert_file_, ""}), IsOk());
}

TEST_F(MakeServerCredentialsTest, BadFilesAreFoundAtStart) {
  const std::string garbage = WriteTempFile("garbage.pem", "no PEM");
  const auto is_invalid = StatusIs(absl::StatusCode::kInvalidArgument);
  const auto is_missing = StatusIs(absl::StatusCode::kNotFound);
  EXPECT_THAT(Make({"/none.pem", key_file_, "", ""}), is_missing);
  EXPECT_THAT(Make({cert_file_, "/none.pem", "", ""}), is_missing);
  EXPECT_THAT(Make({cert_file_, key_file_, "/none.pem", ""}), is_missing);
  EXPECT_THAT(Make({garbage, key_file_, "", ""}), is_invalid);
  EXPECT_THAT(Make({cert_file_, garbage, "", ""}), is_invalid);
  EXPECT_THAT(Make({cert_file_, key_file_, garbage, ""}), is_invalid);
  EXPECT_THAT(Make({cert_file_, "", "", ""}), is_invalid);
}

TEST_F(MakeServerCredentialsTest, KeyOfAnotherCertificateIsFoundAtStart) {
  const std::string other = WriteTempFile("other_key.pem", MakeCertificate("localhost").key_pem);
  const absl::Status status = Make({cert_file_, other, "", ""});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(status.message()), HasSubstr(other));
}

}  // namespace
}  // namespace gcjobs
