#include "common/failure_body.h"

#include <string>

#include "absl/strings/cord.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kFailureBodyUrl = "type.googleapis.com/gcjobs.v1.FailureBody";

// Real ones have some thirty characters.
constexpr size_t kMaxContentTypeBytes = 256;

}  // namespace

v1::FailureBody MakeFailureBody(int http_status, absl::string_view content_type,
                                absl::string_view body) {
  v1::FailureBody failure;
  failure.set_http_status(http_status);
  failure.set_content_type(ToValidUtf8(content_type.substr(0, kMaxContentTypeBytes)));
  failure.set_truncated(body.size() > kMaxFailureBodyBytes);
  failure.set_body(std::string(Utf8Prefix(body, kMaxFailureBodyBytes)));
  return failure;
}

void TrimFailureBody(size_t max_bytes, v1::FailureBody* body) {
  if (body->body().size() <= max_bytes) return;
  body->mutable_body()->resize(Utf8Prefix(body->body(), max_bytes).size());
  body->set_truncated(true);
}

void SetFailureBody(absl::Status* status, const v1::FailureBody& body) {
  status->SetPayload(kFailureBodyUrl, absl::Cord(body.SerializeAsString()));
}

std::optional<v1::FailureBody> GetFailureBody(const absl::Status& status) {
  const auto payload = status.GetPayload(kFailureBodyUrl);
  v1::FailureBody body;
  if (!payload || !body.ParseFromString(std::string(*payload))) return std::nullopt;
  return body;
}

}  // namespace gcjobs
