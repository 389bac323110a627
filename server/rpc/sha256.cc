#include "server/rpc/sha256.h"

#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace gcjobs {
namespace {

// OpenSSL's digests fail when memory ends or SHA-256 is configured away; no
// request can cause either, and no caller could go on.
void Require(int done) { GCJOBS_CHECK(done == 1, "SHA-256 is not available"); }

unsigned char* Bytes(std::string* text) { return reinterpret_cast<unsigned char*>(text->data()); }

}  // namespace

std::string Sha256(absl::string_view text) {
  std::string digest(kSha256Bytes, '\0');
  Require(EVP_Digest(text.data(), text.size(), Bytes(&digest), nullptr, EVP_sha256(), nullptr));
  return digest;
}

FieldHash::FieldHash() : context_(EVP_MD_CTX_new()) {
  Require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

FieldHash& FieldHash::Add(absl::string_view field) {
  const std::string length = absl::StrCat(field.size(), ":");
  Require(EVP_DigestUpdate(context_.get(), length.data(), length.size()));
  Require(EVP_DigestUpdate(context_.get(), field.data(), field.size()));
  return *this;
}

std::string FieldHash::Digest() {
  std::string digest(kSha256Bytes, '\0');
  Require(EVP_DigestFinal_ex(context_.get(), Bytes(&digest), nullptr));
  return digest;
}

}  // namespace gcjobs
