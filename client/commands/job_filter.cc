#include "client/commands/job_filter.h"

#include <google/protobuf/timestamp.pb.h>

#include "client/parse.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

absl::Status SetTime(const Session& session, absl::string_view option, const std::string& text,
                     google::protobuf::Timestamp* (v1::JobFilter::*field)(),
                     v1::JobFilter* filter) {
  if (text.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const absl::Time time, ParseTime(option, text, session.io.clock->Now()));
  *(filter->*field)() = ToProto(time);
  return absl::OkStatus();
}

}  // namespace

void JobFilterOptions::AddTo(CLI::App* command) {
  AddRepeatable(command, "--state", states,
                "Only jobs in this state; may be repeated or a list (a,b,c)")
      ->delimiter(',')
      ->option_text("STATE");
  AddRepeatable(command, "--kind", kinds,
                "Only jobs of this kind; may be repeated or a list (a,b,c)")
      ->delimiter(',')
      ->option_text("KIND");
  command->add_option("--action", action_id, "Only jobs of this data action")
      ->option_text("ACTION_ID");
  AddRepeatable(command, "--label", labels,
                "Only jobs with this label; if repeated, with all of them")
      ->option_text("KEY=VALUE");
  command
      ->add_option("--created-after", created_after,
                   "Only jobs created since this time: 2024-05-01T12:00:00Z, or an age such as 2h")
      ->option_text("TIME");
  command->add_option("--created-before", created_before, "Only jobs created before this time")
      ->option_text("TIME");
}

bool JobFilterOptions::IsSet() const {
  return !states.empty() || !kinds.empty() || !action_id.empty() || !labels.empty() ||
         !created_after.empty() || !created_before.empty();
}

absl::StatusOr<v1::JobFilter> JobFilterOptions::ToFilter(const Session& session) const {
  v1::JobFilter filter;
  if (!session.options.org.empty()) filter.add_orgs(session.options.org);
  for (const std::string& text : states) {
    ASSIGN_OR_RETURN(const v1::JobState state, ParseState("--state", text));
    filter.add_states(state);
  }
  for (const std::string& kind : kinds) filter.add_kinds(kind);
  filter.set_action_id(action_id);
  for (const std::string& text : labels) {
    ASSIGN_OR_RETURN(const auto label, ParseKeyValue("--label", text));
    (*filter.mutable_labels())[label.first] = label.second;
  }
  absl::Status status = SetTime(session, "--created-after", created_after,
                                &v1::JobFilter::mutable_create_time_after, &filter);
  if (!status.ok()) return status;
  status = SetTime(session, "--created-before", created_before,
                   &v1::JobFilter::mutable_create_time_before, &filter);
  if (!status.ok()) return status;
  return filter;
}

}  // namespace gcjobs
