#include "server/rpc/page_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "server/rpc/sha256.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kVersion = "\x01";
constexpr size_t kCheckBytes = 16;
constexpr size_t kHeaderBytes = 1 + kCheckBytes;

std::string CheckBytes(absl::string_view scope, absl::string_view position) {
  return FieldHash().Add(kVersion).Add(scope).Add(position).Digest().substr(0, kCheckBytes);
}

}  // namespace

std::string EncodePageToken(absl::string_view scope, absl::string_view position) {
  return absl::WebSafeBase64Escape(absl::StrCat(kVersion, CheckBytes(scope, position), position));
}

absl::StatusOr<std::string> DecodePageToken(absl::string_view scope, absl::string_view token,
                                            size_t max_bytes) {
  std::string bytes;
  if (token.size() > max_bytes || !absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() < kHeaderBytes || !absl::StartsWith(bytes, kVersion)) {
    return InvalidPageToken();
  }
  std::string position = bytes.substr(kHeaderBytes);
  // One spelling a token: base64 readers forgive odd endings and padding.
  if (EncodePageToken(scope, position) != token) return InvalidPageToken();
  return position;
}

absl::Status InvalidPageToken() {
  return MakeError(errors::kInvalidPageToken,
                   "page_token was not issued for this listing; pass the next_page_token of the "
                   "last answer, and leave all fields but page_size as they were");
}

}  // namespace gcjobs
