#include <google/protobuf/duration.pb.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "client/commands/follow_job.h"
#include "client/commands/job_result.h"
#include "client/exit_code.h"
#include "client/file.h"
#include "client/output.h"
#include "client/parameters.h"
#include "client/parse.h"
#include "client/text.h"
#include "client/usage_error.h"
#include "common/error_info.h"
#include "common/job_id.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # submit and follow to the end; the exit code says how it ended\n"
    "  gcjobs submit action custom_-_1a2b --param customerId=42 --watch\n"
    "\n"
    "  # values: JSON is taken as it stands (1.10 stays 1.10), other text is a\n"
    "  # string; := takes JSON only, here a string of digits\n"
    "  gcjobs submit action ACTION --param amount=1.10 --param 'zip:=\"01234\"'\n"
    "\n"
    "  # a whole JSON object, sent byte for byte, from a file or stdin\n"
    "  gcjobs submit action ACTION --params-file order.json\n"
    "  make-order | gcjobs submit action ACTION --params-file -\n"
    "\n"
    "  # just the result, for a script\n"
    "  gcjobs submit action ACTION --param id=42 --result-only | jq .total\n"
    "\n"
    "  # safe to run again: the same id gives the same job\n"
    "  gcjobs submit action ACTION --request-id order-4711";

struct Flags {
  std::string action_id;
  std::vector<std::string> params;
  std::string params_json;
  std::string params_file;
  std::string mode;
  std::vector<std::string> labels;
  std::string request_id;
  std::string wait;
  std::string execution_timeout;
  std::string retention;
  std::string guarantee;
  std::string poll_initial;
  std::string poll_max;
  int poll_attempts = 0;
  bool validate_only = false;
  bool watch = false;
  bool result_only = false;
  std::string reconnect_for = kDefaultReconnectFor;
};

absl::Status SetParameters(const Session& session, const Flags& flags,
                           v1::SubmitActionRequest* request) {
  const int sources = (flags.params.empty() ? 0 : 1) + (flags.params_json.empty() ? 0 : 1) +
                      (flags.params_file.empty() ? 0 : 1);
  if (sources == 0) return absl::OkStatus();
  if (sources > 1) return UsageError("--param, --params and --params-file exclude each other");
  if (!flags.params.empty()) {
    absl::StatusOr<std::string> json = ParametersFromOptions(flags.params);
    if (!json.ok()) return json.status();
    request->set_parameters_json(*std::move(json));
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> json = flags.params_json;
  if (flags.params_file == "-") {
    json = ReadAll(*session.io.in);
  } else if (!flags.params_file.empty()) {
    json = ReadFile(flags.params_file);
  }
  if (!json.ok()) return json.status();
  const std::string source =
      flags.params_file.empty() ? "--params" : absl::StrCat("--params-file ", flags.params_file);
  if (absl::Status status = CheckJsonObject(source, *json); !status.ok()) return status;
  request->set_parameters_json(*std::move(json));
  return absl::OkStatus();
}

absl::Status SetDuration(absl::string_view option, const std::string& text,
                         google::protobuf::Duration* (v1::SubmitOptions::*field)(),
                         v1::SubmitOptions* options) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<absl::Duration> duration = ParseDuration(option, text);
  if (!duration.ok()) return duration.status();
  *(options->*field)() = ToProto(*duration);
  return absl::OkStatus();
}

absl::Status SetPoll(const Flags& flags, v1::SubmitOptions* options) {
  const std::pair<const char*, const std::string*> intervals[] = {
      {"--poll-initial", &flags.poll_initial}, {"--poll-max", &flags.poll_max}};
  for (const auto& [option, text] : intervals) {
    if (text->empty()) continue;
    const absl::StatusOr<absl::Duration> interval = ParseDuration(option, *text);
    if (!interval.ok()) return interval.status();
    v1::PollPolicy* poll = options->mutable_poll();
    *(text == &flags.poll_initial ? poll->mutable_initial_interval()
                                  : poll->mutable_max_interval()) = ToProto(*interval);
  }
  if (flags.poll_attempts > 0) options->mutable_poll()->set_max_attempts(flags.poll_attempts);
  return absl::OkStatus();
}

