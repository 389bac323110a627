#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "client/commands/download.h"
#include "client/commands/results_to_stdout.h"
#include "client/usage_error.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # into a file, one item a line, byte for byte as Genesys Cloud sent it; run it\n"
    "  # again after Ctrl-C or a crash and it goes on where it stopped\n"
    "  gcjobs results JOB --out conversations.ndjson\n"
    "\n"
    "  # to a pipe\n"
    "  gcjobs results JOB --stdout | jq -r .conversationId\n"
    "\n"
    "  # one page a line: as a JSON array, or with its number and next_cursor\n"
    "  gcjobs results JOB --pages\n"
    "  gcjobs results JOB --output json\n"
    "\n"
    "FILE.part and FILE.part.state are what an interrupted download leaves. A broken\n"
    "connection or a restart of the server is bridged: no item is lost or comes\n"
    "twice.";

struct Flags {
  std::string job_id;
  DownloadFlags download;
  bool to_stdout = false;
  bool pages = false;
  std::string cursor;
};

absl::Status CheckSameJob(const Flags& flags, const DownloadState& found) {
  if (found.job_id == flags.job_id) return absl::OkStatus();
  const std::string other = found.job_id.empty() ? "a job that was not submitted yet"
                                                 : absl::StrCat("job ", found.job_id);
  return UsageError(absl::StrCat(flags.download.out, ".part is of ", other),
                    "--restart throws it away and starts anew; or write to another file");
}

absl::StatusOr<ExitCode> ToFile(const Session& session, const Flags& flags,
                                ResultSession::Options options) {
  if (flags.pages) return UsageError("--out writes one item a line: it goes without --pages");
  if (!flags.cursor.empty()) {
    return UsageError("--out knows by itself where to go on: it goes without --cursor");
  }
  const absl::StatusOr<std::unique_ptr<PartFile>> file = flags.download.OpenFile(
      [&](const DownloadState& found) { return CheckSameJob(flags, found); });
  if (!file.ok()) return file.status();
  DownloadState state = (*file)->found();
  state.job_id = flags.job_id;
  return DownloadToFile(session, file->get(), state, options);
}

absl::StatusOr<ExitCode> RunResults(const Session& session, const Flags& flags) {
  const absl::StatusOr<ResultSession::Options> options = flags.download.ToOptions();
  if (!options.ok()) return options.status();
  const bool has_file = !flags.download.out.empty() && flags.download.out != "-";
  if (has_file && flags.to_stdout) return UsageError("--out and --stdout exclude each other");
  if (has_file) return ToFile(session, flags, *options);
  return ResultsToStdout(session, flags.job_id, flags.cursor,
                         flags.pages ? PageFormat::kArray : PageFormat::kItems, *options);
}

}  // namespace

void AddResults(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      AddCommand(parent, "results", "Read the results of a job that succeeded", kExamples);
  command->add_option("JOB", flags->job_id, "The job's id")->required();
  flags->download.AddFileOptions(command);
  command->add_flag("--stdout", flags->to_stdout,
                    "Write them to stdout, one item a line (default without --out)");
  command->add_flag("--pages", flags->pages, "To stdout one page a line, as a JSON array");
  command
      ->add_option("--cursor", flags->cursor,
                   "To stdout: start after the page that gave this next_cursor")
      ->option_text("CURSOR");
  command
      ->add_option("--page-size", flags->download.page_size,
                   "Items a page, where the kind allows it")
      ->option_text("N")
      ->check(CLI::PositiveNumber);
  flags->download.AddStreamOptions(command);
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunResults(session, *flags); };
  });
}

}  // namespace gcjobs
