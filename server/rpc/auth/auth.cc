#include "server/rpc/auth/auth.h"

#include <arpa/inet.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <netinet/in.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "server/rpc/auth/tls_files.h"
#include "server/rpc/auth/token_processor.h"

namespace gcjobs {
namespace {

constexpr unsigned int kReloadIntervalSeconds = 60;

absl::Status CheckConsistent(const AuthOptions& options) {
  if (options.tls_cert_file.empty() != options.tls_key_file.empty()) {
    return absl::InvalidArgumentError("TLS needs both a certificate and its key");
  }
  if (!options.client_ca_file.empty() && !options.tls()) {
    return absl::InvalidArgumentError("a client CA needs a server certificate and its key too");
  }
  return absl::OkStatus();
}

absl::Status InsecureListener(absl::string_view host, absl::string_view problem) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "INSECURE_LISTENER",
                   absl::StrCat("listening on ", host, ": ", problem), {{"host", host}});
}

bool IsLoopback(const in_addr& address) { return (ntohl(address.s_addr) >> 24) == 127; }

bool IsLoopback(const in6_addr& address) {
  if (!IN6_IS_ADDR_V4MAPPED(&address)) return IN6_IS_ADDR_LOOPBACK(&address);
  return address.s6_addr[12] == 127;
}

std::shared_ptr<grpc::ServerCredentials> TlsCredentials(const AuthOptions& options) {
  const bool mutual = !options.client_ca_file.empty();
  grpc::experimental::TlsServerCredentialsOptions tls(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          options.tls_key_file, options.tls_cert_file, options.client_ca_file,
          kReloadIntervalSeconds));
  tls.watch_identity_key_cert_pairs();
  if (mutual) tls.watch_root_certs();
  tls.set_cert_request_type(mutual ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                   : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return grpc::experimental::TlsServerCredentials(tls);
}

}  // namespace

bool IsLoopback(absl::string_view host) {
  if (absl::StartsWith(host, "[") && absl::EndsWith(host, "]")) {
    host = host.substr(1, host.size() - 2);
  }
  if (absl::EqualsIgnoreCase(host, "localhost")) return true;
  const std::string text(host);
  in_addr v4 = {};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return IsLoopback(v4);
  in6_addr v6 = {};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IsLoopback(v6);
}

absl::Status CheckListener(absl::string_view host, const AuthOptions& options,
                           ClearText clear_text) {
  const absl::Status consistent = CheckConsistent(options);
  if (!consistent.ok() || options.tls() || IsLoopback(host)) return consistent;
  if (!options.token_file.empty()) {
    return InsecureListener(host, "tokens would be sent in clear text; give a certificate");
  }
  if (clear_text == ClearText::kAllow) return absl::OkStatus();
  return InsecureListener(host,
                          "it reaches beyond this machine; give a certificate, or --insecure to "
                          "serve anybody in clear text");
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const AuthOptions& options, std::shared_ptr<const Authenticator> authenticator) {
  absl::Status status = CheckConsistent(options);
  if (status.ok() && options.tls()) status = CheckTlsFiles(options);
  if (!status.ok()) return status;
  std::shared_ptr<grpc::ServerCredentials> credentials;
  if (options.tls()) {
    credentials = TlsCredentials(options);
  } else if (authenticator->asks_for_tokens()) {
    // A processor on insecure credentials aborts the process; local ones take
    // ordinary clients of this machine.
    credentials = grpc::experimental::LocalServerCredentials(LOCAL_TCP);
  } else {
    return grpc::InsecureServerCredentials();
  }
  if (authenticator->asks_for_tokens()) {
    credentials->SetAuthMetadataProcessor(
        std::make_shared<TokenProcessor>(std::move(authenticator)));
  }
  return credentials;
}

}  // namespace gcjobs
