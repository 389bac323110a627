#include "client/explanation.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

#include "client/output.h"
#include "client/text.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

// ShortDuration, with the parts of a second that matter here: `0.25s`, `6.2s`.
std::string FineDuration(absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 0.005 || seconds >= 10) return ShortDuration(duration);
  return absl::StrFormat("%.*fs", seconds < 0.995 ? 2 : 1, seconds);
}

std::string FineAge(absl::Time time, absl::Time now) {
  if (time > now) return absl::StrCat("in ", FineDuration(time - now));
  return absl::StrCat(FineDuration(now - time), " ago");
}

std::string LocalTime(absl::Time time, const absl::TimeZone& zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, zone);
}

std::string Times(int count, absl::string_view thing) {
  return absl::StrCat(count, " ", thing, count == 1 ? "" : "s");
}

std::string AcceptedText(const v1::JobExplanation& why, absl::Time now,
                         const absl::TimeZone& zone) {
  if (!why.has_accept_time()) return "";
  const std::string looks = why.poll_count() > 0 ? Times(why.poll_count(), "look") : "no look";
  return absl::StrCat(DescribeTime(why.accept_time(), now, zone), ", ", looks, " since");
}

std::string LastSeenText(const v1::JobExplanation& why, absl::Time now,
                         const absl::TimeZone& zone) {
  if (!why.has_last_seen_time()) return "";
  const absl::Time seen = FromProto(why.last_seen_time());
  if (seen == FromProto(why.accept_time())) return "not since it was accepted";
  return absl::StrCat(LocalTime(seen, zone), " (", FineAge(seen, now), "), unfinished");
}

std::string NextLookText(const v1::JobExplanation& why, absl::Time now,
                         const absl::TimeZone& zone) {
  if (!why.has_next_poll_time()) return "now";
  const absl::Time next = FromProto(why.next_poll_time());
  const std::string age = next > now ? FineAge(next, now) : "now due";
  return absl::StrCat(LocalTime(next, zone), " (", age, ")");
}

std::string LimitText(v1::PollLimit limit) {
  switch (limit) {
    case v1::POLL_LIMIT_WASTE:
      return "the expected waste reaches the price of a look then";
    case v1::POLL_LIMIT_MIN_GAP:
      return "looks at one job never follow each other sooner";
    case v1::POLL_LIMIT_MAX_GAP:
      return "no gap between looks is longer while the budget suffices";
    case v1::POLL_LIMIT_POLICY:
      return "the poll policy that it was submitted with says so";
    case v1::POLL_LIMIT_BACKOFF:
      return "the last look failed, and is tried again then";
    case v1::POLL_LIMIT_BUDGET:
      return "it is due, and waits for a request to spend";
    case v1::POLL_LIMIT_THROTTLED:
      return "Genesys Cloud has said not to ask before (Retry-After)";
    case v1::POLL_LIMIT_POLL_UNDER_WAY:
      return "it is being looked at";
    default:
      return absl::StrCat("limit ", static_cast<int>(limit),
                          ", which this program does not know; a newer one may");
  }
}

std::string LearnedText(const v1::JobExplanation& why) {
  if (why.samples() < 0.5) return "nothing yet: what is known of similar classes speaks for it";
  return absl::StrCat("from ", Times(static_cast<int>(std::lround(why.samples())), "past job"),
                      why.proven() ? ", well enough to trust long gaps" : ", still learning");
}

// Certainties are rare: 100 and 0 are not what a rounded figure should say.
std::string SurvivalText(double survival) {
  const double percent = 100 * survival;
  std::string figure = absl::StrFormat("%.0f", percent);
  if (percent < 100 && percent >= 99.5) figure = "more than 99";
  if (percent > 0 && percent < 0.5) figure = "less than 1";
  return absl::StrCat(figure, " % that it still runs");
}

std::string WeightedText(const v1::JobExplanation& why) {
  if (why.weight() == 1) return "";
  const absl::Duration weighted = FromProto(why.waste()) * why.weight();
  return absl::StrCat(FineDuration(weighted), ", since it counts ",
                      absl::StrFormat("%.3g", why.weight()), " times while it is watched");
}

std::string BudgetText(const v1::JobExplanation& why) {
  return absl::StrCat(why.budget_left(), " of ", why.budget_limit(), " requests left for looks; ",
                      absl::StrFormat("%.1f", why.polls_per_second()),
                      " looks/s for all jobs together");
}

}  // namespace

std::string DescribeExplanation(const v1::JobExplanation& why, absl::Time now,
                                const absl::TimeZone& zone) {
  return FieldLines({
      {"Job", why.job_id()},
      {"Accepted", AcceptedText(why, now, zone)},
      {"Last seen", LastSeenText(why, now, zone)},
      {"Next look", NextLookText(why, now, zone)},
      {"Because", LimitText(why.limit())},
      {"Error", DescribeError(why.error())},
      {"Class", why.poll_class()},
      {"Learned", LearnedText(why)},
      {"Survival", SurvivalText(why.survival())},
      {"Waste", absl::StrCat(FineDuration(FromProto(why.waste())),
                             " probably gone by since its end, unseen")},
      {"Weighted", WeightedText(why)},
      {"Price", absl::StrCat(FineDuration(FromProto(why.price())),
                             " of waste are worth a request at this moment")},
      {"Budget", BudgetText(why)},
  });
}

}  // namespace gcjobs
