#include "client/commands/submit_options.h"

#include <google/protobuf/duration.pb.h>

#include <utility>

#include "absl/strings/str_cat.h"

#include "client/parse.h"
#include "common/job_id.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

absl::Status SetLabels(const std::vector<std::string>& labels, v1::SubmitOptions* options) {
  for (const std::string& text : labels) {
    const absl::StatusOr<std::pair<std::string, std::string>> label =
        ParseKeyValue("--label", text);
    if (!label.ok()) return label.status();
    (*options->mutable_labels())[label->first] = label->second;
  }
  return absl::OkStatus();
}

// `field` is called when there is something to set, since it makes the field
// present.
template <typename Field>
absl::Status SetDuration(absl::string_view option, const std::string& text, Field field) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<absl::Duration> duration = ParseDuration(option, text);
  if (!duration.ok()) return duration.status();
  *field() = ToProto(*duration);
  return absl::OkStatus();
}

absl::Status SetTimes(const SubmitOptionFlags& flags, v1::SubmitOptions* options) {
  absl::Status status = SetDuration("--wait", flags.wait, [&] { return options->mutable_wait(); });
  status.Update(SetDuration("--execution-timeout", flags.execution_timeout,
                            [&] { return options->mutable_execution_timeout(); }));
  status.Update(
      SetDuration("--retention", flags.retention, [&] { return options->mutable_retention(); }));
  status.Update(SetDuration("--poll-initial", flags.poll_initial,
                            [&] { return options->mutable_poll()->mutable_initial_interval(); }));
  status.Update(SetDuration("--poll-max", flags.poll_max,
                            [&] { return options->mutable_poll()->mutable_max_interval(); }));
  return status;
}

v1::SubmitGuarantee ParseGuarantee(absl::string_view text) {
  if (text == "at-most-once") return v1::SUBMIT_GUARANTEE_AT_MOST_ONCE;
  if (text == "at-least-once") return v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE;
  return v1::SUBMIT_GUARANTEE_UNSPECIFIED;
}

}  // namespace

std::string NewRequestId(const Session& session) {
  return absl::StrCat("cli-", JobIdGenerator().Next(session.io.clock->Now()));
}

absl::StatusOr<v1::SubmitOptions> SubmitOptionFlags::ToOptions(const Session& session) const {
  v1::SubmitOptions options;
  options.set_org(session.options.org);
  options.set_request_id(request_id.empty() ? NewRequestId(session) : request_id);
  options.set_submit_guarantee(ParseGuarantee(guarantee));
  if (poll_attempts > 0) options.mutable_poll()->set_max_attempts(poll_attempts);
  absl::Status status = SetLabels(labels, &options);
  status.Update(SetTimes(*this, &options));
  if (!status.ok()) return status;
  return options;
}

void SubmitOptionFlags::AddTo(CLI::App* command, const std::string& default_guarantee) {
  AddRepeatable(command, "--label", labels, "A mark, for filters; may be repeated")
      ->option_text("KEY=VALUE");
  command
      ->add_option("--request-id", request_id,
                   "Idempotency key (default: a new one, which makes retries of this call safe)")
      ->option_text("ID");
  command
      ->add_option("--wait", wait,
                   "How long the server may wait for Genesys Cloud's verdict before it answers "
                   "(default 2s, 0 = not at all)")
      ->option_text("DURATION");
  command
      ->add_option("--execution-timeout", execution_timeout,
                   "The job fails when it takes longer (default 24h)")
      ->option_text("DURATION");
  command
      ->add_option("--retention", retention, "How long the job is kept after its end (default 7d)")
      ->option_text("DURATION");
  command
      ->add_option("--guarantee", guarantee,
                   absl::StrCat("When the reply to the submission is lost: at-most-once ends as "
                                "OUTCOME_UNKNOWN, at-least-once repeats it (default ",
                                default_guarantee, ")"))
      ->option_text("GUARANTEE")
      ->check(CLI::IsMember({"at-most-once", "at-least-once"}));
  command->add_option("--poll-initial", poll_initial, "First look so long after acceptance")
      ->option_text("DURATION");
  command->add_option("--poll-max", poll_max, "Longest time between two looks")
      ->option_text("DURATION");
  command->add_option("--poll-attempts", poll_attempts, "The job fails after so many looks")
      ->option_text("N")
      ->check(CLI::PositiveNumber);
}

}  // namespace gcjobs
