#include <memory>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "client/job_view.h"
#include "client/text.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs cancel 0190a8c2-7d1e-7cc3-98c4-dc0c0c07398f\n"
    "\n"
    "  # all jobs of one action that are still queued\n"
    "  gcjobs list --action custom_-_1a2b --state queued --all --output json \\\n"
    "      | jq -r '.jobs[]?.id' | xargs -r -n1 gcjobs cancel\n"
    "\n"
    "Cancelling a job that has ended changes nothing and is not an error.";

void NoteWhatItMeans(const Session& session, const v1::Job& job) {
  if (job.state() == v1::JOB_STATE_CANCELLED) {
    if (job.upstream_cancelled()) return;
    Note(session,
         "note: Genesys Cloud has not confirmed the cancellation; the work may continue there");
  } else if (IsTerminal(job.state())) {
    Note(session, absl::StrCat("note: the job had already ended as ", ShortName(job.state())));
  } else {
    Note(session, absl::StrCat("note: the cancellation is under way; follow it with gcjobs watch ",
                               job.id()));
  }
}

absl::StatusOr<ExitCode> RunCancel(const Session& session, const std::string& job_id) {
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  ASSIGN_OR_RETURN(const v1::Job job,
                   session.client.Call(&v1::JobService::Stub::CancelJob, request));
  Print(session, job, DescribeJob(job, session.io.clock->Now(), session.io.time_zone));
  NoteWhatItMeans(session, job);
  return ExitCode::kDone;
}

}  // namespace

void AddCancel(CLI::App& parent, SelectedCommand* selected) {
  const auto job_id = std::make_shared<std::string>();
  CLI::App* command = AddCommand(parent, "cancel", "Cancel a job", kExamples);
  command->add_option("JOB", *job_id, "The job's id")->required();
  command->callback([job_id, selected] {
    selected->run = [job_id](const Session& session) { return RunCancel(session, *job_id); };
  });
}

}  // namespace gcjobs
