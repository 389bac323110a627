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
// Each line of the file is `principal token`, separated by blanks; the token is
// either spelt out, or given as `sha256:` followed by its digest in 64
// hexadecimal digits. Empty lines and lines that begin with `#` are ignored. A
// principal may have several tokens, so that they can be replaced one by one.
class TokenTable {
 public:
  // Reads the file; logs a warning when users other than its owner may read
  // it. NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT say what is wrong, in
  // which line, and never quote a token.
  static absl::StatusOr<TokenTable> Load(const std::string& path);

  // The same from text; `name` stands for it in errors.
  static absl::StatusOr<TokenTable> Parse(absl::string_view name, absl::string_view text);

  // Whose token it is; unset when nobody's. The time that this takes does not
  // tell how much of a wrong token was right: digests are compared, each to its
  // end, and all of them.
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
