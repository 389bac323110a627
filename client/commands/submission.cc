#include "client/commands/submission.h"

#include "absl/strings/str_cat.h"

#include "client/commands/job_result.h"
#include "client/output.h"
#include "client/parse.h"
#include "client/text.h"
#include "client/usage_error.h"

namespace gcjobs {
namespace {

// With the id, so that the user can find out what became of it.
absl::Status ExplainFailure(const absl::Status& status, const v1::SubmitOptions& options) {
  // Nothing listened or nothing answered: it may have arrived all the same.
  if (absl::IsDeadlineExceeded(status) && IsUnreachable(status)) {
    return WithHint(status, absl::StrCat("the job may have been accepted: run this again with "
                                         "--request-id ",
                                         options.request_id(), " and it cannot run twice"));
  }
  return status;
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
  const absl::StatusOr<v1::Job> job =
      FollowJob(session, job_id, /*after=*/0, reconnect_for, events);
  if (!job.ok()) return job.status();
  if (flags.result_only) return PrintResult(session, *job);
  NoteFailure(session, *job);
  NoteResult(session, *job);
  return ExitCodeForState(job->state());
}

}  // namespace

absl::StatusOr<ExitCode> SubmitAndShow(const Session& session, const OutcomeFlags& flags,
                                       const v1::SubmitOptions& options,
                                       absl::FunctionRef<absl::StatusOr<v1::Job>()> submit) {
  const absl::StatusOr<absl::Duration> reconnect_for =
      ParseDuration("--reconnect-for", flags.reconnect_for);
  if (!reconnect_for.ok()) return reconnect_for.status();
  const absl::StatusOr<v1::Job> job = submit();
  if (!job.ok()) return ExplainFailure(job.status(), options);
  const bool follow = flags.watch || flags.result_only;
  if (flags.validate_only || !follow) return ShowSubmitted(session, flags, *job);
  return Follow(session, flags, job->id(), *reconnect_for);
}

void OutcomeFlags::AddTo(CLI::App* command, ResultOnly result_only_offered) {
  command->add_flag("--validate-only", validate_only,
                    "Check it and show the job it would make; submit nothing");
  command->add_flag("--watch", watch, "Follow the job to its end");
  if (result_only_offered == ResultOnly::kYes) {
    command->add_flag("--result-only", result_only,
                      "Wait for the end and print the result's bytes, nothing else");
  }
  command
      ->add_option("--reconnect-for", reconnect_for,
                   "While following: give up when the server stays away so long (default 10m)")
      ->option_text("DURATION");
}

}  // namespace gcjobs
