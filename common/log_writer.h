#ifndef GCJOBS_COMMON_LOG_WRITER_H_
#define GCJOBS_COMMON_LOG_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "common/thread.h"

namespace gcjobs {

// Writes lines to a file descriptor on a thread of its own, `gcj-log`: whoever
// has something to say never waits for whoever reads it, be it a full pipe or a
// disk that stalls. Thread-safe.
class LogWriter {
 public:
  struct Options {
    // Lines that wait, together. When there are more, the oldest go: what happens
    // now says more than what happened when the reader stopped.
    size_t max_bytes = 1 << 20;
    // The line, with its end, that stands where so many lines are missing.
    std::function<std::string(uint64_t lines)> describe_gap;
  };

  // `fd` stays open, and stays the caller's.
  LogWriter(int fd, Options options);
  // Writes what can be written without waiting; the rest is lost.
  ~LogWriter() ABSL_LOCKS_EXCLUDED(mu_);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Takes a line, with its end. Never waits.
  void Write(std::string line) ABSL_LOCKS_EXCLUDED(mu_);

  // Waits until all lines so far have been written; false if `at_most` passes
  // first.
  bool Flush(absl::Duration at_most) ABSL_LOCKS_EXCLUDED(mu_);

  // Lines that were lost: dropped for lack of room, or refused by the descriptor.
  uint64_t dropped() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Batch {
    std::string text;
    uint64_t lines = 0;
  };

  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  // Waits for lines; nothing when the writer stops and none is left.
  std::optional<Batch> TakeBatch() ABSL_LOCKS_EXCLUDED(mu_);
  bool WriteAll(const std::string& text) ABSL_LOCKS_EXCLUDED(mu_);
  bool AwaitReader() ABSL_LOCKS_EXCLUDED(mu_);
  bool IsStopping() const ABSL_LOCKS_EXCLUDED(mu_);
  void DropLocked(uint64_t lines) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  bool MustHurryLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool HasWorkLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || !lines_.empty();
  }
  bool IsIdleLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return lines_.empty() && !writing_;
  }

  const int fd_;
  const Options options_;

  mutable Mutex mu_;
  std::deque<std::string> lines_ ABSL_GUARDED_BY(mu_);
  size_t bytes_ ABSL_GUARDED_BY(mu_) = 0;  // of lines_
  uint64_t dropped_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t gap_ ABSL_GUARDED_BY(mu_) = 0;  // dropped, and no line says so yet
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  int flushing_ ABSL_GUARDED_BY(mu_) = 0;  // calls of Flush that wait
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;

  const Thread thread_;  // last: uses all of the above
};

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_LOG_WRITER_H_
