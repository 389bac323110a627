#include <google/protobuf/field_mask.pb.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/commands/command.h"
#include "client/job_view.h"
#include "client/parse.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # a job that takes longer than was thought\n"
    "  gcjobs update JOB --execution-timeout 48h\n"
    "\n"
    "  # more patience: up to 200 polls with the same status, a minute apart at most\n"
    "  gcjobs update JOB --poll-attempts 200 --poll-max 1m\n"
    "\n"
    "  # polls when gcjobsd thinks best, as without a policy\n"
    "  gcjobs update JOB --poll-adaptive\n"
    "\n"
    "  gcjobs update JOB --label team=billing --remove-label owner\n"
    "\n"
    "Only a job that has not ended can be changed. gcjobs explain JOB says whether it\n"
    "is older than others of its kind.";

struct Flags {
  std::string job_id;
  std::string execution_timeout;
  std::string poll_initial;
  std::string poll_max;
  std::optional<int> poll_attempts;
  bool poll_adaptive = false;
  std::vector<std::string> labels;
  std::vector<std::string> removed_labels;

  bool HasPolicy() const {
    return !poll_initial.empty() || !poll_max.empty() || poll_attempts.has_value();
  }
};

// `field` and its place in the mask.
absl::Status SetDuration(absl::string_view option, const std::string& text, const char* path,
                         google::protobuf::Duration* field, v1::UpdateJobRequest* request) {
  ASSIGN_OR_RETURN(const absl::Duration duration, ParseDuration(option, text));
  *field = ToProto(duration);
  request->mutable_update_mask()->add_paths(path);
  return absl::OkStatus();
}

absl::Status SetPolicy(const Flags& flags, v1::UpdateJobRequest* request) {
  if (flags.poll_adaptive && flags.HasPolicy()) {
    return UsageError("--poll-adaptive cannot be used with another poll option");
  }
  if (flags.poll_adaptive) request->mutable_update_mask()->add_paths("poll");
  if (!flags.poll_initial.empty()) {
    RETURN_IF_ERROR(SetDuration("--poll-initial", flags.poll_initial, "poll.initial_interval",
                                request->mutable_poll()->mutable_initial_interval(), request));
  }
  if (!flags.poll_max.empty()) {
    RETURN_IF_ERROR(SetDuration("--poll-max", flags.poll_max, "poll.max_interval",
                                request->mutable_poll()->mutable_max_interval(), request));
  }
  if (flags.poll_attempts.has_value()) {
    request->mutable_poll()->set_max_attempts(*flags.poll_attempts);
    request->mutable_update_mask()->add_paths("poll.max_attempts");
  }
  return absl::OkStatus();
}

absl::Status SetLabels(const Flags& flags, v1::UpdateJobRequest* request) {
  for (const std::string& text : flags.labels) {
    ASSIGN_OR_RETURN(const auto label, ParseKeyValue("--label", text));
    (*request->mutable_labels())[label.first] = label.second;
    request->mutable_update_mask()->add_paths(absl::StrCat("labels.", label.first));
  }
  for (const std::string& key : flags.removed_labels) {
    if (request->labels().contains(key)) {
      return UsageError(absl::StrCat("label ", key, " is both set and removed"));
    }
    request->mutable_update_mask()->add_paths(absl::StrCat("labels.", key));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::UpdateJobRequest> MakeRequest(const Flags& flags) {
  v1::UpdateJobRequest request;
  request.set_job_id(flags.job_id);
  if (!flags.execution_timeout.empty()) {
    RETURN_IF_ERROR(SetDuration("--execution-timeout", flags.execution_timeout, "execution_timeout",
                                request.mutable_execution_timeout(), &request));
  }
  RETURN_IF_ERROR(SetPolicy(flags, &request));
  RETURN_IF_ERROR(SetLabels(flags, &request));
  if (request.update_mask().paths().empty()) {
    return UsageError("there is nothing to change", "gcjobs update --help has the options");
  }
  return request;
}

absl::StatusOr<ExitCode> RunUpdate(const Session& session, const Flags& flags) {
  ASSIGN_OR_RETURN(const v1::UpdateJobRequest request, MakeRequest(flags));
  ASSIGN_OR_RETURN(const v1::Job job,
                   session.client.Call(&v1::JobService::Stub::UpdateJob, request));
  Print(session, job, DescribeJob(job, session.io.clock->Now(), session.io.time_zone));
  return ExitCode::kDone;
}

void AddPollOptions(CLI::App* command, Flags* flags) {
  command
      ->add_option("--poll-initial", flags->poll_initial, "Time from acceptance to the first poll")
      ->option_text("DURATION");
  command->add_option("--poll-max", flags->poll_max, "Longest time between two polls")
      ->option_text("DURATION");
  command
      ->add_option_function<int>(
          "--poll-attempts", [flags](int attempts) { flags->poll_attempts = attempts; },
          "The job fails after this many polls with the same status (0: no limit)")
      ->option_text("N")
      ->check(AtLeast(0));
  command->add_flag("--poll-adaptive", flags->poll_adaptive,
                    "Poll when it is worth most, and without a limit of attempts");
}

}  // namespace

void AddUpdate(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(parent, "update", "Change a job that has not ended", kExamples);
  command->add_option("JOB", flags->job_id, "The job's id")->required();
  command
      ->add_option("--execution-timeout", flags->execution_timeout,
                   "The job fails if it takes longer, counted from its submission")
      ->option_text("DURATION");
  AddPollOptions(command, flags.get());
  AddRepeatable(command, "--label", flags->labels, "Add or replace a label; may be repeated")
      ->option_text("KEY=VALUE");
  AddRepeatable(command, "--remove-label", flags->removed_labels, "Remove a label; may be repeated")
      ->option_text("KEY");
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunUpdate(session, *flags); };
  });
}

}  // namespace gcjobs
