#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/commands/command.h"
#include "client/commands/download.h"
#include "client/download/download_line.h"
#include "client/download/file_download.h"
#include "client/job_view.h"
#include "client/result_session.h"
#include "common/error_info.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

// What a line of stdout is; with --output json a ResultPage in any case.
enum class PageFormat { kItems, kArray };

class StdoutWriter final : public ResultObserver {
 public:
  StdoutWriter(const Session& session, PageFormat format, DownloadLine* line)
      : session_(session), format_(format), line_(*line) {}

  absl::Status OnPage(client::ResultPage* page) override {
    buffer_.clear();
    RETURN_IF_ERROR(Render(page));
    session_.io.out->write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    session_.io.out->flush();
    if (!session_.io.out->good()) return absl::CancelledError("nobody reads any more");
    items_ += page->item_count();
    bytes_ += static_cast<int64_t>(buffer_.size());
    line_.Update(page->page_number(), items_, bytes_);
    return absl::OkStatus();
  }

  void OnConnectionLost(const absl::Status& why, int64_t pages) override {
    line_.ShowOutage(why, pages);
  }
  void OnConnectionRestored() override { line_.EndOutage(); }

 private:
  absl::Status Render(client::ResultPage* page) {
    if (session_.options.output == OutputFormat::kJson) {
      v1::ResultPage whole;
      if (!whole.ParseFromString(page->SerializeAsString())) {
        return absl::DataLossError(absl::StrCat("page ", page->page_number(), " is not UTF-8"));
      }
      buffer_ = ToJson(whole, JsonLayout::kOneLine);
      return absl::OkStatus();
    }
    if (format_ == PageFormat::kItems) {
      return item_lines_.Append(page, &buffer_);
    }
    AppendOneLine(page->items_json(), &buffer_);
    buffer_ += "\n";
    return absl::OkStatus();
  }

  const Session& session_;
  const PageFormat format_;
  DownloadLine& line_;
  ItemLines item_lines_;
  std::string buffer_;  // keeps its size
  int64_t items_ = 0;
  int64_t bytes_ = 0;
};

// With the last page's cursor: what was written needs not be written again.
absl::Status WithResumeHint(const Session& session, const std::string& job_id,
                            const ResultSession::Position& position, const absl::Status& status) {
  if (position.cursor.empty()) return status;
  // What was refused for good has a hint of its own.
  const bool is_refused = GetErrorInfo(status).has_value() && !ResumableStream::MayPass(status);
  if (is_refused && !session.io.interrupt->IsSet()) return status;
  return WithHint(status, absl::StrCat("to resume from here: gcjobs results ", job_id, " --cursor ",
                                       position.cursor));
}

// Writes a job's results from `cursor` on (empty = all of them), flushed page by
// page. Progress goes to stderr when that is a terminal and stdout is not.
absl::StatusOr<ExitCode> ResultsToStdout(const Session& session, const std::string& job_id,
                                         const std::string& cursor, PageFormat format,
                                         ResultSession::Options options,
                                         const CompletenessFlags& completeness) {
  const bool show_progress = session.io.err_is_terminal && !session.io.out_is_terminal &&
                             session.options.output == OutputFormat::kTable;
  DownloadLine line(session.io,
                    show_progress ? DownloadLine::Display::kShown : DownloadLine::Display::kHidden,
                    DownloadProgress());
  StdoutWriter writer(session, format, &line);
  ResultSession results(&session.client, &session.io, &writer, options);
  const absl::Status status = results.Read(job_id, {cursor, /*pages=*/0});
  line.Close();
  if (!status.ok()) return WithResumeHint(session, job_id, results.position(), status);
  if (show_progress) Note(session, RenderSummary(line.progress()));
  NoteBytesReplaced(session, results.bytes_replaced());
  return completeness.Check(session, job_id, results.data_available_until());
}

constexpr char kExamples[] =
    "Examples:\n"
    "  # into a file, one item per line, exactly as Genesys Cloud sent it; after\n"
    "  # Ctrl-C or a crash, run it again and it resumes\n"
    "  gcjobs results JOB --out conversations.ndjson\n"
    "\n"
    "  # to a pipe\n"
    "  gcjobs results JOB --stdout | jq -r .conversationId\n"
    "\n"
    "  # one page per line: as a JSON array, or with its number and next_cursor\n"
    "  gcjobs results JOB --pages\n"
    "  gcjobs results JOB --output json\n"
    "\n"
    "An interrupted download leaves FILE.part and FILE.part.state behind. Broken\n"
    "connections and server restarts are bridged: no item is lost or comes twice.";

struct Flags {
  std::string job_id;
  DownloadFlags download;
  bool to_stdout = false;
  bool pages = false;
  std::string cursor;
};

absl::Status CheckSameJob(const Flags& flags, const DownloadState& found) {
  if (found.job_id == flags.job_id) return absl::OkStatus();
  const std::string other =
      found.job_id.empty() ? "a job that was never submitted" : absl::StrCat("job ", found.job_id);
  return UsageError(absl::StrCat(flags.download.out, ".part belongs to ", other),
                    "use --restart to discard it and start over, or write to another file");
}

absl::StatusOr<ExitCode> ToFile(const Session& session, const Flags& flags,
                                ResultSession::Options options) {
  if (flags.pages)
    return UsageError("--out writes one item per line and cannot be used with --pages");
  if (!flags.cursor.empty()) {
    return UsageError("--out resumes by itself and cannot be used with --cursor");
  }
  const absl::StatusOr<std::unique_ptr<PartFile>> file = flags.download.OpenFile(
      [&](const DownloadState& found) { return CheckSameJob(flags, found); });
  if (!file.ok()) return file.status();
  DownloadState state = (*file)->found();
  state.job_id = flags.job_id;
  return DownloadToFile(session, file->get(), state, options, flags.download.completeness);
}

absl::StatusOr<ExitCode> RunResults(const Session& session, const Flags& flags) {
  ASSIGN_OR_RETURN(const ResultSession::Options options, flags.download.ToOptions());
  const bool has_file = !flags.download.out.empty() && flags.download.out != "-";
  if (has_file && flags.to_stdout) return UsageError("--out and --stdout cannot be used together");
  if (has_file) return ToFile(session, flags, options);
  return ResultsToStdout(session, flags.job_id, flags.cursor,
                         flags.pages ? PageFormat::kArray : PageFormat::kItems, options,
                         flags.download.completeness);
}

}  // namespace

void AddResults(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      AddCommand(parent, "results", "Read the results of a job that succeeded", kExamples);
  command->add_option("JOB", flags->job_id, "The job's id")->required();
  flags->download.AddFileOptions(command);
  command->add_flag("--stdout", flags->to_stdout,
                    "Write to stdout, one item per line (default without --out)");
  command->add_flag("--pages", flags->pages, "On stdout: one page per line, as a JSON array");
  command
      ->add_option("--cursor", flags->cursor,
                   "On stdout: start after the page with this next_cursor")
      ->option_text("CURSOR");
  command
      ->add_option("--page-size", flags->download.page_size,
                   "Items per page, where the kind allows it")
      ->option_text("N")
      ->check(AtLeast(1));
  flags->download.AddStreamOptions(command);
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunResults(session, *flags); };
  });
}

}  // namespace gcjobs
