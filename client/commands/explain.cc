#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "client/commands/command.h"
#include "client/job_view.h"
#include "client/text.h"
#include "common/time_conversion.h"
#include "gcjobs/v1/job_service.pb.h"

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
  const std::string polls = why.poll_count() > 0 ? Times(why.poll_count(), "poll") : "no polls";
  return absl::StrCat(DescribeTime(why.accept_time(), now, zone), ", ", polls, " since");
}

std::string LastSeenText(const v1::JobExplanation& why, absl::Time now,
                         const absl::TimeZone& zone) {
  if (!why.has_last_seen_time()) return "";
  const absl::Time seen = FromProto(why.last_seen_time());
  if (seen == FromProto(why.accept_time())) return "not since it was accepted";
  return absl::StrCat(LocalTime(seen, zone), " (", FineAge(seen, now), "), unfinished");
}

std::string NextPollText(const v1::JobExplanation& why, absl::Time now,
                         const absl::TimeZone& zone) {
  if (!why.has_next_poll_time()) return "now";
  const absl::Time next = FromProto(why.next_poll_time());
  const std::string age = next > now ? FineAge(next, now) : "due now";
  return absl::StrCat(LocalTime(next, zone), " (", age, ")");
}

std::string LimitText(v1::PollLimit limit) {
  switch (limit) {
    case v1::POLL_LIMIT_WASTE:
      return "the expected waste reaches the price of a poll then";
    case v1::POLL_LIMIT_MIN_GAP:
      return "there is a shortest time between two polls of a job";
    case v1::POLL_LIMIT_MAX_GAP:
      return "the time between two polls is limited while the budget suffices";
    case v1::POLL_LIMIT_POLICY:
      return "the poll policy of the submission says so";
    case v1::POLL_LIMIT_BACKOFF:
      return "the last poll failed and is retried then";
    case v1::POLL_LIMIT_BUDGET:
      return "it is due and waits for the request budget";
    case v1::POLL_LIMIT_THROTTLED:
      return "Genesys Cloud has asked gcjobs to wait (Retry-After)";
    case v1::POLL_LIMIT_POLL_UNDER_WAY:
      return "it is being polled now";
    case v1::POLL_LIMIT_DATA_AVAILABILITY:
      return "Genesys Cloud does not have all data of its interval yet; it is asked again then";
    default:
      return absl::StrCat("limit ", static_cast<int>(limit),
                          ", which this program does not know; a newer version may");
  }
}

std::string DataText(const v1::JobExplanation& why, absl::Time now, const absl::TimeZone& zone) {
  if (!why.has_data_needed_until()) return "";
  const std::string needed = DescribeTime(why.data_needed_until(), now, zone);
  if (!why.has_data_available_until()) return absl::StrCat("needed up to ", needed);
  return absl::StrCat("there up to ", DescribeTime(why.data_available_until(), now, zone),
                      ", needed up to ", needed);
}

// What is worth telling: a job that is older than nearly all of its class may be
// stuck.
std::string OlderThanText(const v1::JobExplanation& why) {
  const double percent = 100 * why.older_than();
  if (percent < 50) return "";
  return absl::StrFormat("older than %.*f%% of the jobs of its class", percent < 99.5 ? 0 : 1,
                         std::min(percent, 99.9));
}

std::string LearnedText(const v1::JobExplanation& why) {
  if (why.samples() < 0.5) return "nothing yet; similar classes are used instead";
  return absl::StrCat("from ", Times(static_cast<int>(std::lround(why.samples())), "past job"),
                      why.proven() ? ", enough to trust long gaps" : ", still learning");
}

// Certainties are rare: 100 and 0 are not what a rounded figure should say.
std::string SurvivalText(double survival) {
  const double percent = 100 * survival;
  std::string figure = absl::StrFormat("%.0f", percent);
  if (percent < 100 && percent >= 99.5) figure = "more than 99";
  if (percent > 0 && percent < 0.5) figure = "less than 1";
  return absl::StrCat(figure, "% chance that it is still running");
}

std::string WeightedText(const v1::JobExplanation& why) {
  if (why.weight() == 1) return "";
  const absl::Duration weighted = FromProto(why.waste()) * why.weight();
  return absl::StrCat(FineDuration(weighted), ": it counts ", absl::StrFormat("%.3g", why.weight()),
                      " times while it is watched");
}

