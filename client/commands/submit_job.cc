#include <memory>
#include <utility>

#include "client/commands/command.h"
#include "client/commands/json_input.h"
#include "client/commands/submission.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # which kinds there are, and what one of them needs\n"
    "  gcjobs kinds\n"
    "  gcjobs kinds audits.query\n"
    "\n"
    "  gcjobs submit job audits.query --watch --body-file audits.json\n"
    "\n"
    "  # a kind with a parameter in its path; the body from stdin\n"
    "  make-body | gcjobs submit job KIND --path datatableId=ID --body-file -\n"
    "\n"
    "  # just the result, for a script\n"
    "  gcjobs submit job KIND --body-file body.json --result-only | jq .";

struct Flags {
  std::string kind;
  JobInputFlags input;
  SubmitOptionFlags options;
  OutcomeFlags outcome;
};

absl::StatusOr<ExitCode> RunSubmit(const Session& session, const Flags& flags) {
  ASSIGN_OR_RETURN(v1::SubmitJobRequest request, flags.input.ToRequest(session, flags.kind));
  Repetition repetition;
  repetition.reads_stdin = flags.input.ReadsStdin();
  return SubmitRequest(session, flags.options, flags.outcome, repetition, std::move(request));
}

}  // namespace

void AddSubmitJob(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(parent, "job", "Run a job of any kind", kExamples);
  command->add_option("KIND", flags->kind, "The job's kind, as listed by gcjobs kinds")->required();
  flags->input.AddTo(command);
  flags->options.AddTo(command, "the kind's");
  flags->outcome.AddTo(command, OutcomeFlags::ResultOnly::kYes);
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunSubmit(session, *flags); };
  });
}

}  // namespace gcjobs
