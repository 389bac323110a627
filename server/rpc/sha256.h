#ifndef GCJOBS_SERVER_RPC_SHA256_H_
#define GCJOBS_SERVER_RPC_SHA256_H_

#include <memory>
#include <string>

#include <openssl/evp.h>

#include "absl/strings/string_view.h"

namespace gcjobs {

inline constexpr size_t kSha256Bytes = 32;

// The digest of `text`: 32 raw bytes.
std::string Sha256(absl::string_view text);

// SHA-256 over a list of fields. Each goes in after its length, so that two
// different lists never hash the same bytes: ("ab", "c") is not ("a", "bc").
class FieldHash {
 public:
  FieldHash();

  FieldHash& Add(absl::string_view field);

  // 32 raw bytes. Ends the hash: nothing may be called after it.
  std::string Digest();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  const std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SHA256_H_
