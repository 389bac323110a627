#include "server/genesys/error_body.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/json.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

constexpr size_t kMaxTextBytes = 1024;

// Errors are small; a body larger than this is not read for its message.
constexpr size_t kMaxBodyBytes = 1 << 20;

std::string FirstOf(std::initializer_list<std::optional<JsonValue>> values) {
  for (const std::optional<JsonValue>& value : values) {
    std::string text = CleanUpstreamText(StringOf(value));
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
  clean.resize(Utf8Prefix(clean, kMaxTextBytes).size());
  for (char& c : clean) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return clean;
}

ErrorBody ParseErrorBody(const HttpResponse& response) {
  ErrorBody error;
  const absl::string_view body = response.body;
  const auto found = FindJson(
      body.substr(0, kMaxBodyBytes),
      {{"code"}, {"error"}, {"message"}, {"error_description"}, {"description"}, {"contextId"}});
  if (found.ok()) {
    const auto& [code, oauth_error, message, oauth_message, description, context_id] = *found;
    error.code = FirstOf({code, oauth_error});
    error.message = FirstOf({message, oauth_message, description});
    error.correlation_id = FirstOf({context_id});
  } else if (!JsonValue::Parse(body).ok()) {
    error.message = PlainText(body);
  }
  if (error.correlation_id.empty()) {
    error.correlation_id = CleanUpstreamText(response.Header("ININ-Correlation-Id"));
  }
  return error;
}

}  // namespace gcjobs
