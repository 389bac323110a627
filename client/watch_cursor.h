#ifndef GCJOBS_CLIENT_WATCH_CURSOR_H_
#define GCJOBS_CLIENT_WATCH_CURSOR_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// Where a watcher stands: from which revision it resumes, what it has seen
// before and whether an event is missing. Pure bookkeeping; not thread-safe.
class WatchCursor {
 public:
  enum class Scope {
    kOneJob,      // all events of one job
    kAllEvents,   // of jobs chosen by what never changes: all their events
    kSomeEvents,  // chosen by state: jobs come and go, sequences have gaps
  };
  enum class Verdict { kNew, kSeen };

  // `after`: the revision to start from; 0 = with history or snapshots.
  WatchCursor(Scope scope, int64_t after);

  // What to do with an event that a stream delivered; takes note of it.
  // DATA_LOSS when the job's sequence proves that an event is missing, which
  // the server promises never to let happen.
  absl::StatusOr<Verdict> Accept(const v1::JobEvent& event);

  // What to ask for next, as `after_revision`.
  int64_t resume_revision() const { return resume_; }

  // The newest revision seen, also within snapshots that are not complete.
  int64_t last_revision() const { return last_; }

  // The events after resume_revision() are gone from the server: snapshots
  // come next. What was seen before stays seen.
  void StartOver();

 private:
  Verdict AcceptBookmark(const v1::JobEvent& event);
  Verdict AcceptSnapshot(const v1::JobEvent& event);
  absl::StatusOr<Verdict> AcceptChange(const v1::JobEvent& event);
  absl::Status CheckSequence(const v1::JobEvent& event) const;
  void RememberSequence(const v1::JobEvent& event);

  Scope scope_;
  int64_t resume_;
  int64_t last_;
  bool in_snapshots_;
  // Snapshots of jobs that have not changed since this revision are known.
  int64_t known_until_ = 0;
  // Job id -> revision, while snapshots arrive: when the stream breaks they
  // are asked for again, in whatever order.
  absl::flat_hash_map<std::string, int64_t> snapshots_;
  // Job id -> last sequence, for jobs that are not terminal.
  absl::flat_hash_map<std::string, int64_t> sequences_;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_WATCH_CURSOR_H_
