#ifndef GCJOBS_SERVER_RPC_AUTH_TOKEN_TABLE_H_
#define GCJOBS_SERVER_RPC_AUTH_TOKEN_TABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// Bearer tokens and whose they are. Keeps digests only. Immutable,
// thread-safe.
//
// The file has one `principal token` a line, apart by blanks; the token is
// either itself or `sha256:` and its digest in 64 hexadecimal digits. Empty
// lines and lines that begin with `#` mean nothing. A principal may have
// several tokens, so that they can be exchanged one by one.
class TokenTable {
 public:
  // Reads the file; logs a warning when others than its owner may read it.
  // NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT say what is wrong, with
  // the line, and never quote a token.
  static absl::StatusOr<TokenTable> Load(const std::string& path);

  // The same from text; `name` stands for it in errors.
  static absl::StatusOr<TokenTable> Parse(absl::string_view name, absl::string_view text);

  // Whose token it is. The time this takes does not depend on how much of a
  // wrong token is right: digests are compared, each to its end, and all of
  // them.
  std::optional<std::string> FindPrincipal(absl::string_view token) const;

 private:
  struct Entry {
    std::string principal;
    std::string digest;  // SHA-256, raw
  };
  explicit TokenTable(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  static absl::StatusOr<Entry> ParseLine(absl::string_view line);

  std::vector<Entry> entries_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_AUTH_TOKEN_TABLE_H_
