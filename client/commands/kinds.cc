#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "client/commands/known_names.h"
#include "client/job_view.h"
#include "client/text.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs kinds\n"
    "\n"
    "  # one of them: paths, what it needs, the meaning of each upstream status\n"
    "  gcjobs kinds recording.jobs\n"
    "\n"
    "  # for a script\n"
    "  gcjobs kinds --output json | jq -r '.kinds[].kind'";

std::string ResultsText(const v1::JobKind& kind) {
  switch (kind.results_mode()) {
    case v1::RESULTS_MODE_NONE:
      return "none";
    case v1::RESULTS_MODE_INLINE:
      return "inline";
    case v1::RESULTS_MODE_CURSOR:
    case v1::RESULTS_MODE_LINK:
      return "pages";
    case v1::RESULTS_MODE_URL:
      return "urls";
    default:
      return "?";
  }
}

std::string KindTable(const v1::ListJobKindsResponse& response) {
  Table table({"KIND", "RESULTS", "CANCEL", "PHASES", "DESCRIPTION"});
  for (const v1::JobKind& kind : response.kinds()) {
    table.AddRow({kind.kind(), ResultsText(kind), kind.cancel_path().empty() ? "here" : "upstream",
                  kind.second_phase_path().empty() ? "1" : "2", kind.description()});
  }
  return table.ToString();
}

std::string ResultsDetail(const v1::JobKind& kind) {
  switch (kind.results_mode()) {
    case v1::RESULTS_MODE_NONE:
      return "none";
    case v1::RESULTS_MODE_INLINE:
      return "inline: with the status";
    case v1::RESULTS_MODE_CURSOR:
      return absl::StrCat("pages: ", kind.results_path());
    case v1::RESULTS_MODE_LINK:
      return "pages: the first with the status, each with a link to the next";
    case v1::RESULTS_MODE_URL:
      return "urls of files at Genesys Cloud";
    default:
      return kind.results_path();
  }
}

std::string GuaranteeText(v1::SubmitGuarantee guarantee) {
  switch (guarantee) {
    case v1::SUBMIT_GUARANTEE_AT_MOST_ONCE:
      return "at-most-once";
    case v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE:
      return "at-least-once";
    default:
      return "";
  }
}

// A `--path NAME=VALUE` for each `{NAME}` of the submit path.
std::string PathOptions(absl::string_view path) {
  std::string options;
  for (size_t open = path.find('{'); open != absl::string_view::npos; open = path.find('{')) {
    const size_t close = path.find('}', open);
    if (close == absl::string_view::npos) break;
    absl::StrAppend(&options, " --path ", path.substr(open + 1, close - open - 1), "=VALUE");
    path.remove_prefix(close + 1);
  }
  return options;
}

// How a job of the kind is submitted; conversation queries and actions have
// commands of their own as well.
std::string SubmitCommand(const v1::JobKind& kind) {
  if (absl::StartsWith(kind.kind(), "action.")) return "gcjobs submit action ACTION_ID";
  const bool has_body = !absl::StartsWith(kind.submit_path(), "GET ");
  return absl::StrCat("gcjobs submit job ", kind.kind(), PathOptions(kind.submit_path()),
                      has_body ? " --body JSON" : "");
}

std::string DescribeKind(const v1::JobKind& kind) {
  std::string fields = FieldLines({
      {"Kind", kind.kind()},
      {"Description", kind.description()},
      {"Submit", kind.submit_path()},
      {"Status", kind.status_path()},
      {"Second phase", kind.second_phase_path()},
      {"Results", ResultsDetail(kind)},
      {"Cancel", kind.cancel_path().empty() ? "here only" : kind.cancel_path()},
      {"Guarantee", GuaranteeText(kind.default_guarantee())},
      {"Command", SubmitCommand(kind)},
  });
  if (kind.states().empty()) return fields;
  Table states({"STATUS", "STATE"});
  const std::map<std::string, v1::JobState> sorted = {kind.states().begin(), kind.states().end()};
  for (const auto& [status, state] : sorted) states.AddRow({status, ShortName(state)});
  return absl::StrCat(fields, "\n", states.ToString());
}

absl::StatusOr<ExitCode> ShowOne(const Session& session, const v1::ListJobKindsResponse& response,
                                 const std::string& name) {
  for (const v1::JobKind& kind : response.kinds()) {
    if (kind.kind() != name) continue;
    Print(session, kind, DescribeKind(kind));
    return ExitCode::kDone;
  }
  return NoSuchKind(response, name);
}

absl::StatusOr<ExitCode> RunKinds(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(
      const v1::ListJobKindsResponse response,
      session.client.Call(&v1::JobService::Stub::ListJobKinds, v1::ListJobKindsRequest()));
  if (!name.empty()) return ShowOne(session, response, name);
  Print(session, response, KindTable(response));
  return ExitCode::kDone;
}

}  // namespace

void AddKinds(CLI::App& parent, SelectedCommand* selected) {
  const auto name = std::make_shared<std::string>();
  CLI::App* command =
      AddCommand(parent, "kinds", "List the kinds of jobs that the server runs", kExamples);
  command->add_option("KIND", *name, "Show this kind in full");
  command->callback([name, selected] {
    selected->run = [name](const Session& session) { return RunKinds(session, *name); };
  });
}

}  // namespace gcjobs
