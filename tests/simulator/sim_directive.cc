#include "tests/simulator/sim_directive.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gcjobs::sim {
namespace {

absl::Status Wrong(absl::string_view member) {
  return absl::InvalidArgumentError(
      absl::StrCat("$sim: member '", member, "' is unknown or has a wrong value"));
}

bool ReadDuration(const RawObject& json, absl::string_view key,
                  std::optional<absl::Duration>* value) {
  const std::optional<std::string> text = json.GetString(key);
  absl::Duration duration;
  if (!text.has_value() || !absl::ParseDuration(*text, &duration) ||
      duration < absl::ZeroDuration() || duration == absl::InfiniteDuration()) {
    return false;
  }
  *value = duration;
  return true;
}

bool ReadOutcome(const RawObject& json, std::optional<Outcome>* outcome) {
  *outcome = ParseOutcome(json.GetString("outcome").value_or(""));
  return outcome->has_value();
}

bool ReadStatuses(const RawObject& json, std::vector<std::string>* statuses) {
  *statuses = json.GetStrings("statuses").value_or(std::vector<std::string>());
  return !statuses->empty();
}

bool ReadHttpStatus(const RawObject& json, std::optional<int>* http_status) {
  const int64_t status = json.GetInt("httpStatus").value_or(0);
  if (status < 400 || status > 599) return false;
  *http_status = static_cast<int>(status);
  return true;
}

bool ReadInt(const RawObject& json, const std::string& key, int min, int max,
             std::optional<int>* value) {
  const std::optional<int64_t> number = json.GetInt(key);
  if (!number.has_value() || *number < min || *number > max) return false;
  *value = static_cast<int>(*number);
  return true;
}

bool ReadLinks(const RawObject& json, std::optional<LinkStyle>* links) {
  const std::string text = json.GetString("links").value_or("");
  *links = text == "relative" ? LinkStyle::kRelative : LinkStyle::kAbsolute;
  return text == "relative" || text == "absolute";
}

bool ReadResultsMember(const RawObject& json, const std::string& key, SimDirective* directive) {
  if (key == "at") return ReadInt(json, key, 1, kMaxResultPages, &directive->fault_page);
  if (key == "count") return ReadInt(json, key, 1, kMaxResultPages, &directive->fault_count);
  if (key == "links") return ReadLinks(json, &directive->links);
  if (key == "origin") {
    directive->foreign_origin = json.GetString(key);
    return directive->foreign_origin.has_value();
  }
  if (key == "fault") {
    directive->result_fault = ParseResultFault(json.GetString(key).value_or(""));
    return directive->result_fault.has_value();
  }
  return false;
}

bool ReadResults(const RawObject& json, SimDirective* directive) {
  const std::optional<RawObject> results = json.GetObject("results");
  if (!results.has_value()) return false;
  const std::vector<std::string> keys = results->Keys();
  return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
    return ReadResultsMember(*results, key, directive);
  });
}

bool ReadMember(const RawObject& json, const std::string& key, SimDirective* directive) {
  if (key == "duration") return ReadDuration(json, key, &directive->duration);
  if (key == "queued") return ReadDuration(json, key, &directive->queued);
  if (key == "outcome") return ReadOutcome(json, &directive->outcome);
  if (key == "statuses") return ReadStatuses(json, &directive->statuses);
  if (key == "httpStatus") return ReadHttpStatus(json, &directive->http_status);
  if (key == "pages") return ReadInt(json, key, 0, kMaxResultPages, &directive->pages);
  if (key == "itemsPerPage") {
    return ReadInt(json, key, 1, kMaxItemsPerPage, &directive->items_per_page);
  }
  if (key == "pageBytes") return ReadInt(json, key, 0, kMaxPageBytes, &directive->page_bytes);
  if (key == "results") return ReadResults(json, directive);
  if (key == "message") {
    directive->message = json.GetString(key);
    return directive->message.has_value();
  }
  if (key == "result") {
    directive->result = *json.Find(key);
    return true;
  }
  return false;
}

}  // namespace

ResultPlan SimDirective::PlanResults(ResultPlan plan) const {
  plan.pages = pages.value_or(plan.pages);
  plan.items_per_page = items_per_page.value_or(plan.items_per_page);
  plan.page_bytes = page_bytes.value_or(plan.page_bytes);
  plan.fault = result_fault.value_or(plan.fault);
  plan.fault_page = fault_page.value_or(plan.fault_page);
  plan.fault_count = fault_count.value_or(plan.fault_count);
  plan.foreign_origin = foreign_origin.value_or(plan.foreign_origin);
  plan.links = links.value_or(plan.links);
  return plan;
}

absl::StatusOr<SimDirective> ParseSimDirective(const RawObject& parameters) {
  SimDirective directive;
  if (!parameters.Has("$sim")) return directive;
  const std::optional<RawObject> json = parameters.GetObject("$sim");
  if (!json.has_value()) {
    return absl::InvalidArgumentError("$sim must be an object");
  }
  for (const std::string& key : json->Keys()) {
    if (!ReadMember(*json, key, &directive)) return Wrong(key);
  }
  return directive;
}

}  // namespace gcjobs::sim
