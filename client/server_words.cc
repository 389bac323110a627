#include "client/server_words.h"

#include <cstddef>
#include <map>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "common/error_info.h"

namespace gcjobs {
namespace {

using Words = std::map<absl::string_view, absl::string_view>;

// Fields of requests, without indices and what is within them.
const Words& Fields() {
  static const auto* const kFields = new Words{
      {"action_id", "ACTION"},
      {"action_name", "--action-name"},
      {"after_revision", "--after"},
      {"body", "--body"},
      {"conversation_filters", "--filter"},
      {"cursor", "--cursor"},
      {"date_range", "--from, --to"},
      {"date_range.end_time", "--to"},
      {"date_range.start_time", "--from"},
      {"endpoint", "--endpoint"},
      {"exact_name", "--exact-name"},
      {"execution_timeout", "--execution-timeout"},
      {"expected_version", "--expected-version"},
      {"filter.action_id", "--action"},
      {"filter.create_time_after", "--created-after"},
      {"filter.create_time_before", "--created-before"},
      {"filter.kinds", "--kind"},
      {"filter.labels", "--label"},
      {"filter.orgs", "--org"},
      {"filter.states", "--state"},
      {"flow_id", "--flow"},
      {"interval", "--interval"},
      {"job_id", "JOB"},
      {"kind", "KIND"},
      {"labels", "--label"},
      {"mode", "--mode"},
      {"name", "--name"},
      {"next_page_token", "--page-token"},
      {"options.execution_timeout", "--execution-timeout"},
      {"options.labels", "--label"},
      {"options.org", "--org"},
      {"options.poll.initial_interval", "--poll-initial"},
      {"options.poll.max_attempts", "--poll-attempts"},
      {"options.poll.max_interval", "--poll-max"},
      {"options.request_id", "--request-id"},
      {"options.retention", "--retention"},
      {"options.submit_guarantee", "--guarantee"},
      {"options.wait", "--wait"},
      {"order_by", "--order-by"},
      {"org", "--org"},
      {"page_size", "--page-size"},
      {"page_token", "--page-token"},
      {"parameters_json", "--params"},
      {"path_parameters", "--path"},
      {"poll.initial_interval", "--poll-initial"},
      {"poll.max_attempts", "--poll-attempts"},
      {"poll.max_interval", "--poll-max"},
      {"query_json", "--query"},
      {"segment_filters", "--segment-filter"},
      {"timeout", "TIMEOUT"},
      {"view", "--view"},
      {"when_data_is_available", "--when-data-is-available"},
  };
  return *kFields;
}

// Values of fields, and calls.
const Words& Values() {
  static const auto* const kValues = new Words{
      {"ACTION_MODE_ASYNC", "--mode async"},
      {"ACTION_MODE_DIRECT", "--mode direct"},
      {"ASYNC", "async"},
      {"CancelJob", "gcjobs cancel"},
      {"DIRECT", "direct"},
      {"ExplainJob", "gcjobs explain"},
      {"GetActionTimeout", "gcjobs action timeout get"},
      {"GetJob", "gcjobs get"},
      {"ListActions", "gcjobs action list"},
      {"ListConversationViews", "gcjobs query views"},
      {"ListJobKinds", "gcjobs kinds"},
      {"ListJobs", "gcjobs list"},
      {"QUERY_ENDPOINT_JOBS", "--endpoint jobs"},
      {"QUERY_ENDPOINT_QUERY", "--endpoint query"},
      {"ReadResults", "gcjobs results"},
      {"RenewToken", "gcjobs admin renew-token"},
      {"SUBMIT_GUARANTEE_AT_LEAST_ONCE", "--guarantee at-least-once"},
      {"SUBMIT_GUARANTEE_AT_MOST_ONCE", "--guarantee at-most-once"},
      {"SubmitAction", "gcjobs submit action"},
      {"SubmitConversationQuery", "gcjobs query submit"},
      {"SubmitJob", "gcjobs submit job"},
      {"UpdateActionTimeout", "gcjobs action timeout set"},
      {"UpdateJob", "gcjobs update"},
      {"WatchJob", "gcjobs watch"},
  };
  return *kValues;
}

bool IsWordCharacter(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.'; }

// Takes the next word (or run of other characters) off the front.
absl::string_view TakeRun(absl::string_view* text) {
  const bool is_word = IsWordCharacter(text->front());
  size_t length = 0;
  while (length < text->size() && IsWordCharacter((*text)[length]) == is_word) ++length;
  // A full stop ends a sentence.
  while (is_word && length > 1 && (*text)[length - 1] == '.') --length;
  const absl::string_view run = text->substr(0, length);
  text->remove_prefix(length);
  return run;
}

std::string TranslateWord(absl::string_view word) {
  if (const auto value = Values().find(word); value != Values().end()) {
    return std::string(value->second);
  }
  // Only what cannot be English: `interval` and `name` are words of sentences.
  const bool is_identifier = absl::StrContains(word, '_') || absl::StrContains(word, '.');
  const auto field = is_identifier ? Fields().find(word) : Fields().end();
  return std::string(field == Fields().end() ? word : field->second);
}

// The option that fills in `field`, such as
// `conversation_filters[0].predicates[1].type`: that of the longest start of it
// that is in the table.
std::string TranslateField(absl::string_view field) {
  absl::string_view key = field;
  if (absl::ConsumePrefix(&key, "path_parameters[\"") && absl::ConsumeSuffix(&key, "\"]")) {
    return absl::StrCat("--path ", key);
  }
  for (absl::string_view start = field; !start.empty();) {
    const auto found = Fields().find(start);
    if (found != Fields().end()) return std::string(found->second);
    const size_t cut = start.find_last_of(".[");
    start = cut == absl::string_view::npos ? "" : start.substr(0, cut);
  }
  return std::string(field);
}

}  // namespace

std::string InWordsOfTheCommandLine(absl::string_view text) {
  std::string translated;
  while (!text.empty()) translated += TranslateWord(TakeRun(&text));
  return translated;
}

std::string InWordsOfTheCommandLine(const absl::Status& status) {
  const std::optional<google::rpc::ErrorInfo> info = GetErrorInfo(status);
  absl::string_view message = status.message();
  if (!info.has_value() || info->domain() != kDomainGcjobs) return std::string(message);
  const auto field = info->metadata().find("field");
  std::string start;
  if (field != info->metadata().end() && absl::ConsumePrefix(&message, field->second)) {
    start = TranslateField(field->second);
  }
  return absl::StrCat(start, InWordsOfTheCommandLine(message));
}

}  // namespace gcjobs
