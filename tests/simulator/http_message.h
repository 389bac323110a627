#ifndef GCJOBS_TESTS_SIMULATOR_HTTP_MESSAGE_H_
#define GCJOBS_TESTS_SIMULATOR_HTTP_MESSAGE_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace gcjobs::sim {

// Requests and answers without a socket: what the API's handlers see, so that
// they can be tested by calling them.

using QueryParams = std::map<std::string, std::string>;  // decoded; of duplicates the last

struct ApiRequest {
  std::string method;
  std::string path;                            // as sent, still percent-encoded
  std::string query;                           // as sent, without '?'
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // The header of this lower-case name, or "".
  absl::string_view Header(absl::string_view name) const;
};

struct ApiResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
};

// How an answer leaves: whole, not at all, or cut.
struct Reply {
  ApiResponse response;
  // The connection is reset and not one byte of the answer is sent.
  bool reset = false;
  // The whole Content-Length is announced, but the connection closes after
  // this many bytes of the body.
  std::optional<size_t> truncate_at;
};

// Replaces %XX, and '+' by a space where `plus_is_space` says so (forms and
// queries, not paths). What is no escape stays as it is.
enum class PlusSign { kLiteral, kSpace };
std::string PercentDecode(absl::string_view text, PlusSign plus);
std::string PercentEncode(absl::string_view text);

// `a=1&b=x%20y`, as in queries and form bodies.
QueryParams ParseQuery(absl::string_view query);

// The parameter, or nothing when it is absent.
std::optional<std::string> FindParam(const QueryParams& params, const std::string& name);

// The segments of a path, decoded: "/a/b%2Fc" is {"a", "b/c"}.
std::vector<std::string> SplitPath(absl::string_view path);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_HTTP_MESSAGE_H_
