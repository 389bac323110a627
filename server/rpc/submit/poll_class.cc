#include "server/rpc/submit/poll_class.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/genesys/json_codec.h"
#include "server/rpc/submit/query_interval.h"

namespace gcjobs {
namespace {

constexpr char kIntervalMember[] = "interval";

// Few enough that each is met often, and each some times the one before.
struct Size {
  absl::Duration at_most;
  absl::string_view name;
};
const Size kSizes[] = {
    {absl::Hours(1), "1h"},        {absl::Hours(24), "1d"},       {absl::Hours(7 * 24), "7d"},
    {absl::Hours(31 * 24), "31d"}, {absl::Hours(92 * 24), "92d"}, {absl::Hours(366 * 24), "366d"},
};

absl::string_view SizeOf(const QueryInterval& interval) {
  const absl::Duration length = interval.end - interval.start;
  for (const Size& size : kSizes) {
    if (length <= size.at_most) return size.name;
  }
  return "longer";
}

// Empty when the body says no interval that can be read.
absl::string_view IntervalSize(const std::string& body) {
  // Most kinds' bodies have none, and then need not be parsed.
  if (!absl::StrContains(body, kIntervalMember)) return "";
  const auto json = JsonValue::Parse(body, {body.size()});
  if (!json.ok()) return "";
  const auto interval = ParseQueryInterval(StringMember(*json, kIntervalMember));
  return interval ? SizeOf(*interval) : "";
}

}  // namespace

std::string PollClassOf(const NewJob& job) {
  if (!job.action_id.empty()) return absl::StrCat(job.kind, "/", job.action_id);
  const absl::string_view size = IntervalSize(job.submission.body());
  return size.empty() ? job.kind : absl::StrCat(job.kind, "/", size);
}

}  // namespace gcjobs
