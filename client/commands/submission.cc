#include "client/commands/submission.h"

#include <google/protobuf/duration.pb.h>

#include <utility>

#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/command_line.h"
#include "client/commands/follow_job.h"
#include "client/commands/known_names.h"
#include "client/job_view.h"
#include "client/parse.h"
#include "client/text.h"
#include "common/job_id.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

absl::Status SetLabels(const std::vector<std::string>& labels, v1::SubmitOptions* options) {
  for (const std::string& text : labels) {
    ASSIGN_OR_RETURN(const auto label, ParseKeyValue("--label", text));
    (*options->mutable_labels())[label.first] = label.second;
  }
  return absl::OkStatus();
}

// `field` is called when there is something to set, since it makes the field
// present.
template <typename Field>
absl::Status SetDuration(absl::string_view option, const std::string& text, Field field) {
  if (text.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const absl::Duration duration, ParseDuration(option, text));
  *field() = ToProto(duration);
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

// With the command that gets the same job, where the job may have been accepted.
absl::Status ExplainFailure(const Session& session, const v1::SubmitOptions& options,
                            const Repetition& repetition, const absl::Status& status) {
  if (options.validate_only() || !MayHaveArrived(status)) return WithNearKind(session, status);
  std::vector<std::string> again = WithoutOptions(session.arguments, {"--request-id"});
  if (!repetition.fixed.empty()) again = WithoutOptions(again, repetition.moving);
  again.insert(again.end(), repetition.fixed.begin(), repetition.fixed.end());
  again.insert(again.end(), {"--request-id", options.request_id()});
  return WithHint(status, absl::StrCat("the job may have been accepted; to get it, and never a "
                                       "second one",
                                       repetition.reads_stdin ? ", with the same input: " : ": ",
                                       CommandText(again)));
}

ExitCode ShowSubmitted(const Session& session, const OutcomeFlags& flags, const v1::Job& job) {
  Print(session, job, DescribeJob(job, session.io.clock->Now(), session.io.time_zone));
  if (flags.validate_only) Note(session, "valid; nothing was submitted (--validate-only)");
  if (!flags.validate_only && !IsTerminal(job.state())) {
    Note(session, absl::StrCat("follow it with gcjobs watch ", job.id()));
  }
  return ExitCodeForState(job.state());
}

void NoteResult(const Session& session, const v1::Job& job) {
  if (!job.result_json().empty()) {
    Note(session, absl::StrCat("result: gcjobs get ", job.id(), " --result-only"));
  } else if (job.has_results()) {
    Note(session, absl::StrCat("results: gcjobs results ", job.id(), " --out FILE"));
  }
}

absl::StatusOr<ExitCode> Follow(const Session& session, const OutcomeFlags& flags,
                                const std::string& job_id, absl::Duration reconnect_for) {
  const auto events = flags.result_only ? WatchPrinter::Events::kHide : WatchPrinter::Events::kShow;
  ASSIGN_OR_RETURN(const v1::Job job,
                   FollowJob(session, job_id, /*after=*/0, reconnect_for, events));
  if (flags.result_only) return PrintResult(session, job);
  NoteFailure(session, job);
  NoteResult(session, job);
  if (job.state() != v1::JOB_STATE_SUCCEEDED || !job.has_results()) {
    return ExitCodeForState(job.state());
  }
  return flags.completeness.Check(session, job);
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
  AddRepeatable(command, "--label", labels, "A label to filter jobs by; may be repeated")
      ->option_text("KEY=VALUE");
  command
      ->add_option("--request-id", request_id,
                   "Idempotency key (default: a new one, which makes retries of this call safe)")
      ->option_text("ID");
  command
      ->add_option("--wait", wait,
                   "How long the server may wait for Genesys Cloud to accept the job before it "
                   "answers (default 2s; 0: not at all)")
      ->option_text("DURATION");
  command
      ->add_option("--execution-timeout", execution_timeout,
                   "The job fails if it takes longer (default 24h)")
      ->option_text("DURATION");
  command
      ->add_option("--retention", retention, "How long the job is kept after it ends (default 7d)")
      ->option_text("DURATION");
  command
      ->add_option("--guarantee", guarantee,
                   absl::StrCat("If the reply to the submission is lost: at-most-once ends the job "
                                "as OUTCOME_UNKNOWN, at-least-once submits it again (default ",
                                default_guarantee, ")"))
      ->option_text("GUARANTEE")
      ->check(OneOf({"at-most-once", "at-least-once"}));
  command->add_option("--poll-initial", poll_initial, "Time from acceptance to the first poll")
      ->option_text("DURATION");
  command->add_option("--poll-max", poll_max, "Longest time between two polls")
      ->option_text("DURATION");
  command->add_option("--poll-attempts", poll_attempts, "The job fails after this many polls")
      ->option_text("N")
      ->check(AtLeast(1));
}

absl::StatusOr<ExitCode> SubmitAndShow(const Session& session, const OutcomeFlags& flags,
                                       const v1::SubmitOptions& options,
                                       const Repetition& repetition,
                                       absl::FunctionRef<absl::StatusOr<v1::Job>()> submit) {
  ASSIGN_OR_RETURN(const absl::Duration reconnect_for,
                   ParseDuration("--reconnect-for", flags.reconnect_for));
  if (flags.completeness.is_required() && !flags.watch) {
    return UsageError("--require-complete needs --watch");
  }
  const absl::StatusOr<v1::Job> job = submit();
  if (!job.ok()) return ExplainFailure(session, options, repetition, job.status());
  const bool follow = flags.watch || flags.result_only;
  if (flags.validate_only || !follow) return ShowSubmitted(session, flags, *job);
  return Follow(session, flags, job->id(), reconnect_for);
}

void OutcomeFlags::AddTo(CLI::App* command, ResultOnly result_only_offered) {
  command->add_flag("--validate-only", validate_only,
                    "Check the request and show the job that it would create; submit nothing");
  command->add_flag("--watch", watch, "Follow the job to its end");
  if (result_only_offered == ResultOnly::kYes) {
    command->add_flag("--result-only", result_only,
                      "Wait for the job to end and print the result's bytes and nothing else");
  } else {
    completeness.AddTo(command);
  }
  command
      ->add_option("--reconnect-for", reconnect_for,
                   "While following: give up when the server has been away this long (default 10m)")
      ->option_text("DURATION");
}

}  // namespace gcjobs
