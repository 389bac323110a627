#ifndef GCJOBS_CLIENT_DOWNLOAD_FILE_DOWNLOAD_H_
#define GCJOBS_CLIENT_DOWNLOAD_FILE_DOWNLOAD_H_

#include <string>

#include "absl/status/status.h"

#include "client/cli_io.h"
#include "client/download/checkpointer.h"
#include "client/download/download_line.h"
#include "client/download/download_state.h"
#include "client/download/item_lines.h"
#include "client/download/part_file.h"
#include "client/job_client.h"
#include "client/result_session.h"

namespace gcjobs {

// Fetches a job's results into a PartFile as NDJSON and finishes it. For one
// thread and one download.
class FileDownload final : private ResultObserver {
 public:
  // All must outlive it. `state`: the job, and what the file has of it.
  FileDownload(JobClient* client, const CliIo* io, PartFile* file, DownloadLine* line,
               DownloadState state);

  // Until the file stands under its name. After an error, or an interrupt, the
  // part file and its state are as far as the download came.
  absl::Status Run(ResultSession::Options options);

  // What the part file holds.
  const DownloadState& state() const { return state_; }

 private:
  absl::Status Fetch(ResultSession::Options options);
  absl::Status OnPage(v1::ResultPage* page) override;
  void OnConnectionLost(const absl::Status& why, int64_t pages) override;
  void OnConnectionRestored() override;

  JobClient& client_;
  const CliIo& io_;
  PartFile& file_;
  DownloadLine& line_;
  DownloadState state_;
  ItemLines item_lines_;
  std::string buffer_;  // a page's lines; keeps its size
  Checkpointer checkpointer_;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_FILE_DOWNLOAD_H_
