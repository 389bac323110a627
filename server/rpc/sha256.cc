#include "server/rpc/sha256.h"

#include <cstdint>
#include <cstdlib>

#include "common/log.h"

namespace gcjobs {
namespace {

// OpenSSL's digests fail when memory ends or SHA-256 is configured away; no
// request can cause either, and no caller could go on.
void Require(bool done) {
  if (done) return;
  Log(LogLevel::kError, "sha256_unavailable");
  std::abort();
}

// Eight bytes, the least significant first.
std::string LengthBytes(uint64_t length) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>((length >> (8 * i)) & 0xff));
  return bytes;
}

}  // namespace

std::string Sha256(absl::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  Require(EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) == 1 &&
          size == kSha256Bytes);
  return std::string(reinterpret_cast<const char*>(digest), size);
}

FieldHash::FieldHash() : context_(EVP_MD_CTX_new()) {
  Require(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

FieldHash& FieldHash::Add(absl::string_view field) {
  const std::string length = LengthBytes(field.size());
  Require(EVP_DigestUpdate(context_.get(), length.data(), length.size()) == 1 &&
          EVP_DigestUpdate(context_.get(), field.data(), field.size()) == 1);
  return *this;
}

std::string FieldHash::Digest() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  Require(EVP_DigestFinal_ex(context_.get(), digest, &size) == 1 && size == kSha256Bytes);
  return std::string(reinterpret_cast<const char*>(digest), size);
}

}  // namespace gcjobs
