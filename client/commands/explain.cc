#include <memory>

#include "client/commands/command.h"
#include "client/explanation.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs explain 0190a8c2-7d1e-7cc3-98c4-dc0c0c07398f\n"
    "\n"
    "  # what limits the looks at all live jobs\n"
    "  gcjobs list --state pending,running --all --output json \\\n"
    "      | jq -r '.jobs[].id' \\\n"
    "      | xargs -n1 gcjobs explain --output json \\\n"
    "      | jq -r .limit | sort | uniq -c\n"
    "\n"
    "Genesys Cloud does not tell when a job ends: gcjobsd has to look, and has 300\n"
    "requests a minute for it. It gives each to the job whose expected waste is the\n"
    "largest: the time that has probably gone by since its end, judged by how long\n"
    "jobs of its class have taken. A look is due when the waste has reached the\n"
    "price, which rises when requests are short.";

absl::StatusOr<ExitCode> RunExplain(const Session& session, const std::string& job_id) {
  const absl::StatusOr<v1::JobExplanation> why = session.client.ExplainJob(job_id);
  if (!why.ok()) return why.status();
  Print(session, *why, DescribeExplanation(*why, session.io.clock->Now(), session.io.time_zone));
  return ExitCode::kDone;
}

}  // namespace

void AddExplain(CLI::App& parent, SelectedCommand* selected) {
  const auto job_id = std::make_shared<std::string>();
  CLI::App* command =
      AddCommand(parent, "explain", "Show why a job is looked at when it is", kExamples);
  command->add_option("JOB", *job_id, "The job's id")->required();
  command->callback([job_id, selected] {
    selected->run = [job_id](const Session& session) { return RunExplain(session, *job_id); };
  });
}

}  // namespace gcjobs
