#include "server/genesys/retry_after.h"

#include <algorithm>
#include <limits>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "common/json.h"
#include "server/genesys/error_body.h"

namespace gcjobs {
namespace {

// What is beyond it is no limit.
constexpr int64_t kMostPerMinute = 1'000'000;

constexpr absl::string_view kRetryAfterHeader = "Retry-After";
constexpr absl::string_view kAllowedHeader = "inin-ratelimit-allowed";
constexpr absl::string_view kCountHeader = "inin-ratelimit-count";
constexpr absl::string_view kResetHeader = "inin-ratelimit-reset";

// IMF-fixdate, RFC 850 and asctime, in the words of absl::ParseTime.
constexpr absl::string_view kDateFormats[] = {"%a, %d %b %Y %H:%M:%S GMT",
                                              "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};

absl::Duration Clamped(absl::Duration delay) {
  return std::clamp(delay, absl::ZeroDuration(), kMaxRetryAfter);
}

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

std::optional<absl::Duration> ParseSeconds(absl::string_view text) {
  if (!IsDigits(text)) return std::nullopt;
  int64_t seconds = 0;
  // A number too large for 64 bits is a long time as well.
  if (!absl::SimpleAtoi(text, &seconds)) return kMaxRetryAfter;
  return Clamped(absl::Seconds(seconds));
}

std::optional<absl::Duration> ParseDate(absl::string_view text, absl::Time now) {
  for (const absl::string_view format : kDateFormats) {
    absl::Time date;
    if (absl::ParseTime(format, text, &date, nullptr)) return Clamped(date - now);
  }
  return std::nullopt;
}

std::optional<absl::Duration> ParseRetryAfter(absl::string_view value, absl::Time now) {
  value = absl::StripAsciiWhitespace(value);
  const std::optional<absl::Duration> seconds = ParseSeconds(value);
  return seconds ? seconds : ParseDate(value, now);
}

// The number in the last brackets of the message: older messages name the limit
// first ("[300] requests within [60] seconds").
std::optional<absl::Duration> DelayInMessage(absl::string_view message) {
  const size_t close = message.rfind(']');
  if (close == absl::string_view::npos) return std::nullopt;
  const size_t open = message.rfind('[', close);
  if (open == absl::string_view::npos) return std::nullopt;
  return ParseSeconds(message.substr(open + 1, close - open - 1));
}

std::optional<int> ParseCount(absl::string_view value) {
  value = absl::StripAsciiWhitespace(value);
  int count = 0;
  if (!IsDigits(value) || !absl::SimpleAtoi(value, &count)) return std::nullopt;
  return count;
}

absl::Duration ThrottleDelay(const HttpResponse& response, std::optional<absl::Duration> asked) {
  if (!asked) asked = DelayInMessage(ParseErrorBody(response).message);
  if (!asked) asked = RateLimitReportOf(response).reset;
  return std::max(asked.value_or(kDefaultRetryDelay), kMinThrottleDelay);
}

}  // namespace

std::optional<absl::Duration> RetryAfterOf(const HttpResponse& response, absl::Time now) {
  const std::optional<absl::Duration> asked =
      ParseRetryAfter(response.Header(kRetryAfterHeader), now);
  if (response.status == 429) return ThrottleDelay(response, asked);
  return asked;
}

NamedLimit NamedLimitOf(const HttpResponse& response, int organisation_limit) {
  NamedLimit named;
  if (response.status != 429) {
    named.is_of_endpoint = true;
    return named;
  }
  const std::optional<int> allowed = RateLimitReportOf(response).allowed;
  if (allowed && *allowed > 0 && *allowed < organisation_limit) {
    named.is_of_endpoint = true;
    named.per_minute = allowed;
  }
  const auto found = FindJson(response.body, {{"limit", "key"}, {"limit", "value"}, {"message"}});
  if (!found.ok()) return named;
  const auto& [key_value, value, message] = *found;
  const std::string key = StringOf(key_value);
  const bool is_of_token =
      absl::StrContains(key, "token.rate") || absl::StrContains(key, "org.app");
  const bool names_path = absl::StrContains(StringOf(message), "/api/v2/");
  if ((key.empty() || is_of_token) && !names_path) return named;
  named.is_of_endpoint = true;
  const int64_t limit = value ? value->AsInt64().value_or(0) : 0;
  if (limit <= 0 || limit > kMostPerMinute) return named;
  if (absl::EndsWith(key, "per.minute")) named.per_minute = static_cast<int>(limit);
  if (absl::EndsWith(key, "per.second")) named.per_minute = static_cast<int>(limit) * 60;
  return named;
}

RateLimitReport RateLimitReportOf(const HttpResponse& response) {
  RateLimitReport report;
  report.allowed = ParseCount(response.Header(kAllowedHeader));
  report.count = ParseCount(response.Header(kCountHeader));
  report.reset = ParseSeconds(absl::StripAsciiWhitespace(response.Header(kResetHeader)));
  return report;
}

}  // namespace gcjobs
