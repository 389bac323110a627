#ifndef GCJOBS_CLIENT_DOWNLOAD_CHECKPOINTER_H_
#define GCJOBS_CLIENT_DOWNLOAD_CHECKPOINTER_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "client/download/download_state.h"
#include "client/download/part_file.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "common/thread.h"

namespace gcjobs {

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

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_CHECKPOINTER_H_
