#ifndef GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_PROGRESS_H_
#define GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_PROGRESS_H_

#include <cstdint>
#include <deque>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "client/progress.h"

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

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_DOWNLOAD_PROGRESS_H_
