#include <memory>

#include "client/commands/command.h"
#include "client/commands/follow_job.h"
#include "client/job_view.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs get 0190a8c2-7d1e-7cc3-98c4-dc0c0c07398f\n"
    "\n"
    "  # the result alone, byte for byte as Genesys Cloud sent it\n"
    "  gcjobs get JOB --result-only > result.json\n"
    "\n"
    "  # one field, for a script\n"
    "  gcjobs get JOB --output json | jq -r .state\n"
    "\n"
    "The exit code says whether the job was read, not how it ended; with\n"
    "--result-only it is 1 for a job without a result (6: outcome unknown).";

struct Flags {
  std::string job_id;
  bool result_only = false;
};

absl::StatusOr<ExitCode> RunGet(const Session& session, const Flags& flags) {
  v1::GetJobRequest request;
  request.set_job_id(flags.job_id);
  ASSIGN_OR_RETURN(const v1::Job job, session.client.Call(&v1::JobService::Stub::GetJob, request));
  if (flags.result_only) return PrintResult(session, job);
  Print(session, job, DescribeJob(job, session.io.clock->Now(), session.io.time_zone));
  return ExitCode::kDone;
}

}  // namespace

void AddGet(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(parent, "get", "Show a job, or its result", kExamples);
  command->add_option("JOB", flags->job_id, "The job's id")->required();
  command->add_flag("--result-only", flags->result_only,
                    "Print the result's bytes and nothing else");
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunGet(session, *flags); };
  });
}

}  // namespace gcjobs
