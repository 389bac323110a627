#include "server/genesys/error_body.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/json.h"
#include "common/utf8.h"
#include "server/genesys/upstream_reasons.h"

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
  const auto found = FindJson(body.substr(0, kMaxBodyBytes), {{"code"},
                                                              {"error"},
                                                              {"message"},
                                                              {"error_description"},
                                                              {"description"},
                                                              {"errors"},
                                                              {"details"},
                                                              {"contextId"}});
  if (found.ok()) {
    const auto& [code, inner, message, oauth_message, description, errors, details, context_id] =
        *found;
    UpstreamReasons reasons;
    reasons.Add(FirstOf({message, oauth_message, description}));
    // A string there is the token endpoint's code.
    if (inner && !inner->Is(JsonValue::Type::kString)) reasons.Collect(*inner, {});
    if (errors) reasons.Collect(*errors, {});
    if (details) reasons.Collect(*details, {});
    error.message = reasons.Join();
    error.code = FirstOf({code, inner});
    if (error.code.empty()) error.code = reasons.code();
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
