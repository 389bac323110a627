#include "client/commands/download.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

#include "absl/strings/str_cat.h"

#include "client/download/download_line.h"
#include "client/download/download_progress.h"
#include "client/download/file_download.h"
#include "client/parse.h"
#include "client/usage_error.h"
#include "common/error_info.h"

namespace gcjobs {
namespace {

std::string SummaryJson(const PartFile& file, const DownloadState& state,
                        const DownloadProgress& progress) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("job_id");
  writer.String(state.job_id.c_str());
  writer.Key("file");
  writer.String(file.path().c_str());
  writer.Key("pages");
  writer.Int64(progress.pages);
  writer.Key("items");
  writer.Int64(progress.items);
  writer.Key("bytes");
  writer.Int64(progress.bytes);
  writer.Key("seconds");
  writer.Double(absl::ToDoubleSeconds(progress.elapsed));
  writer.EndObject();
  return absl::StrCat(buffer.GetString(), "\n");
}

void ShowSummary(const Session& session, const PartFile& file, const DownloadState& state,
                 const DownloadProgress& progress) {
  if (session.options.output == OutputFormat::kJson) {
    *session.io.out << SummaryJson(file, state, progress) << std::flush;
  } else {
    Note(session, RenderSummary(progress));
  }
}

std::string HowToGoOn(const PartFile& file, const DownloadState& state) {
  if (state.pages == 0) return absl::StrCat("the same command goes on with job ", state.job_id);
  const bool is_export = !state.request_id.empty();
  return absl::StrCat(
      file.part_path(), " has ", state.pages, state.pages == 1 ? " page; " : " pages; ",
      is_export ? "the same command"
                : absl::StrCat("gcjobs results ", state.job_id, " --out ", file.path()),
      " goes on there");
}

// Whether a later run would only repeat what this one did.
bool IsWorthless(const DownloadState& state, const absl::Status& status) {
  if (state.pages > 0) return false;
  if (state.request_id.empty()) return true;
  // An export has its job, unless nothing can be had from that any more.
  const std::string reason = GetReason(status);
  return reason == "JOB_NOT_FOUND" || reason == "NO_RESULTS" || reason == "GENESYS_RESULT_EXPIRED";
}

// After a download that did not come to its end.
absl::Status LeaveResumable(const Session& session, PartFile* file, const DownloadState& state,
                            const absl::Status& status) {
  if (IsWorthless(state, status)) {
    file->Discard();
    return status;
  }
  if (session.io.interrupt->IsSet()) {
    Note(session, HowToGoOn(*file, state));
    return status;
  }
  // What was refused for good has a hint of its own.
  if (GetErrorInfo(status).has_value() && !ResultSession::MayPass(status)) return status;
  return WithHint(status, HowToGoOn(*file, state));
}

DownloadLine::Display ProgressDisplay(const Session& session) {
  const bool shown = session.io.err_is_terminal && session.options.output == OutputFormat::kTable;
  return shown ? DownloadLine::Display::kShown : DownloadLine::Display::kHidden;
}

}  // namespace

absl::StatusOr<ExitCode> DownloadToFile(const Session& session, PartFile* file,
                                        const DownloadState& state,
                                        ResultSession::Options options) {
  if (state.pages > 0 && !state.complete) {
    Note(session, absl::StrCat("going on after page ", state.pages));
  }
  DownloadProgress earlier;
  earlier.pages = earlier.earlier_pages = state.pages;
  earlier.items = state.items;
  earlier.bytes = state.bytes;
  DownloadLine line(session.io, ProgressDisplay(session), earlier);
  FileDownload download(&session.client, &session.io, file, &line, state);
  const absl::Status status = download.Run(options);
  line.Close();
  if (!status.ok()) return LeaveResumable(session, file, download.state(), status);
  ShowSummary(session, *file, download.state(), line.progress());
  return ExitCode::kDone;
}

absl::StatusOr<ResultSession::Options> DownloadFlags::ToOptions() const {
  const absl::StatusOr<absl::Duration> duration = ParseDuration("--reconnect-for", reconnect_for);
  if (!duration.ok()) return duration.status();
  ResultSession::Options options;
  options.reconnect_for = *duration;
  options.page_size = page_size;
  return options;
}

absl::StatusOr<std::unique_ptr<PartFile>> DownloadFlags::OpenFile(
    std::function<absl::Status(const DownloadState&)> check) const {
  PartFile::Options options;
  options.path = out;
  options.restart = restart;
  options.overwrite = overwrite;
  options.check = std::move(check);
  return PartFile::Open(std::move(options));
}

void DownloadFlags::AddFileOptions(CLI::App* command) {
  CLI::Option* file =
      command
          ->add_option("--out", out,
                       "Write them to this file, one item a line; it appears when it is whole, "
                       "and an interrupted download is taken up again")
          ->option_text("FILE");
  command->add_flag("--restart", restart, "Throw away what an interrupted download has left")
      ->needs(file);
  command->add_flag("--overwrite", overwrite, "Replace the file when it is there already")
      ->needs(file);
}

void DownloadFlags::AddStreamOptions(CLI::App* command) {
  command
      ->add_option("--reconnect-for", reconnect_for,
                   "Give up when the server stays away so long (default 10m)")
      ->option_text("DURATION");
}

}  // namespace gcjobs
