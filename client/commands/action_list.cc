#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/commands/command.h"
#include "client/job_view.h"
#include "client/text.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "gcjobs/v1/action_service.grpc.pb.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # integration actions whose name contains \"order\"\n"
    "  gcjobs action list --name order\n"
    "\n"
    "  # the one with exactly this name\n"
    "  gcjobs action list --exact-name 'Look Up Customer'\n"
    "\n"
    "  # the data actions of one flow, and of all flows\n"
    "  gcjobs action list --flow FLOW --all\n"
    "  gcjobs action list --all-flows --name order";

constexpr int kMaxPageSize = 1000;

struct Flags {
  std::string name;
  std::string exact_name;
  std::string flow_id;
  bool all_flows = false;
  int limit = 50;
  bool all = false;
};

absl::StatusOr<v1::ListActionsResponse> ReadPages(const Session& session, const Flags& flags) {
  v1::ListActionsRequest request;
  request.set_name(flags.name);
  request.set_exact_name(flags.exact_name);
  request.set_flow_id(flags.flow_id);
  if (flags.all_flows) request.set_family(v1::ACTION_FAMILY_FLOW);
  request.set_org(session.options.org);
  v1::ListActionsResponse all;
  for (;;) {
    const int missing = flags.all ? kMaxPageSize : flags.limit - all.actions_size();
    request.set_page_size(std::min(missing, kMaxPageSize));
    ASSIGN_OR_RETURN(v1::ListActionsResponse page,
                     session.client.Call(&v1::ActionService::Stub::ListActions, request));
    for (v1::Action& action : *page.mutable_actions()) *all.add_actions() = std::move(action);
    all.set_next_page_token(page.next_page_token());
    const bool enough = !flags.all && all.actions_size() >= flags.limit;
    if (enough || page.next_page_token().empty()) return all;
    request.set_page_token(page.next_page_token());
  }
}

std::string ActionTable(const v1::ListActionsResponse& response) {
  if (response.actions().empty()) return "";
  const auto has_flow = [](const v1::Action& action) { return !action.flow_id().empty(); };
  const bool of_flows = std::any_of(response.actions().begin(), response.actions().end(), has_flow);
  Table table({"ID", "NAME", of_flows ? "FLOW" : "CATEGORY", "TYPE", "TIMEOUT", "VERSION"});
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
  for (const v1::Action& action : response.actions()) {
    table.AddRow({action.id(), or_dash(action.name()),
                  or_dash(of_flows ? action.flow_id() : action.category()), or_dash(action.type()),
                  action.has_timeout() ? FormatSeconds(FromProto(action.timeout())) : "-",
                  absl::StrCat(action.version())});
  }
  return table.ToString();
}

absl::StatusOr<ExitCode> RunActionList(const Session& session, const Flags& flags) {
  if (!flags.name.empty() && !flags.exact_name.empty()) {
    return UsageError("--name and --exact-name cannot be used together");
  }
  if (flags.all_flows && !flags.flow_id.empty()) {
    return UsageError("--all-flows and --flow cannot be used together");
  }
  ASSIGN_OR_RETURN(const v1::ListActionsResponse response, ReadPages(session, flags));
  Print(session, response, ActionTable(response));
  if (response.actions().empty()) Note(session, "no actions");
  if (!response.next_page_token().empty())
    Note(session, "there are more: use --all or a larger --limit");
  return ExitCode::kDone;
}

}  // namespace

void AddActionList(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(parent, "list", "List data actions", kExamples);
  command->add_option("--name", flags->name, "Only actions whose name contains this, ignoring case")
      ->option_text("TEXT");
  command->add_option("--exact-name", flags->exact_name, "Only actions with exactly this name")
      ->option_text("NAME");
  command
      ->add_option("--flow", flags->flow_id,
                   "The data actions of this flow (default: the integration actions)")
      ->option_text("FLOW_ID");
  command->add_flag("--all-flows", flags->all_flows, "The data actions of all flows");
  command->add_option("--limit", flags->limit, "At most this many actions (default 50)")
      ->option_text("N")
      ->check(AtLeast(1));
  command->add_flag("--all", flags->all, "All of them, however many");
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunActionList(session, *flags); };
  });
}

}  // namespace gcjobs
