#include "client/commands/follow_job.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/job_view.h"
#include "client/server_words.h"
#include "client/text.h"
#include "client/watch_session.h"
#include "common/error_info.h"
#include "common/status_conversion.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

absl::Status NoInlineResult(const v1::Job& job) {
  if (job.has_results()) {
    return WithHint(absl::FailedPreconditionError(
                        absl::StrCat("the results of job ", job.id(), " come in pages")),
                    absl::StrCat("use gcjobs results ", job.id()));
  }
  if (job.result_bytes() > 0) {
    return WithHint(absl::FailedPreconditionError(
                        absl::StrCat("job ", job.id(), ": the result of ", job.result_bytes(),
                                     " bytes is larger than the server keeps")),
                    "the server's limit for inline results can be raised for later jobs");
  }
  return absl::FailedPreconditionError(absl::StrCat("job ", job.id(), " has no result"));
}

// A display can do without; it must not hold up the program's end.
constexpr absl::Duration kPeekTimeout = absl::Seconds(1);

// For the live line. Asks why only where the job itself does not tell.
absl::StatusOr<LiveLine::Progress> Peek(const Session& session, const std::string& job_id) {
  constexpr CallOptions kOnce = {Retry::kNever, kPeekTimeout};
  v1::GetJobRequest get;
  get.set_job_id(job_id);
  LiveLine::Progress progress;
  ASSIGN_OR_RETURN(progress.job, session.client.Call(&v1::JobService::Stub::GetJob, get, kOnce));
  if (!IsWaiting(progress.job, session.io.clock->Now())) return progress;
  v1::ExplainJobRequest explain;
  explain.set_job_id(job_id);
  absl::StatusOr<v1::JobExplanation> why =
      session.client.Call(&v1::JobService::Stub::ExplainJob, explain, kOnce);
  // Not of every job that waits there is something to say.
  if (why.ok()) progress.why = *std::move(why);
  return progress;
}

std::string AfterOption(int64_t revision) {
  return revision > 0 ? absl::StrCat(" --after ", revision) : "";
}

}  // namespace

absl::StatusOr<ExitCode> PrintResult(const Session& session, const v1::Job& job) {
  if (!IsTerminal(job.state())) {
    return WithHint(
        absl::FailedPreconditionError(absl::StrCat("job ", job.id(), " is ", ShortName(job.state()),
                                                   " and has no result yet")),
        absl::StrCat("gcjobs watch ", job.id(), " waits for it to end"));
  }
  if (job.state() != v1::JOB_STATE_SUCCEEDED) {
    NoteFailure(session, job);
    return ExitCodeForState(job.state());
  }
  if (job.result_json().empty()) return NoInlineResult(job);
  *session.io.out << job.result_json() << "\n" << std::flush;
  return ExitCode::kDone;
}

void NoteFailure(const Session& session, const v1::Job& job) {
  if (!IsTerminal(job.state()) || job.state() == v1::JOB_STATE_SUCCEEDED) return;
  const std::string error = DescribeError(job);
  Note(session, absl::StrCat("job ", job.id(), " ", absl::AsciiStrToLower(ShortName(job.state())),
                             error.empty() ? "" : absl::StrCat(": ", error)));
  const std::string answer = DescribeAnswer(job);
  if (!answer.empty() && session.options.output == OutputFormat::kTable) {
    *session.io.err << answer << std::flush;
  }
  const std::string remedy = InWordsOfTheCommandLine(GetRemedy(FromProto(job.error())));
  if (!remedy.empty()) Note(session, absl::StrCat("hint: ", remedy));
}

absl::StatusOr<v1::Job> FollowJob(const Session& session, const std::string& job_id, int64_t after,
                                  absl::Duration reconnect_for, WatchPrinter::Events events) {
  WatchPrinter printer(session.io, session.options, events,
                       [&](const std::string& id) { return Peek(session, id); });
  WatchSession watch(&session.client, &session.io, &printer, {reconnect_for});
  absl::StatusOr<v1::Job> job = watch.WatchJob(job_id, after);
  printer.Close();
  const bool is_own_command = events != WatchPrinter::Events::kLine;
  if (!job.ok() && session.io.interrupt->IsSet() && is_own_command) {
    return WithHint(job.status(), absl::StrCat("the job continues; to follow it: gcjobs watch ",
                                               job_id, AfterOption(watch.resume_revision())));
  }
  return job;
}

}  // namespace gcjobs
