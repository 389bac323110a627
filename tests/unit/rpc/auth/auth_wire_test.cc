#include <gmock/gmock.h>
#include <grpcpp/ext/health_check_service_server_builder_option.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/health_check_service_interface.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

#include "common/error_info.h"
#include "server/rpc/auth/listener_credentials.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/auth/test_certificates.h"
#include "tests/unit/rpc/service_fixture.h"

// Who may call, as clients see it: over real connections on loopback.

namespace gcjobs::testing {
namespace {

auto IsInvalidToken() { return StatusIs(absl::StatusCode::kUnauthenticated, "INVALID_TOKEN"); }

class AuthWireTest : public ServiceTest {
 protected:
  AuthWireTest() { grpc::EnableDefaultHealthCheckService(true); }

  // Starts a server with `options` on loopback.
  void Start() {
    authenticator_ = *Authenticator::Create(options_, &metrics_);
    address_ = StartServerOnLoopback(*MakeServerCredentials(options_, authenticator_));
  }

  void ConnectInClearText() {
    UseChannel(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  }
  void ConnectWithTls(const grpc::SslCredentialsOptions& tls) {
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    UseChannel(grpc::CreateCustomChannel(address_, grpc::SslCredentials(tls), arguments));
  }

  void UseTokens() {
    options_.token_file = WriteTempFile("tokens", "alice a-token\nbob b-token\n");
  }
  grpc::SslCredentialsOptions UseTls() {
    const TestCertificate server = MakeCertificate("localhost");
    options_.tls_cert_file = WriteTempFile("cert.pem", server.cert_pem);
    options_.tls_key_file = WriteTempFile("key.pem", server.key_pem);
    grpc::SslCredentialsOptions client;
    client.pem_root_certs = server.cert_pem;
    return client;
  }

  absl::StatusOr<v1::Job> SubmitWith(const std::vector<std::string>& authorizations) {
    grpc::ClientContext context;
    for (const std::string& value : authorizations) context.AddMetadata("authorization", value);
    return Submit("a", &context);
  }

  // Calls any method with an empty request and without a token, or with one.
  absl::Status CallByName(const std::string& method, const std::string& authorization = "") {
    grpc::ClientContext context;
    if (!authorization.empty()) context.AddMetadata("authorization", authorization);
    const grpc::Slice no_bytes;
    grpc::ByteBuffer request(&no_bytes, 1);
    grpc::ByteBuffer response;
    absl::Status outcome;
    absl::Notification done;
    grpc::GenericStub(channel_).UnaryCall(&context, method, grpc::StubOptions(), &request,
                                          &response, [&](const grpc::Status& status) {
                                            outcome = FromGrpc(status);
                                            done.Notify();
                                          });
    done.WaitForNotification();
    return outcome;
  }

  AuthOptions options_;
  std::string address_;
};

TEST_F(AuthWireTest, WithoutOptionsAnybodyMayCall) {
  Start();
  ConnectInClearText();
  const auto job = Submit("a");
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->created_by(), "");
}

TEST_F(AuthWireTest, TokenNamesTheCallerInClearTextOnLoopback) {
  UseTokens();
  Start();
  ConnectInClearText();
  EXPECT_EQ(SubmitWith({"Bearer a-token"})->created_by(), "alice");
  EXPECT_EQ(SubmitWith({"bearer b-token"})->created_by(), "bob");
}

TEST_F(AuthWireTest, TokensAreReadAgainAndAWrongFileChangesNothing) {
  UseTokens();
  Start();
  ConnectInClearText();
  ASSERT_THAT(SubmitWith({"Bearer a-token"}), IsOk());
  std::ofstream(options_.token_file) << "carol c-token\n";
  ASSERT_THAT(authenticator_->Reload(), IsOk());
  EXPECT_THAT(SubmitWith({"Bearer a-token"}), IsInvalidToken());
  EXPECT_EQ(SubmitWith({"Bearer c-token"})->created_by(), "carol");
  std::ofstream(options_.token_file) << "# none\n";
  EXPECT_THAT(authenticator_->Reload(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(SubmitWith({"Bearer c-token"})->created_by(), "carol");
}

TEST_F(AuthWireTest, ANewCertificateIsServedWithoutARestart) {
  UseTls();
  Start();
  const TestCertificate renewed = MakeCertificate("localhost");
  std::ofstream(options_.tls_cert_file) << renewed.cert_pem;
  std::ofstream(options_.tls_key_file) << renewed.key_pem;
  grpc::SslCredentialsOptions client;
  client.pem_root_certs = renewed.cert_pem;
  // The files are read every second.
  const absl::Time end = absl::Now() + absl::Seconds(30);
  absl::StatusOr<v1::Job> job;
  do {
    ConnectWithTls(client);
    job = Submit("a");
  } while (!job.ok() && absl::Now() < end);
  EXPECT_THAT(job, IsOk());
}

TEST_F(AuthWireTest, EveryOtherTokenIsRefused) {
  UseTokens();
  Start();
  ConnectInClearText();
  const std::vector<std::vector<std::string>> cases = {
      {},
      {"Bearer wrong"},
      {"Bearer"},
      {"Bearer a-token2"},
      {"a-token"},
      {"Basic a-token"},
      {"Bearer a-token", "Bearer b-token"},
  };
  for (const auto& authorizations : cases) {
    EXPECT_THAT(SubmitWith(authorizations), IsInvalidToken())
        << ::testing::PrintToString(authorizations);
  }
  EXPECT_EQ(CountStored(), 0u);
  EXPECT_EQ(metrics_.CallsRefused().Value(), static_cast<double>(cases.size()));
}

// The handlers of these services check for themselves: none may forget.
TEST_F(AuthWireTest, EveryMethodIsRefusedWithoutToken) {
  UseTokens();
  Start();
  ConnectInClearText();
  for (const char* name : {"gcjobs.v1.JobService", "gcjobs.v1.ActionService"}) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    ASSERT_NE(service, nullptr) << name;
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string method = absl::StrCat("/", name, "/", service->method(i)->name());
      EXPECT_THAT(CallByName(method), IsInvalidToken()) << method;
    }
  }
}

TEST_F(AuthWireTest, OtherServicesAreClosedAndHealthIsOpen) {
  UseTokens();
  Start();
  ConnectInClearText();
  EXPECT_THAT(CallByName("/grpc.health.v1.Health/Check"), IsOk());
  const std::string other = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  EXPECT_THAT(CallByName(other), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(CallByName(other, "Bearer wrong"), StatusIs(absl::StatusCode::kUnauthenticated));
  // This server has no reflection: with a token the call gets as far as that.
  EXPECT_THAT(CallByName(other, "Bearer a-token"), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(AuthWireTest, TlsServesWhoTrustsTheCertificate) {
  const grpc::SslCredentialsOptions client = UseTls();
  Start();
  ConnectWithTls(client);
  EXPECT_THAT(Submit("a"), IsOk());
  grpc::SslCredentialsOptions stranger;
  stranger.pem_root_certs = MakeCertificate("localhost").cert_pem;
  ConnectWithTls(stranger);
  EXPECT_THAT(Submit("a"), StatusIs(absl::StatusCode::kUnavailable));
  ConnectInClearText();
  EXPECT_THAT(Submit("a"), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(AuthWireTest, TokensOverTls) {
  UseTokens();
  const grpc::SslCredentialsOptions client = UseTls();
  Start();
  ConnectWithTls(client);
  EXPECT_EQ(SubmitWith({"Bearer a-token"})->created_by(), "alice");
  EXPECT_THAT(SubmitWith({}), IsInvalidToken());
  EXPECT_THAT(SubmitWith({"Bearer wrong"}), IsInvalidToken());
}

TEST_F(AuthWireTest, ClientCertificateNamesTheCaller) {
  grpc::SslCredentialsOptions client = UseTls();
  const TestCertificate carol = MakeCertificate("carol.example.com");
  options_.client_ca_file = WriteTempFile("ca.pem", carol.cert_pem);
  Start();
  client.pem_cert_chain = carol.cert_pem;
  client.pem_private_key = carol.key_pem;
  ConnectWithTls(client);
  const auto job = Submit("a");
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->created_by(), "carol.example.com");
}

TEST_F(AuthWireTest, ClientWithoutATrustedCertificateIsRefused) {
  grpc::SslCredentialsOptions client = UseTls();
  options_.client_ca_file = WriteTempFile("ca.pem", MakeCertificate("carol.example.com").cert_pem);
  Start();
  ConnectWithTls(client);
  EXPECT_THAT(Submit("a"), StatusIs(absl::StatusCode::kUnavailable));
  const TestCertificate mallory = MakeCertificate("mallory.example.com");
  client.pem_cert_chain = mallory.cert_pem;
  client.pem_private_key = mallory.key_pem;
  ConnectWithTls(client);
  EXPECT_THAT(Submit("a"), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(AuthWireTest, TokenCountsMoreThanTheCertificate) {
  UseTokens();
  grpc::SslCredentialsOptions client = UseTls();
  const TestCertificate carol = MakeCertificate("carol.example.com");
  options_.client_ca_file = WriteTempFile("ca.pem", carol.cert_pem);
  Start();
  client.pem_cert_chain = carol.cert_pem;
  client.pem_private_key = carol.key_pem;
  ConnectWithTls(client);
  EXPECT_EQ(SubmitWith({"Bearer a-token"})->created_by(), "alice");
  EXPECT_THAT(SubmitWith({}), IsInvalidToken());
}

}  // namespace
}  // namespace gcjobs::testing
