#ifndef GCJOBS_TESTS_UNIT_RPC_AUTH_TEST_CERTIFICATES_H_
#define GCJOBS_TESTS_UNIT_RPC_AUTH_TEST_CERTIFICATES_H_

#include <string>

namespace gcjobs::testing {

// A certificate and its key, in PEM form.
struct TestCertificate {
  std::string cert_pem;
  std::string key_pem;
};

// A new self-signed certificate, good for an hour, its common name and its DNS
// name being `name`. It is its own authority: give it to the other side as
// the root.
TestCertificate MakeCertificate(const std::string& name);

// Writes a file of that name, which only its owner may read, to a directory
// that is removed when the test process ends; returns its path.
std::string WriteTempFile(const std::string& name, const std::string& text);

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RPC_AUTH_TEST_CERTIFICATES_H_
