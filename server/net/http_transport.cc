#include "server/net/http_transport.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

// A token of RFC 9110, section 5.6.2.
bool IsToken(absl::string_view text) {
  constexpr absl::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           kPunctuation.find(c) != absl::string_view::npos;
  });
}

// Whether `text` would end a line of the request, or be cut by a C interface.
bool BreaksLine(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool HasBlankOrControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f;
  });
}

// What stands between `scheme://` and the path; empty when there is no such.
absl::string_view Authority(absl::string_view url) {
  const size_t scheme_end = url.find("://");
  if (scheme_end == absl::string_view::npos) return {};
  const absl::string_view rest = url.substr(scheme_end + 3);
  return rest.substr(0, rest.find_first_of("/?#\\"));
}

bool HasHttpScheme(absl::string_view url) {
  return absl::StartsWithIgnoreCase(url, "http://") || absl::StartsWithIgnoreCase(url, "https://");
}

absl::Status ValidateUrl(const HttpRequest& request) {
  if (!HasHttpScheme(request.url) || Authority(request.url).empty()) {
    return absl::InvalidArgumentError("the URL is not absolute http or https");
  }
  if (HasBlankOrControl(request.url)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Describe(request), ": a blank or control character in the URL"));
  }
  if (absl::StrContains(Authority(request.url), '@')) {
    return absl::InvalidArgumentError(absl::StrCat(Describe(request), ": credentials in the URL"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const HttpRequest& request) {
  if (!IsToken(request.method)) {
    return absl::InvalidArgumentError("the HTTP method is not a token");
  }
  RETURN_IF_ERROR(ValidateUrl(request));
  for (const auto& [name, value] : request.headers) {
    if (!IsToken(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat(Describe(request), ": a header name that is not a token"));
    }
    if (BreaksLine(value)) {
      return absl::InvalidArgumentError(
          absl::StrCat(Describe(request), ": a line break in the header ", name));
    }
  }
  return absl::OkStatus();
}

std::string Describe(const HttpRequest& request) {
  absl::string_view url = request.url;
  url = url.substr(0, url.find_first_of("?#"));
  const absl::string_view authority = Authority(url);
  const size_t credentials_end = authority.rfind('@');
  if (credentials_end == absl::string_view::npos) return absl::StrCat(request.method, " ", url);

  const size_t scheme_length = authority.data() - url.data();
  return absl::StrCat(request.method, " ", url.substr(0, scheme_length),
                      url.substr(scheme_length + credentials_end + 1));
}

absl::string_view HttpResponse::Header(absl::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (absl::EqualsIgnoreCase(key, name)) return value;
  }
  return {};
}

}  // namespace gcjobs
