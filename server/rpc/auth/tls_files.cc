#include "server/rpc/auth/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/file.h"

namespace gcjobs {
namespace {

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
  return absl::InvalidArgumentError(
      absl::StrCat(what, " ", path, ": there is none in PEM form, or it is encrypted"));
}

}  // namespace

absl::Status CheckTlsFiles(const AuthOptions& options) {
  const auto certificate = ReadPem("TLS certificate", options.tls_cert_file, PEM_read_bio_X509);
  if (!certificate.ok()) return certificate.status();
  const auto key = ReadPem("TLS key", options.tls_key_file, PEM_read_bio_PrivateKey);
  if (!key.ok()) return key.status();
  const bool match = X509_check_private_key(certificate->get(), key->get()) == 1;
  ERR_clear_error();
  if (!match) {
    return absl::InvalidArgumentError(absl::StrCat("TLS key ", options.tls_key_file,
                                                   ": is not that of the certificate ",
                                                   options.tls_cert_file));
  }
  if (options.client_ca_file.empty()) return absl::OkStatus();
  return ReadPem("client CA", options.client_ca_file, PEM_read_bio_X509).status();
}

}  // namespace gcjobs
