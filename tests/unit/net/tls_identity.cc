#include "tests/unit/net/tls_identity.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <string>

namespace gcjobs::testing {
namespace {

void Require(bool condition) {
  if (!condition) abort();
}

void AddExtension(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  Require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

X509* MakeCertificate(EVP_PKEY* key) {
  constexpr long kYearInSeconds = 365L * 24 * 3600;
  X509* const certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kYearInSeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kYearInSeconds);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("gcjobs test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate, NID_subject_alt_name, "IP:127.0.0.1");
  Require(X509_sign(certificate, key, EVP_sha256()) > 0);
  return certificate;
}

std::string WritePem(X509* certificate) {
  std::string path = ::testing::TempDir() + "gcjobs_ca_XXXXXX";
  const int fd = mkstemp(&path[0]);
  Require(fd >= 0);
  FILE* const file = fdopen(fd, "w");
  Require(file != nullptr && PEM_write_X509(file, certificate) == 1 && fclose(file) == 0);
  return path;
}

int SelectHttp2(SSL*, const unsigned char** selected, unsigned char* length,
                const unsigned char* offered, unsigned offered_length, void*) {
  // Static: the selection points into it.
  static constexpr unsigned char kHttp2[] = {2, 'h', '2'};
  const int result = SSL_select_next_proto(const_cast<unsigned char**>(selected), length, kHttp2,
                                           sizeof(kHttp2), offered, offered_length);
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

TlsIdentity::TlsIdentity(TlsProtocol protocol) : context_(SSL_CTX_new(TLS_server_method())) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  Require(context_ != nullptr && key != nullptr);
  X509* const certificate = MakeCertificate(key);
  Require(SSL_CTX_use_certificate(context_, certificate) == 1 &&
          SSL_CTX_use_PrivateKey(context_, key) == 1);
  if (protocol == TlsProtocol::kHttp2) {
    SSL_CTX_set_alpn_select_cb(context_, SelectHttp2, nullptr);
  }
  ca_file_ = WritePem(certificate);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TlsIdentity::~TlsIdentity() {
  unlink(ca_file_.c_str());
  SSL_CTX_free(context_);
}

}  // namespace gcjobs::testing
