#include "server/rpc/auth/listener_credentials.h"

#include <arpa/inet.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/file.h"
#include "common/grpc_status.h"
#include "common/status_macros.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

// While key and certificate are being exchanged they may not match, and then no new
// connection stands until they have been read again.
constexpr unsigned int kReloadIntervalSeconds = 1;

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
  return MakeError(errors::kInsecureListener, absl::StrCat("listening on ", host, ": ", problem),
                   {{"host", host}});
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

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

// An encrypted key has nobody to ask for its password.
int NoPassword(char*, int, int, void*) { return 0; }

// Reads the first object of a PEM file with one of OpenSSL's PEM_read_bio_*.
template <typename T>
absl::StatusOr<Owned<T>> ReadPem(absl::string_view what, const std::string& path,
                                 T* (*read)(BIO*, T**, pem_password_cb*, void*)) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) {
    return absl::Status(text.status().code(), absl::StrCat(what, ": ", text.status().message()));
  }
  const Owned<BIO> bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  Owned<T> object(read(bio.get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();  // OpenSSL keeps a queue of errors for each thread
  if (object != nullptr) return object;
  // gRPC reads the file, too, and as it stands.
  const bool has_mark = absl::StartsWith(*text, kByteOrderMark);
  return absl::InvalidArgumentError(
      absl::StrCat(what, " ", path, ": ",
                   has_mark ? "begins with a byte order mark; save it without"
                            : "there is none in PEM form, or it is encrypted"));
}

// Refuses calls without a valid token before their handler runs. gRPC carries
// none of an error's details from here: hence the services that check for
// themselves. Thread-safe.
class TokenProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit TokenProcessor(std::shared_ptr<const Authenticator> authenticator)
      : authenticator_(std::move(authenticator)) {}

  // It looks into memory alone: not worth a thread of its own.
  bool IsBlocking() const override { return false; }

  // Leaves the context alone: it belongs to the connection, and adding to it
  // from concurrent calls aborts the process (gRPC 1.51). Consumes nothing:
  // handlers find out by the same header who calls.
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* /*context*/,
                       OutputMetadata* /*consumed*/, OutputMetadata* /*response*/) override {
    const auto path = metadata.find(":path");
    if (path != metadata.end() &&
        PassesUnchecked(absl::string_view(path->second.data(), path->second.size()))) {
      return grpc::Status::OK;
    }
    return ToGrpc(authenticator_->CheckToken(metadata));
  }

 private:
  static bool PassesUnchecked(absl::string_view path) {
    // Open to all: it tells only whether the server serves.
    return absl::StartsWith(path, "/grpc.health.v1.Health/") ||
           // Every handler of these begins with Authenticator::Authenticate. A
           // service that is not named here is closed without a token.
           absl::StartsWith(path, "/gcjobs.v1.JobService/") ||
           absl::StartsWith(path, "/gcjobs.v1.ActionService/");
  }

  const std::shared_ptr<const Authenticator> authenticator_;
};

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
  RETURN_IF_ERROR(CheckConsistent(options));
  if (options.tls() || IsLoopback(host)) return absl::OkStatus();
  if (!options.token_file.empty()) {
    return InsecureListener(host, "tokens would be sent in clear text; configure a certificate");
  }
  if (clear_text == ClearText::kAllow) return absl::OkStatus();
  return InsecureListener(host,
                          "it reaches beyond this machine; configure a certificate, or pass "
                          "--insecure to serve anybody in clear text");
}

absl::Status CheckTlsFiles(const AuthOptions& options) {
  ASSIGN_OR_RETURN(const Owned<X509> certificate,
                   ReadPem("TLS certificate", options.tls_cert_file, PEM_read_bio_X509));
  ASSIGN_OR_RETURN(const Owned<EVP_PKEY> key,
                   ReadPem("TLS key", options.tls_key_file, PEM_read_bio_PrivateKey));
  const bool match = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!match) {
    return absl::InvalidArgumentError(absl::StrCat("TLS key ", options.tls_key_file,
                                                   ": does not belong to the certificate ",
                                                   options.tls_cert_file));
  }
  if (options.client_ca_file.empty()) return absl::OkStatus();
  return ReadPem("client CA", options.client_ca_file, PEM_read_bio_X509).status();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const AuthOptions& options, std::shared_ptr<const Authenticator> authenticator) {
  RETURN_IF_ERROR(CheckConsistent(options));
  if (options.tls()) RETURN_IF_ERROR(CheckTlsFiles(options));
  std::shared_ptr<grpc::ServerCredentials> credentials;
  if (options.tls()) {
    credentials = TlsCredentials(options);
  } else if (authenticator->asks_for_tokens()) {
    // A processor on insecure credentials aborts the process; local ones accept
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
