#ifndef GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_LINE_H_
#define GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_LINE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/job_view.h"
#include "client/status_line.h"
#include "common/mutex.h"

namespace gcjobs {

// What a download shows, as pure functions. Lines come without their newline.

// How far a download has come. Counts include what an earlier run has fetched.
struct DownloadProgress {
  int64_t pages = 0;
  int64_t items = 0;
  int64_t bytes = 0;
  int64_t earlier_pages = 0;      // of an earlier run
  absl::Duration elapsed;         // of this run
  double bytes_per_second = 0.0;  // lately
};

// The live line, such as
//   [   ====     ]  412 pages  20600 items  412.0 MB  81.2 MB/s  5.1s
// with what matters less left out until it fits into `width` columns. How much
// is still to come is not known, so the bar only moves. `remark` (an outage,
// say) takes the place of the rate when it is not empty.
std::string RenderDownload(const DownloadProgress& progress, int width, Paint paint,
                           absl::string_view remark = "");

// The end, such as `1000 pages, 50000 items, 1000.0 MB in 12.3s`.
std::string RenderSummary(const DownloadProgress& progress);

// `0 bytes`, `999 bytes`, `1.5 kB`, `1000.0 MB`: decimal, and never above MB.
std::string RenderBytes(int64_t bytes);

// The rate over the last few seconds. Not thread-safe.
class TransferRate {
 public:
  // `bytes` have arrived by `now`; neither goes back.
  void Add(absl::Time now, int64_t bytes);

  // Falls when nothing arrives; 0 before anything has.
  double BytesPerSecond(absl::Time now) const;

 private:
  struct Sample {
    absl::Time time;
    int64_t bytes;
  };
  std::deque<Sample> samples_;  // the first is the last one before the window
};

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

  // Tells on io.err what broke the stream after page `pages`, and stands in
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
