#include "client/commands/results_to_stdout.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

#include "client/download/download_line.h"
#include "client/download/download_progress.h"
#include "client/download/item_lines.h"
#include "client/output.h"
#include "client/usage_error.h"

namespace gcjobs {
namespace {

class StdoutWriter final : public ResultObserver {
 public:
  StdoutWriter(const Session& session, PageFormat format, DownloadLine* line)
      : session_(session), format_(format), line_(*line) {}

  absl::Status OnPage(v1::ResultPage* page) override {
    buffer_.clear();
    if (absl::Status status = Render(page); !status.ok()) return status;
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
  absl::Status Render(v1::ResultPage* page) {
    if (session_.options.output == OutputFormat::kJson) {
      buffer_ = ToJson(*page, JsonLayout::kOneLine);
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
absl::Status Explain(const Session& session, const std::string& job_id,
                     const ResultSession::Position& position, const absl::Status& status) {
  if (position.cursor.empty()) return status;
  const std::string command =
      absl::StrCat("gcjobs results ", job_id, " --cursor ", position.cursor);
  if (session.io.interrupt->IsSet()) {
    Note(session, absl::StrCat("to go on from here: ", command));
    return status;
  }
  return WithHint(status, absl::StrCat("go on with ", command));
}

}  // namespace

absl::StatusOr<ExitCode> ResultsToStdout(const Session& session, const std::string& job_id,
                                         const std::string& cursor, PageFormat format,
                                         ResultSession::Options options) {
  const bool show_progress = session.io.err_is_terminal && !session.io.out_is_terminal &&
                             session.options.output == OutputFormat::kTable;
  DownloadLine line(session.io,
                    show_progress ? DownloadLine::Display::kShown : DownloadLine::Display::kHidden,
                    DownloadProgress());
  StdoutWriter writer(session, format, &line);
  ResultSession results(&session.client, &session.io, &writer, options);
  const absl::Status status = results.Read(job_id, {cursor, /*pages=*/0});
  line.Close();
  if (!status.ok()) return Explain(session, job_id, results.position(), status);
  if (show_progress) Note(session, RenderSummary(line.progress()));
  return ExitCode::kDone;
}

}  // namespace gcjobs