absl::Status SetTimes(const Flags& flags, v1::SubmitOptions* options) {
  absl::Status status =
      SetDuration("--wait", flags.wait, &v1::SubmitOptions::mutable_wait, options);
  if (!status.ok()) return status;
  status = SetDuration("--execution-timeout", flags.execution_timeout,
                       &v1::SubmitOptions::mutable_execution_timeout, options);
  if (!status.ok()) return status;
  return SetDuration("--retention", flags.retention, &v1::SubmitOptions::mutable_retention,
                     options);
}

absl::Status SetLabels(const Flags& flags, v1::SubmitOptions* options) {
  for (const std::string& text : flags.labels) {
    const absl::StatusOr<std::pair<std::string, std::string>> label =
        ParseKeyValue("--label", text);
    if (!label.ok()) return label.status();
    (*options->mutable_labels())[label->first] = label->second;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SubmitActionRequest> MakeRequest(const Session& session, const Flags& flags) {
  v1::SubmitActionRequest request;
  request.set_action_id(flags.action_id);
  if (flags.mode == "async") request.set_mode(v1::ACTION_MODE_ASYNC);
  if (flags.mode == "direct") request.set_mode(v1::ACTION_MODE_DIRECT);
  if (absl::Status status = SetParameters(session, flags, &request); !status.ok()) return status;

  v1::SubmitOptions* options = request.mutable_options();
  options->set_org(session.options.org);
  options->set_validate_only(flags.validate_only);
  if (flags.guarantee == "at-most-once") {
    options->set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  } else if (flags.guarantee == "at-least-once") {
    options->set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  }
  options->set_request_id(flags.request_id.empty()
                              ? absl::StrCat("cli-", JobIdGenerator().Next(session.io.clock->Now()))
                              : flags.request_id);
  if (absl::Status status = SetLabels(flags, options); !status.ok()) return status;
  if (absl::Status status = SetTimes(flags, options); !status.ok()) return status;
  if (absl::Status status = SetPoll(flags, options); !status.ok()) return status;
  return request;
}

// With the id, so that the user can find out what became of it.
absl::Status ExplainFailure(const absl::Status& status, const v1::SubmitActionRequest& request) {
  // Nothing listened or nothing answered: it may have arrived all the same.
  if (absl::IsDeadlineExceeded(status) && IsUnreachable(status)) {
    return WithHint(status,
                    absl::StrCat("the job may have been accepted: run this again with "
                                 "--request-id ",
                                 request.options().request_id(), " and it cannot run twice"));
  }
  return status;
}

absl::StatusOr<ExitCode> ShowSubmitted(const Session& session, const Flags& flags,
                                       const v1::Job& job) {
  Print(session, job, DescribeJob(job, session.io.clock->Now(), session.io.time_zone));
  if (flags.validate_only) Note(session, "valid; nothing was submitted (--validate-only)");
  if (!flags.validate_only && !IsTerminal(job.state())) {
    Note(session, absl::StrCat("follow it with gcjobs watch ", job.id()));
  }
  return ExitCodeForState(job.state());
}

absl::StatusOr<ExitCode> RunSubmit(const Session& session, const Flags& flags) {
  const absl::StatusOr<absl::Duration> reconnect_for =
      ParseDuration("--reconnect-for", flags.reconnect_for);
  if (!reconnect_for.ok()) return reconnect_for.status();
  const absl::StatusOr<v1::SubmitActionRequest> request = MakeRequest(session, flags);
  if (!request.ok()) return request.status();
  const absl::StatusOr<v1::Job> submitted = session.client.SubmitAction(*request);
  if (!submitted.ok()) return ExplainFailure(submitted.status(), *request);
  if (flags.validate_only || (!flags.watch && !flags.result_only)) {
    return ShowSubmitted(session, flags, *submitted);
  }

  const auto events = flags.result_only ? WatchPrinter::Events::kHide : WatchPrinter::Events::kShow;
  const absl::StatusOr<v1::Job> job =
      FollowJob(session, submitted->id(), /*after=*/0, *reconnect_for, events);
  if (!job.ok()) return job.status();
  if (flags.result_only) return PrintResult(session, *job);
  NoteFailure(session, *job);
  if (!job->result_json().empty()) {
    Note(session, absl::StrCat("result: gcjobs get ", job->id(), " --result-only"));
  }
  return ExitCodeForState(job->state());
}

void AddInputOptions(CLI::App* command, Flags* flags) {
  command->add_option("ACTION_ID", flags->action_id, "The data action's id")->required();
  AddRepeatable(command, "--param", flags->params,
                "A parameter; VALUE is JSON as it stands (number, true, false, null, object, "
                "array) or else a string; KEY:=JSON takes JSON only")
      ->option_text("KEY=VALUE");
  command->add_option("--params", flags->params_json, "All parameters, a JSON object; sent as is")
      ->option_text("JSON");
  command->add_option("--params-file", flags->params_file, "The same from a file; - is stdin")
      ->option_text("FILE");
  command
      ->add_option("--mode", flags->mode,
                   "async: Genesys Cloud accepts and gcjobsd polls; direct: gcjobsd holds the "
                   "call (default: the server's)")
      ->option_text("async|direct")
      ->check(CLI::IsMember({"async", "direct"}));
}

void AddJobOptions(CLI::App* command, Flags* flags) {
  AddRepeatable(command, "--label", flags->labels, "A mark, for filters; may be repeated")
      ->option_text("KEY=VALUE");
  command
      ->add_option("--request-id", flags->request_id,
                   "Idempotency key (default: a new one, which makes retries of this call safe)")
      ->option_text("ID");
  command
      ->add_option("--wait", flags->wait,
                   "How long the server may wait for Genesys Cloud's verdict before it answers "
                   "(default 2s, 0 = not at all)")
      ->option_text("DURATION");
  command
      ->add_option("--execution-timeout", flags->execution_timeout,
                   "The job fails when it takes longer (default 24h)")
      ->option_text("DURATION");
  command
      ->add_option("--retention", flags->retention,
                   "How long the job is kept after its end (default 7d)")
      ->option_text("DURATION");
  command
      ->add_option("--guarantee", flags->guarantee,
                   "When the reply to the submission is lost: at-most-once (default) ends as "
                   "OUTCOME_UNKNOWN, at-least-once repeats it")
      ->option_text("GUARANTEE")
      ->check(CLI::IsMember({"at-most-once", "at-least-once"}));
  command->add_option("--poll-initial", flags->poll_initial, "First look so long after acceptance")
      ->option_text("DURATION");
  command->add_option("--poll-max", flags->poll_max, "Longest time between two looks")
      ->option_text("DURATION");
  command->add_option("--poll-attempts", flags->poll_attempts, "The job fails after so many looks")
      ->option_text("N")
      ->check(CLI::PositiveNumber);
}

void AddOutcomeOptions(CLI::App* command, Flags* flags) {
  command->add_flag("--validate-only", flags->validate_only,
                    "Check it and show the job it would make; submit nothing");
  command->add_flag("--watch", flags->watch, "Follow the job to its end");
  command->add_flag("--result-only", flags->result_only,
                    "Wait for the end and print the result's bytes, nothing else");
  command
      ->add_option("--reconnect-for", flags->reconnect_for,
                   "While following: give up when the server stays away so long (default 10m)")
      ->option_text("DURATION");
}

}  // namespace

void AddSubmitAction(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(parent, "action", "Run a data action as a durable job", kExamples);
  AddInputOptions(command, flags.get());
  AddJobOptions(command, flags.get());
  AddOutcomeOptions(command, flags.get());
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunSubmit(session, *flags); };
  });
}

}  // namespace gcjobs
