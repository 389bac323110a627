#include "server/genesys/error_body.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/utf8.h"
#include "server/genesys/json_codec.h"

namespace gcjobs {
namespace {

constexpr size_t kMaxTextBytes = 1024;

// Errors are small; a body larger than this is not read for its message.
constexpr JsonLimits kErrorLimits = {/*max_bytes=*/1 << 20, /*max_depth=*/50};

// The end of the last whole character within `max_bytes`.
size_t CutAt(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text.size();
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return end;
}

std::string FirstOf(const JsonValue& body, std::initializer_list<absl::string_view> names) {
  for (const absl::string_view name : names) {
    std::string text = CleanUpstreamText(StringMember(body, name));
    if (!text.empty()) return text;
  }
  return "";
}

// A body that is not JSON helps when it is a line of text, not when it is a
// gateway's page.
std::string PlainText(absl::string_view body) {
  body = absl::StripAsciiWhitespace(body);
  if (absl::StartsWith(body, "<") || absl::StartsWith(body, "{") || absl::StartsWith(body, "["))
    return "";
  return CleanUpstreamText(body);
}

}  // namespace

std::string CleanUpstreamText(absl::string_view text) {
  std::string clean = ToValidUtf8(absl::StripAsciiWhitespace(text.substr(0, 4 * kMaxTextBytes)));
  clean.resize(CutAt(clean, kMaxTextBytes));
  for (char& c : clean) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return clean;
}

ErrorBody ParseErrorBody(const HttpResponse& response) {
  ErrorBody error;
  const absl::StatusOr<JsonValue> body = JsonValue::Parse(response.body, kErrorLimits);
  if (body.ok() && body->Is(JsonValue::Type::kObject)) {
    error.code = FirstOf(*body, {"code", "error"});
    error.message = FirstOf(*body, {"message", "error_description", "description"});
    error.correlation_id = FirstOf(*body, {"contextId"});
  } else if (!body.ok()) {
    error.message = PlainText(response.body);
  }
  if (error.correlation_id.empty()) {
    error.correlation_id = CleanUpstreamText(response.Header("ININ-Correlation-Id"));
  }
  return error;
}

}  // namespace gcjobs
