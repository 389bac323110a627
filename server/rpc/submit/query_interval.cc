#include "server/rpc/submit/query_interval.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/errors.h"

namespace gcjobs {
namespace {

// absl::ParseTime takes more than ISO-8601 does: white space, signs, longer
// years and words.
bool BeginsWithDate(absl::string_view text) {
  constexpr absl::string_view kShape = "0000-00-00";
  if (text.size() < kShape.size()) return false;
  return std::equal(kShape.begin(), kShape.end(), text.begin(), [](char shape, char c) {
    return shape == '0' ? absl::ascii_isdigit(static_cast<unsigned char>(c)) : c == shape;
  });
}

std::optional<absl::Time> ParseInstant(absl::string_view text) {
  const bool has_space = std::any_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isspace(static_cast<unsigned char>(c));
  });
  if (has_space || !BeginsWithDate(text)) return std::nullopt;
  for (const char* format : {"%Y-%m-%dT%H:%M:%E*S%Ez", "%Y-%m-%dT%H:%M:%E*S", "%Y-%m-%dT%H:%M%Ez",
                             "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
    absl::Time instant;
    std::string ignored;
    if (absl::ParseTime(format, text, &instant, &ignored)) return instant;
  }
  return std::nullopt;
}

std::string FormatInstant(absl::Time instant) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", instant, absl::UTCTimeZone());
}

}  // namespace

std::optional<QueryInterval> ParseQueryInterval(absl::string_view text) {
  const std::vector<absl::string_view> ends = absl::StrSplit(text, '/');
  if (ends.size() != 2) return std::nullopt;
  const std::optional<absl::Time> start = ParseInstant(ends[0]);
  const std::optional<absl::Time> end = ParseInstant(ends[1]);
  if (!start || !end) return std::nullopt;
  return QueryInterval{*start, *end};
}

std::optional<QueryInterval> IntervalIn(const JsonValue& query) {
  const std::string interval = StringMember(query, "interval");
  if (!interval.empty()) return ParseQueryInterval(interval);
  const std::optional<JsonValue> range = query.Find("dateRange");
  if (!range) return std::nullopt;
  return ParseQueryInterval(
      absl::StrCat(StringMember(*range, "startDate"), "/", StringMember(*range, "endDate")));
}

absl::Status CheckQueryLength(absl::string_view field, const QueryInterval& interval) {
  const absl::Duration length = interval.end - interval.start;
  if (length <= kMaxQueryLength) return absl::OkStatus();
  return InvalidField(
      field, absl::StrCat("spans ", absl::FormatDuration(length), "; QUERY_ENDPOINT_QUERY allows ",
                          kMaxQueryLength / absl::Hours(24), " days (",
                          absl::FormatDuration(kMaxQueryLength),
                          "), and QUERY_ENDPOINT_JOBS has no such limit"));
}

std::string FormatQueryInterval(const QueryInterval& interval) {
  return absl::StrCat(FormatInstant(interval.start), "/", FormatInstant(interval.end));
}

}  // namespace gcjobs
