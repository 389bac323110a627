#include <memory>
#include <utility>

#include "client/commands/command.h"
#include "client/commands/query_options.h"
#include "client/commands/submission.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # yesterday's voice conversations of two queues, followed to the end\n"
    "  gcjobs query submit --endpoint jobs --from 2026-01-01 --to 2026-01-02 \\\n"
    "      --watch --filter mediaType=voice --segment-filter queueId=QUEUE1,QUEUE2\n"
    "\n"
    "  # abandoned and never answered, through the bulk endpoint\n"
    "  gcjobs query submit --last 7d --endpoint jobs \\\n"
    "      --filter metric:tAbandon --filter '!metric:tAnswered'\n"
    "\n"
    "  # a whole query, sent byte for byte\n"
    "  gcjobs query submit --query-file query.json\n"
    "\n"
    "  # then its results, one conversation per line\n"
    "  gcjobs results JOB --out conversations.ndjson\n"
    "\n"
    "gcjobs export does all of this in one command.";

struct Flags {
  QueryFlags query;
  SubmitOptionFlags options;
  OutcomeFlags outcome;
};

absl::StatusOr<ExitCode> RunSubmit(const Session& session, const Flags& flags) {
  ASSIGN_OR_RETURN(v1::SubmitConversationQueryRequest request,
                   flags.query.ToRequest(session, session.io.clock->Now()));
  return SubmitRequest(session, flags.options, flags.outcome, flags.query.RepetitionOf(request),
                       std::move(request));
}

}  // namespace

void AddQuerySubmit(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      AddCommand(parent, "submit", "Run a conversation query as a durable job", kExamples);
  flags->query.AddTo(command);
  flags->options.AddTo(command, "at-least-once");
  flags->outcome.AddTo(command, OutcomeFlags::ResultOnly::kNo);
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunSubmit(session, *flags); };
  });
}

}  // namespace gcjobs
