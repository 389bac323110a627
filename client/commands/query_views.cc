#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "client/text.h"
#include "common/status_macros.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs query views\n"
    "\n"
    "  # the dimensions of one, a line each\n"
    "  gcjobs query views VIEW\n"
    "\n"
    "  gcjobs query submit --endpoint query --view VIEW --last 24h\n";

std::string ViewTable(const v1::ListConversationViewsResponse& response) {
  if (response.views().empty()) return "";
  Table table({"VIEW", "DIMENSIONS", "DESCRIPTION"});
  for (const v1::ConversationView& view : response.views()) {
    table.AddRow({view.name(), absl::StrCat(view.dimensions_size()),
                  view.description().empty() ? "-" : view.description()});
  }
  return table.ToString();
}

std::string DimensionLines(const v1::ListConversationViewsResponse& response) {
  std::string lines;
  for (const v1::ConversationView& view : response.views()) {
    for (const std::string& dimension : view.dimensions()) {
      absl::StrAppend(&lines, EscapeControls(dimension), "\n");
    }
  }
  return lines;
}

absl::StatusOr<ExitCode> RunViews(const Session& session, const std::string& view) {
  v1::ListConversationViewsRequest request;
  request.set_org(session.options.org);
  request.set_view(view);
  ASSIGN_OR_RETURN(const v1::ListConversationViewsResponse response,
                   session.client.Call(&v1::JobService::Stub::ListConversationViews, request));
  Print(session, response, view.empty() ? ViewTable(response) : DimensionLines(response));
  if (response.views().empty()) Note(session, "no views");
  return ExitCode::kDone;
}

}  // namespace

void AddQueryViews(CLI::App& parent, SelectedCommand* selected) {
  const auto view = std::make_shared<std::string>();
  CLI::App* command =
      AddCommand(parent, "views", "List the views of conversation queries", kExamples);
  command->add_option("VIEW", *view, "Show the dimensions of this view");
  command->callback([view, selected] {
    selected->run = [view](const Session& session) { return RunViews(session, *view); };
  });
}

}  // namespace gcjobs
