#include "server/rpc/auth/token_table.h"

#include <openssl/crypto.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/file.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "server/rpc/sha256.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kDigestPrefix = "sha256:";
constexpr size_t kMaxPrincipalBytes = 128;

bool IsHexDigest(absl::string_view text) {
  return text.size() == 2 * kSha256Bytes && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

bool IsPrintable(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
}

// Raw digest of a token as the file spells it.
absl::StatusOr<std::string> DigestOf(absl::string_view token) {
  if (!absl::StartsWith(token, kDigestPrefix)) {
    // Nothing else can be sent in a header.
    if (IsPrintable(token)) return Sha256(token);
    return absl::InvalidArgumentError("a token must be printable ASCII");
  }
  token.remove_prefix(kDigestPrefix.size());
  if (IsHexDigest(token)) return absl::HexStringToBytes(token);
  return absl::InvalidArgumentError("`sha256:` must be followed by 64 hexadecimal digits");
}

void WarnWhenOthersMayRead(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0 || (info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  Log(LogLevel::kWarning, "token_file_readable_by_others", {{"file", path}});
}

}  // namespace

absl::StatusOr<TokenTable> TokenTable::Load(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) {
    return absl::Status(text.status().code(),
                        absl::StrCat("token file: ", text.status().message()));
  }
  WarnWhenOthersMayRead(path);
  return Parse(absl::StrCat("token file ", path), *text);
}

absl::StatusOr<TokenTable> TokenTable::Parse(absl::string_view name, absl::string_view text) {
  std::vector<Entry> entries;
  int line_number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    absl::StatusOr<Entry> entry = ParseLine(line);
    if (!entry.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ", line ", line_number, ": ", entry.status().message()));
    }
    entries.push_back(*std::move(entry));
  }
  if (entries.empty())
    return absl::InvalidArgumentError(absl::StrCat(name, ": there is no token in it"));
  return TokenTable(std::move(entries));
}

absl::StatusOr<TokenTable::Entry> TokenTable::ParseLine(absl::string_view line) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.size() != 2) return absl::InvalidArgumentError("a line must be `principal token`");
  if (words[0].size() > kMaxPrincipalBytes || !IsPrintable(words[0])) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a principal must be printable ASCII of at most ", kMaxPrincipalBytes, " bytes"));
  }
  ASSIGN_OR_RETURN(std::string digest, DigestOf(words[1]));
  return Entry{std::string(words[0]), std::move(digest)};
}

std::optional<std::string> TokenTable::FindPrincipal(absl::string_view token) const {
  const std::string digest = Sha256(token);
  const Entry* found = nullptr;
  for (const Entry& entry : entries_) {
    if (CRYPTO_memcmp(entry.digest.data(), digest.data(), kSha256Bytes) == 0) found = &entry;
  }
  if (found == nullptr) return std::nullopt;
  return found->principal;
}

}  // namespace gcjobs
