#include "tests/unit/rpc/auth/test_certificates.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

namespace gcjobs::testing {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

// Tests run in several processes at a time: each has a directory of its own.
class TempDirectory {
 public:
  TempDirectory() : path_(::testing::TempDir() + "/rpc_test_XXXXXX") { mkdtemp(path_.data()); }
  ~TempDirectory() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void AddExtension(X509* certificate, int id, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str()));
  X509_add_ext(certificate, extension.get(), -1);
}

void NameAndSign(X509* certificate, EVP_PKEY* key, const std::string& name) {
  X509_set_version(certificate, 2);  // version 3
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  AddExtension(certificate, NID_subject_alt_name, "DNS:" + name);
  AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
}

}  // namespace

TestCertificate MakeCertificate(const std::string& name) {
  const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, Free> certificate(X509_new());
  NameAndSign(certificate.get(), key.get(), name);
  const std::unique_ptr<BIO, Free> cert_pem(BIO_new(BIO_s_mem()));
  const std::unique_ptr<BIO, Free> key_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(cert_pem.get(), certificate.get());
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {Text(cert_pem.get()), Text(key_pem.get())};
}

std::string WriteTempFile(const std::string& name, const std::string& text) {
  static const TempDirectory directory;
  const std::string path = directory.path() + "/" + name;
  std::ofstream(path) << text;
  chmod(path.c_str(), S_IRUSR | S_IWUSR);
  return path;
}

}  // namespace gcjobs::testing
