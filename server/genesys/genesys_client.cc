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
  absl::StatusOr<Permit> permit = co_await Acquire(request.request_class, max_wait);
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