// What a job waits for that is not submitted yet.
std::string DescribeWait(const v1::JobExplanation& why, absl::Time now,
                         const absl::TimeZone& zone) {
  const bool for_budget = why.limit() == v1::POLL_LIMIT_BUDGET;
  return FieldLines({
      {"Job", why.job_id()},
      {"Waits for", for_budget ? absl::StrCat("the request budget (", why.budget_left(), " of ",
                                              why.budget_limit(), " left), to be submitted")
                               : "the data of its interval, to be submitted"},
      {"Data", DataText(why, now, zone)},
      {"Asked again",
       why.has_next_poll_time() ? DescribeTime(why.next_poll_time(), now, zone) : ""},
      {"Error", DescribeError(why.error())},
  });
}

std::string BudgetText(const v1::JobExplanation& why) {
  return absl::StrCat(why.budget_left(), " of ", why.budget_limit(), " requests left for polls; ",
                      absl::StrFormat("%.1f", why.polls_per_second()),
                      " polls/s for all jobs together");
}

// Why a job's next poll is when it is, for a person: what is planned and why, then
// the figures behind it.
std::string DescribeExplanation(const v1::JobExplanation& why, absl::Time now,
                                const absl::TimeZone& zone) {
  // Before Genesys Cloud has accepted it there is nothing to say of polls.
  if (!why.has_accept_time()) return DescribeWait(why, now, zone);
  return FieldLines({
      {"Job", why.job_id()},
      {"Accepted", AcceptedText(why, now, zone)},
      {"Last seen", LastSeenText(why, now, zone)},
      {"Age", OlderThanText(why)},
      {"Data", DataText(why, now, zone)},
      {"Next poll", NextPollText(why, now, zone)},
      {"Because", LimitText(why.limit())},
      {"Error", DescribeError(why.error())},
      {"Class", why.poll_class()},
      {"Learned", LearnedText(why)},
      {"Survival", SurvivalText(why.survival())},
      {"Waste", absl::StrCat(FineDuration(FromProto(why.waste())),
                             " probably passed unnoticed since its end")},
      {"Weighted", WeightedText(why)},
      {"Price", absl::StrCat(FineDuration(FromProto(why.price())),
                             " of waste are worth a request right now")},
      {"Budget", BudgetText(why)},
  });
}

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs explain 0190a8c2-7d1e-7cc3-98c4-dc0c0c07398f\n"
    "\n"
    "  # what limits the polling of all live jobs\n"
    "  gcjobs list --state pending,running --all --output json \\\n"
    "      | jq -r '.jobs[]?.id' \\\n"
    "      | xargs -r -n1 gcjobs explain --output json \\\n"
    "      | jq -r .limit | sort | uniq -c\n"
    "\n"
    "Genesys Cloud does not say when a job ends, so gcjobsd has to poll, and has 300\n"
    "requests a minute to do so. It spends each on the job with the largest expected\n"
    "waste: the time that has probably passed since the job ended, judged by how long\n"
    "jobs of its class have taken. A poll is due when the waste reaches the price,\n"
    "which rises when requests are scarce.";

absl::StatusOr<ExitCode> RunExplain(const Session& session, const std::string& job_id) {
  v1::ExplainJobRequest request;
  request.set_job_id(job_id);
  ASSIGN_OR_RETURN(const v1::JobExplanation why,
                   session.client.Call(&v1::JobService::Stub::ExplainJob, request));
  Print(session, why, DescribeExplanation(why, session.io.clock->Now(), session.io.time_zone));
  return ExitCode::kDone;
}

}  // namespace

void AddExplain(CLI::App& parent, SelectedCommand* selected) {
  const auto job_id = std::make_shared<std::string>();
  CLI::App* command =
      AddCommand(parent, "explain", "Show why a job's next poll is when it is", kExamples);
  command->add_option("JOB", *job_id, "The job's id")->required();
  command->callback([job_id, selected] {
    selected->run = [job_id](const Session& session) { return RunExplain(session, *job_id); };
  });
}

}  // namespace gcjobs
