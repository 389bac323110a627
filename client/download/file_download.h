#ifndef GCJOBS_CLIENT_DOWNLOAD_FILE_DOWNLOAD_H_
#define GCJOBS_CLIENT_DOWNLOAD_FILE_DOWNLOAD_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/download/download_line.h"
#include "client/download/part_file.h"
#include "client/result_page.pb.h"
#include "client/result_session.h"
#include "client/rpc_client.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "common/thread.h"

namespace gcjobs {

// Result pages as lines: newline-delimited JSON. Items keep their bytes, except
// for line breaks (\n, \r), so that a line stays a line: between tokens they
// are left out, and in a string, where JSON does not allow them, they are
// escaped. For one thread.
class ItemLines {
 public:
  // Appends each of the page's items and a newline to `*lines`. The page keeps
  // its text, but that may move.
  // Errors: DATA_LOSS when it is not a JSON array or does not have as many items as
  // it says; `*lines` may then have some of them.
  absl::Status Append(client::ResultPage* page, std::string* lines);
};

// Appends `json` without line breaks, as above.
void AppendOneLine(absl::string_view json, std::string* line);

// Saves a download's state from time to time on a thread of its own, since the
// disk takes a while to make data durable and the next page need not wait for
// it. For one thread.
class Checkpointer {
 public:
  // Both must outlive it.
  Checkpointer(PartFile* file, const Clock* clock);
  ~Checkpointer();  // waits for the disk
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // What was written so far. Saved the first time, so that runs that never last
  // long come to an end together, and then when enough time or data has passed
  // since the last save; a run that is killed loses no more than that.
  // Gives the error of an earlier save, if there was one.
  absl::Status Offer(const DownloadState& state) ABSL_LOCKS_EXCLUDED(mu_);

  // Waits until the disk is quiet; the error of an earlier save, if there was
  // one.
  absl::Status Wait() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return stop_ || pending_.has_value(); }
  bool IsIdle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !saving_ && !pending_.has_value();
  }

  PartFile& file_;
  const Clock& clock_;
  absl::Time last_time_ = absl::InfinitePast();
  int64_t last_bytes_ = 0;

  Mutex mu_;
  std::optional<DownloadState> pending_ ABSL_GUARDED_BY(mu_);
  bool saving_ ABSL_GUARDED_BY(mu_) = false;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mu_);

  std::unique_ptr<Thread> thread_;
};

// Fetches a job's results into a PartFile as NDJSON and finishes it. For one
// thread and one download.
class FileDownload final : private ResultObserver {
 public:
  // All must outlive it. `state`: the job, and what the file has of it.
  FileDownload(RpcClient* client, const CliIo* io, PartFile* file, DownloadLine* line,
               DownloadState state);

  // Until the file stands under its name. After an error, or an interrupt, the
  // part file and its state are as far as the download came.
  absl::Status Run(ResultSession::Options options);

  // What the part file holds.
  const DownloadState& state() const { return state_; }

  // See ResultSession; of this run's pages.
  std::optional<absl::Time> data_available_until() const { return data_available_until_; }
  bool bytes_replaced() const { return bytes_replaced_; }

 private:
  absl::Status Fetch(ResultSession::Options options);
  absl::Status OnPage(client::ResultPage* page) override;
  void OnConnectionLost(const absl::Status& why, int64_t pages) override;
  void OnConnectionRestored() override;

  RpcClient& client_;
  const CliIo& io_;
  PartFile& file_;
  DownloadLine& line_;
  DownloadState state_;
  ItemLines item_lines_;
  std::string buffer_;  // a page's lines; keeps its size
  Checkpointer checkpointer_;
  std::optional<absl::Time> data_available_until_;
  bool bytes_replaced_ = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_FILE_DOWNLOAD_H_
