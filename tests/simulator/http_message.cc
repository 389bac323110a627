#include "tests/simulator/http_message.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace gcjobs::sim {

absl::string_view ApiRequest::Header(absl::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? absl::string_view() : absl::string_view(found->second);
}

std::string PercentDecode(absl::string_view text, PlusSign plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        absl::ascii_isxdigit(text[i + 1]) && absl::ascii_isxdigit(text[i + 2]);
    if (escape) {
      decoded += absl::HexStringToBytes(text.substr(i + 1, 2));
      i += 2;
    } else {
      decoded += text[i] == '+' && plus == PlusSign::kSpace ? ' ' : text[i];
    }
  }
  return decoded;
}

std::string PercentEncode(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || absl::string_view("-._~").find(c) != absl::string_view::npos) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

QueryParams ParseQuery(absl::string_view query) {
  QueryParams params;
  for (const absl::string_view part : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    params[PercentDecode(pair.first, PlusSign::kSpace)] =
        PercentDecode(pair.second, PlusSign::kSpace);
  }
  return params;
}

std::optional<std::string> FindParam(const QueryParams& params, const std::string& name) {
  const auto found = params.find(name);
  if (found == params.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> SplitPath(absl::string_view path) {
  std::vector<std::string> segments;
  for (const absl::string_view segment : absl::StrSplit(absl::StripPrefix(path, "/"), '/')) {
    segments.push_back(PercentDecode(segment, PlusSign::kLiteral));
  }
  return segments;
}

}  // namespace gcjobs::sim
