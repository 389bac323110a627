#include <memory>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "client/output.h"
#include "client/usage_error.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # one page of items a line, each a JSON array as Genesys Cloud sent it\n"
    "  gcjobs results JOB > pages.jsonl\n"
    "\n"
    "  # go on after a page, with its next_cursor\n"
    "  gcjobs results JOB --cursor CURSOR --output json";

struct Flags {
  std::string job_id;
  std::string cursor;
  int page_size = 0;
};

void PrintPage(const Session& session, const v1::ResultPage& page) {
  if (session.options.output == OutputFormat::kJson) {
    *session.io.out << ToJson(page, JsonLayout::kOneLine) << std::flush;
  } else {
    *session.io.out << page.items_json() << "\n" << std::flush;
  }
}

absl::StatusOr<ExitCode> RunResults(const Session& session, const Flags& flags) {
  v1::ReadResultsRequest request;
  request.set_job_id(flags.job_id);
  request.set_cursor(flags.cursor);
  request.set_page_size(flags.page_size);
  const std::unique_ptr<EventStream<v1::ResultPage>> stream = session.client.ReadResults(request);
  v1::ResultPage page;
  std::string cursor = flags.cursor;
  while (session.io.out->good() && stream->Read(&page)) {
    PrintPage(session, page);
    cursor = page.next_cursor();
  }
  if (!session.io.out->good()) return ExitCode::kDone;
  absl::Status status = stream->Finish();
  if (status.ok()) return ExitCode::kDone;
  if (cursor.empty()) return status;
  return WithHint(status,
                  absl::StrCat("go on with gcjobs results ", flags.job_id, " --cursor ", cursor));
}

}  // namespace

void AddResults(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      AddCommand(parent, "results", "Read the result pages of a finished job", kExamples);
  command->add_option("JOB", flags->job_id, "The job's id")->required();
  command->add_option("--cursor", flags->cursor, "Start after the page that gave this next_cursor")
      ->option_text("CURSOR");
  command->add_option("--page-size", flags->page_size, "Items a page, where the kind allows it")
      ->option_text("N")
      ->check(CLI::PositiveNumber);
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunResults(session, *flags); };
  });
}

}  // namespace gcjobs
