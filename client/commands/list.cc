#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "client/commands/job_filter.h"
#include "client/commands/known_names.h"
#include "client/job_view.h"
#include "client/text.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # the newest 50\n"
    "  gcjobs list\n"
    "\n"
    "  # all that failed today\n"
    "  gcjobs list --state failed --created-after 24h --all\n"
    "\n"
    "  # ids of one team's live jobs\n"
    "  gcjobs list --label team=billing --state queued,pending,running \\\n"
    "      --all --output json | jq -r '.jobs[]?.id'";

// The most that the server returns at once.
constexpr int kMaxPageSize = 1000;

struct Flags {
  JobFilterOptions filter;
  int limit = 50;
  bool all = false;
  std::string order_by;
  std::string page_token;
};

// Reads pages until there are `limit` jobs (or all).
absl::StatusOr<v1::ListJobsResponse> ReadPages(const Session& session, const Flags& flags,
                                               v1::ListJobsRequest request) {
  v1::ListJobsResponse all;
  for (;;) {
    const int missing = flags.all ? kMaxPageSize : flags.limit - all.jobs_size();
    request.set_page_size(std::min(missing, kMaxPageSize));
    ASSIGN_OR_RETURN(v1::ListJobsResponse page,
                     session.client.Call(&v1::JobService::Stub::ListJobs, request));
    for (v1::Job& job : *page.mutable_jobs()) *all.add_jobs() = std::move(job);
    all.set_next_page_token(page.next_page_token());
    const bool enough = !flags.all && all.jobs_size() >= flags.limit;
    if (enough || page.next_page_token().empty()) return all;
    request.set_page_token(page.next_page_token());
  }
}

std::string JobTable(const v1::ListJobsResponse& response, absl::Time now) {
  if (response.jobs().empty()) return "";
  Table table(JobHeaders());
  for (const v1::Job& job : response.jobs()) table.AddRow(JobRow(job, now));
  return table.ToString();
}

absl::StatusOr<ExitCode> RunList(const Session& session, const Flags& flags) {
  ASSIGN_OR_RETURN(const v1::JobFilter filter, flags.filter.ToFilter(session));
  v1::ListJobsRequest request;
  *request.mutable_filter() = filter;
  request.set_order_by(flags.order_by);
  request.set_page_token(flags.page_token);
  ASSIGN_OR_RETURN(const v1::ListJobsResponse response, ReadPages(session, flags, request));
  if (response.jobs().empty()) RETURN_IF_ERROR(CheckKinds(session, filter));
  Print(session, response, JobTable(response, session.io.clock->Now()));
  if (response.jobs().empty()) {
    Note(session, "no jobs");
    NoteUnknownLabels(session, filter);
  }
  if (!response.next_page_token().empty()) {
    Note(session, absl::StrCat("there are more: use --all, a larger --limit, or --page-token ",
                               response.next_page_token()));
  }
  return ExitCode::kDone;
}

}  // namespace

void AddList(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(parent, "list", "List jobs, newest first", kExamples);
  flags->filter.AddTo(command);
  command->add_option("--limit", flags->limit, "At most this many jobs (default 50)")
      ->option_text("N")
      ->check(AtLeast(1));
  command->add_flag("--all", flags->all, "All of them, however many");
  command
      ->add_option("--order-by", flags->order_by,
                   "create_time or update_time, optionally followed by \" desc\" "
                   "(default \"create_time desc\")")
      ->option_text("ORDER");
  command->add_option("--page-token", flags->page_token, "Continue where an earlier list ended")
      ->option_text("TOKEN");
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunList(session, *flags); };
  });
}

}  // namespace gcjobs
