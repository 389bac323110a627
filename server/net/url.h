#ifndef GCJOBS_SERVER_NET_URL_H_
#define GCJOBS_SERVER_NET_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// An http or https URL, taken apart: what a request needs of it. Its fragment
// is gone.
struct Url {
  std::string scheme;  // lower case
  std::string host;    // lower case; IPv6 in brackets
  std::string port;    // in digits, also when it is the scheme's own
  std::string target;  // path and query, percent-encoded, beginning with `/`
};

// The URL that `reference`, absolute or relative, means where `base`, which is
// absolute, stands (RFC 3986, section 5). INVALID_ARGUMENT, without ErrorInfo
// and without quoting either: not a URL, not http or https, or one that carries
// credentials.
absl::StatusOr<Url> ResolveUrl(absl::string_view base, absl::string_view reference);

// Whether a secret meant for the one may go to the other: scheme, host and port
// are the same.
bool HaveSameOrigin(const Url& a, const Url& b);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_NET_URL_H_
