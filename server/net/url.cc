#include "server/net/url.h"

#include <memory>

#include <curl/curl.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

struct CleanupUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, CleanupUrl>;

// Spaces and bytes beyond ASCII become escapes.
constexpr unsigned kSetFlags = CURLU_DISALLOW_USER | CURLU_URLENCODE;

// "" when there is none.
std::string PartOf(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

// Takes `text` relative to what `url` is already, if anything.
absl::Status Set(CURLU* url, absl::string_view text) {
  if (text.find('\0') != absl::string_view::npos) {
    return absl::InvalidArgumentError("a URL with a NUL byte");
  }
  const CURLUcode code = curl_url_set(url, CURLUPART_URL, std::string(text).c_str(), kSetFlags);
  if (code == CURLUE_OK) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("no URL: ", curl_url_strerror(code)));
}

absl::string_view WithoutFragment(absl::string_view url) { return url.substr(0, url.find('#')); }

absl::StatusOr<Url> Read(CURLU* handle) {
  Url url;
  url.scheme = absl::AsciiStrToLower(PartOf(handle, CURLUPART_SCHEME));
  if (url.scheme != "http" && url.scheme != "https") {
    return absl::InvalidArgumentError("a URL that is neither http nor https");
  }
  url.host = absl::AsciiStrToLower(PartOf(handle, CURLUPART_HOST));
  url.port = PartOf(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  url.target = PartOf(handle, CURLUPART_PATH);
  const std::string query = PartOf(handle, CURLUPART_QUERY);
  if (!query.empty()) absl::StrAppend(&url.target, "?", query);
  return url;
}

}  // namespace

absl::StatusOr<Url> ResolveUrl(absl::string_view base, absl::string_view reference) {
  const UrlHandle handle(curl_url());
  if (handle == nullptr) return absl::ResourceExhaustedError("no memory for a URL");
  RETURN_IF_ERROR(Set(handle.get(), WithoutFragment(base)));
  // libcurl takes an empty reference, or one that is a fragment alone, for
  // another path; by RFC 3986 it is the base itself.
  const absl::string_view relative = WithoutFragment(reference);
  if (!relative.empty()) RETURN_IF_ERROR(Set(handle.get(), relative));
  return Read(handle.get());
}

bool HaveSameOrigin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

}  // namespace gcjobs
