#include "client/commands/command.h"
#include "client/output.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs kinds\n"
    "\n"
    "  # paths and the meaning of each upstream status\n"
    "  gcjobs kinds --output json";

std::string KindTable(const v1::ListJobKindsResponse& response) {
  Table table({"KIND", "RESULT", "CANCEL", "DESCRIPTION"});
  for (const v1::JobKind& kind : response.kinds()) {
    const char* result = kind.inline_result() ? "inline" : "none";
    if (!kind.results_path().empty()) result = "pages";
    table.AddRow({kind.kind(), result, kind.cancel_path().empty() ? "here" : "upstream",
                  kind.description()});
  }
  return table.ToString();
}

absl::StatusOr<ExitCode> RunKinds(const Session& session) {
  const absl::StatusOr<v1::ListJobKindsResponse> response = session.client.ListJobKinds();
  if (!response.ok()) return response.status();
  Print(session, *response, KindTable(*response));
  return ExitCode::kDone;
}

}  // namespace

void AddKinds(CLI::App& parent, SelectedCommand* selected) {
  CLI::App* command =
      AddCommand(parent, "kinds", "List the kinds of jobs that the server runs", kExamples);
  command->callback([selected] { selected->run = RunKinds; });
}

}  // namespace gcjobs
