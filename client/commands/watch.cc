#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/commands/command.h"
#include "client/commands/follow_job.h"
#include "client/commands/job_filter.h"
#include "client/commands/known_names.h"
#include "client/parse.h"
#include "client/watch_printer.h"
#include "client/watch_session.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # one job, from its first event to its end; the exit code says how it ended\n"
    "  gcjobs watch 0190a8c2-7d1e-7cc3-98c4-dc0c0c07398f\n"
    "\n"
    "  # resume where an earlier watch stopped\n"
    "  gcjobs watch JOB --after 4711\n"
    "\n"
    "  # all jobs of a team: as they are now, then each change, until Ctrl-C\n"
    "  gcjobs watch --label team=billing\n"
    "\n"
    "  # one JSON event per line; BOOKMARK events say where to resume from\n"
    "  gcjobs watch --output json | jq -c 'select(.job.state == \"JOB_STATE_FAILED\")'\n"
    "\n"
    "Broken connections and server restarts are bridged: no event is lost or shown\n"
    "twice. Ending a watch never cancels a job.";

struct Flags {
  std::string job_id;
  int64_t after = 0;
  std::string reconnect_for = kDefaultReconnectFor;
  JobFilterOptions filter;
};

absl::StatusOr<ExitCode> WatchOne(const Session& session, const Flags& flags,
                                  absl::Duration reconnect_for) {
  if (flags.filter.IsSet()) {
    return UsageError("filters are for watching all jobs, not for one job",
                      "leave out either the job's id or the filters");
  }
  ASSIGN_OR_RETURN(const v1::Job job, FollowJob(session, flags.job_id, flags.after, reconnect_for,
                                                WatchPrinter::Events::kShow));
  NoteFailure(session, job);
  return ExitCodeForState(job.state());
}

absl::StatusOr<ExitCode> WatchAll(const Session& session, const Flags& flags,
                                  absl::Duration reconnect_for) {
  ASSIGN_OR_RETURN(const v1::JobFilter filter, flags.filter.ToFilter(session));
  // Otherwise the watch would wait for ever.
  RETURN_IF_ERROR(CheckKinds(session, filter));
  WatchPrinter printer(session.io, session.options, WatchPrinter::Events::kShow, nullptr);
  WatchSession watch(&session.client, &session.io, &printer, {reconnect_for});
  const absl::Status status = watch.WatchJobs(filter, flags.after);
  if (status.ok()) return ExitCode::kDone;
  if (!session.io.interrupt->IsSet() || watch.resume_revision() == 0) return status;
  return WithHint(status,
                  absl::StrCat("to resume from here, add --after ", watch.resume_revision()));
}

absl::StatusOr<ExitCode> RunWatch(const Session& session, const Flags& flags) {
  ASSIGN_OR_RETURN(const absl::Duration reconnect_for,
                   ParseDuration("--reconnect-for", flags.reconnect_for));
  return flags.job_id.empty() ? WatchAll(session, flags, reconnect_for)
                              : WatchOne(session, flags, reconnect_for);
}

}  // namespace

void AddWatch(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      AddCommand(parent, "watch", "Follow one job to its end, or all jobs that match", kExamples);
  command->add_option("JOB", flags->job_id, "The job's id (default: all jobs that match)");
  command
      ->add_option("--after", flags->after,
                   "Only events after this revision (default: a job's whole history; for all jobs, "
                   "their current state first)")
      ->option_text("REVISION")
      ->check(AtLeast(0));
  command
      ->add_option("--reconnect-for", flags->reconnect_for,
                   "Give up when the server has been away this long (default 10m)")
      ->option_text("DURATION");
  flags->filter.AddTo(command);
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunWatch(session, *flags); };
  });
}

}  // namespace gcjobs
