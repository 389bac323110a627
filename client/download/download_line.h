#ifndef GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_LINE_H_
#define GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_LINE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/download/download_progress.h"
#include "client/status_line.h"
#include "common/mutex.h"

namespace gcjobs {

// A download's numbers, and on a terminal its progress at the bottom of
// stderr. Thread-safe; while it lives, nobody else writes to io.err.
class DownloadLine {
 public:
  enum class Display { kHidden, kShown };

  // `io` must outlive it. `earlier`: what a former run has fetched.
  DownloadLine(const CliIo& io, Display display, const DownloadProgress& earlier);
  DownloadLine(const DownloadLine&) = delete;
  DownloadLine& operator=(const DownloadLine&) = delete;

  // What has been fetched by now, in all.
  void Update(int64_t pages, int64_t items, int64_t bytes) ABSL_LOCKS_EXCLUDED(mu_);

  // Tells on io.err that the connection broke after page `pages`, and stands in
  // the line until the outage ends.
  void ShowOutage(const absl::Status& why, int64_t pages) ABSL_LOCKS_EXCLUDED(mu_);
  void EndOutage() ABSL_LOCKS_EXCLUDED(mu_);

  // The numbers as they now are.
  DownloadProgress progress() const ABSL_LOCKS_EXCLUDED(mu_);

  // Takes the line away. The numbers stay.
  void Close() { line_.reset(); }

  // The thread's beat; tests call it.
  void Tick();

 private:
  void Print(absl::string_view line);
  void SetRemark(absl::string_view remark) ABSL_LOCKS_EXCLUDED(mu_);
  std::string Render() const ABSL_LOCKS_EXCLUDED(mu_);

  const CliIo& io_;
  const absl::Time start_;

  mutable Mutex mu_;  // a leaf: taken under the line's lock
  DownloadProgress progress_ ABSL_GUARDED_BY(mu_);
  TransferRate rate_ ABSL_GUARDED_BY(mu_);
  std::string remark_ ABSL_GUARDED_BY(mu_);

  std::unique_ptr<StatusLine> line_;  // null when hidden; its thread uses the rest
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_LINE_H_
