#include "tests/simulator/sim_directive.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gcjobs::sim {
namespace {

absl::Status Wrong(absl::string_view member) {
  return absl::InvalidArgumentError(
      absl::StrCat("parameters.$sim: member '", member, "' is unknown or has a wrong value"));
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

bool ReadMember(const RawObject& json, const std::string& key, SimDirective* directive) {
  if (key == "duration") return ReadDuration(json, key, &directive->duration);
  if (key == "queued") return ReadDuration(json, key, &directive->queued);
  if (key == "outcome") return ReadOutcome(json, &directive->outcome);
  if (key == "statuses") return ReadStatuses(json, &directive->statuses);
  if (key == "httpStatus") return ReadHttpStatus(json, &directive->http_status);
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

absl::StatusOr<SimDirective> ParseSimDirective(const RawObject& parameters) {
  SimDirective directive;
  if (!parameters.Has("$sim")) return directive;
  const std::optional<RawObject> json = parameters.GetObject("$sim");
  if (!json.has_value()) {
    return absl::InvalidArgumentError("parameters.$sim must be an object");
  }
  for (const std::string& key : json->Keys()) {
    if (!ReadMember(*json, key, &directive)) return Wrong(key);
  }
  return directive;
}

}  // namespace gcjobs::sim
