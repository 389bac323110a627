#ifndef GCJOBS_CLIENT_COMMANDS_DOWNLOAD_H_
#define GCJOBS_CLIENT_COMMANDS_DOWNLOAD_H_

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "client/commands/command.h"
#include "client/commands/completeness.h"
#include "client/commands/follow_job.h"
#include "client/download/part_file.h"
#include "client/result_session.h"

namespace gcjobs {

// The options of commands that write results into a file.
struct DownloadFlags {
  std::string out;  // FILE
  bool restart = false;
  bool overwrite = false;
  int page_size = 0;
  std::string reconnect_for = kDefaultReconnectFor;
  CompletenessFlags completeness;

  // --out, --restart, --overwrite.
  void AddFileOptions(CLI::App* command);
  // --reconnect-for, --require-complete.
  void AddStreamOptions(CLI::App* command);

  // Errors: UsageError.
  absl::StatusOr<ResultSession::Options> ToOptions() const;

  // Opens the file (PartFile::Open) for the download that `check` knows.
  absl::StatusOr<std::unique_ptr<PartFile>> OpenFile(
      std::function<absl::Status(const DownloadState&)> check) const;
};

// Fetches the results of state.job_id into `file`, behind what `state` says is
// there, with a progress line on a terminal and a summary at the end; with
// --output json the summary is an object on stdout. After an error it says how
// to resume; what is incomplete is told as `completeness` says.
absl::StatusOr<ExitCode> DownloadToFile(const Session& session, PartFile* file,
                                        const DownloadState& state, ResultSession::Options options,
                                        const CompletenessFlags& completeness);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_DOWNLOAD_H_
