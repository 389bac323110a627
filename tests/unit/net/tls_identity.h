#ifndef GCJOBS_TESTS_UNIT_NET_TLS_IDENTITY_H_
#define GCJOBS_TESTS_UNIT_NET_TLS_IDENTITY_H_

#include <openssl/ssl.h>

#include <string>

namespace gcjobs::testing {

enum class TlsProtocol { kHttp1, kHttp2 };

// A fresh key with a certificate that it signed itself, for 127.0.0.1.
class TlsIdentity {
 public:
  // `protocol` is what a server with this identity agrees upon (ALPN).
  explicit TlsIdentity(TlsProtocol protocol);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  // For ScriptedServer.
  SSL_CTX* context() const { return context_; }

  // The certificate as a PEM file, for clients that shall trust it.
  const std::string& ca_file() const { return ca_file_; }

 private:
  SSL_CTX* const context_;
  std::string ca_file_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_NET_TLS_IDENTITY_H_
