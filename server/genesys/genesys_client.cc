#include "server/genesys/genesys_client.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "common/error_info.h"

namespace gcjobs {
namespace {

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

}  // namespace

Task<ApiReply> GenesysClient::Call(ApiRequest request, absl::Duration max_wait) {
  std::string family = FamilyOf(request.target);
  absl::StatusOr<Permit> permit =
      co_await Acquire(request.request_class, std::move(family), max_wait);
  if (!permit.ok()) co_return Unsent(permit.status());
  ApiReply reply = co_await Send(*std::move(permit), std::move(request));
  co_return reply;
}

ApiReply Unsent(absl::Status status) {
  ApiReply reply;
  reply.fate = HttpResult::Fate::kNotSent;
  reply.retry_after = GetRetryDelay(status);
  reply.status = std::move(status);
  return reply;
}

std::string FamilyOf(absl::string_view path) {
  constexpr absl::string_view kRoot = "/api/v2/";
  const size_t root = path.find(kRoot);
  if (root == absl::string_view::npos) return "";
  const absl::string_view rest = path.substr(root + kRoot.size());
  return std::string(rest.substr(0, rest.find_first_of("/?")));
}

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
