#include "server/genesys/genesys_client.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace gcjobs {
namespace {

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

}  // namespace

std::string PercentEncode(absl::string_view text) {
  // As a path segment these two would mean another folder.
  const bool is_dot_segment = text == "." || text == "..";
  std::string encoded;
  for (const char c : text) {
    if (IsUnreserved(c) && !is_dot_segment) {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace gcjobs
