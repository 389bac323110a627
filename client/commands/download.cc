#include "client/commands/download.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/download/download_line.h"
#include "client/download/file_download.h"
#include "client/parse.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/status_macros.h"

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

std::string HowToResume(const PartFile& file, const DownloadState& state) {
  if (state.pages == 0)
    return absl::StrCat("run the same command again to resume job ", state.job_id);
  const bool is_export = !state.request_id.empty();
  const std::string again =
      is_export ? "run the same command again"
                : absl::StrCat("gcjobs results ", state.job_id, " --out ", file.path());
  return absl::StrCat(file.part_path(), " has ", state.pages, state.pages == 1 ? " page" : " pages",
                      "; to resume: ", again);
}

// Whether a later run would only repeat what this one did.
bool IsWorthless(const DownloadState& state, const absl::Status& status) {
  if (state.pages > 0) return false;
  if (state.request_id.empty()) return true;
  // An export keeps its job, unless that has no results to give any more.
  return HasReason(status, errors::kJobNotFound) || HasReason(status, errors::kNoResults) ||
         HasReason(status, errors::kGenesysResultExpired);
}

// After a download that did not come to its end.
absl::Status LeaveResumable(const Session& session, PartFile* file, const DownloadState& state,
                            const absl::Status& status) {
  if (IsWorthless(state, status)) {
    file->Discard();
    return status;
  }
  // What was refused for good has a hint of its own.
  const bool is_refused = GetErrorInfo(status).has_value() && !ResumableStream::MayPass(status);
  if (is_refused && !session.io.interrupt->IsSet()) return status;
  return WithHint(status, HowToResume(*file, state));
}

DownloadLine::Display ProgressDisplay(const Session& session) {
  const bool shown = session.io.err_is_terminal && session.options.output == OutputFormat::kTable;
  return shown ? DownloadLine::Display::kShown : DownloadLine::Display::kHidden;
}

}  // namespace

absl::StatusOr<ExitCode> DownloadToFile(const Session& session, PartFile* file,
                                        const DownloadState& state, ResultSession::Options options,
                                        const CompletenessFlags& completeness) {
  if (state.pages > 0 && !state.complete) {
    Note(session, absl::StrCat("resuming after page ", state.pages));
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
  NoteBytesReplaced(session, download.bytes_replaced());
  return completeness.Check(session, state.job_id, download.data_available_until());
}

absl::StatusOr<ResultSession::Options> DownloadFlags::ToOptions() const {
  ASSIGN_OR_RETURN(const absl::Duration duration, ParseDuration("--reconnect-for", reconnect_for));
  ResultSession::Options options;
  options.reconnect_for = duration;
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
                       "Write the results to this file, one item per line; it appears once it is "
                       "complete, and an interrupted download is resumed")
          ->option_text("FILE");
  command->add_flag("--restart", restart, "Discard what an interrupted download left behind")
      ->needs(file);
  command->add_flag("--overwrite", overwrite, "Replace the file if it exists")->needs(file);
}

void DownloadFlags::AddStreamOptions(CLI::App* command) {
  command
      ->add_option("--reconnect-for", reconnect_for,
                   "Give up when the server has been away this long (default 10m)")
      ->option_text("DURATION");
  completeness.AddTo(command);
}

}  // namespace gcjobs
