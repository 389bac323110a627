#ifndef GCJOBS_SERVER_WATCH_EVENT_LOG_H_
#define GCJOBS_SERVER_WATCH_EVENT_LOG_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"
#include "server/store/store.h"
#include "server/watch/logged_event.h"

namespace gcjobs {

// The newest committed events, in memory: what nearly every stream reads, so
// that the store is asked only by those that come from further back. Revisions
// may have gaps; places are found by search. Thread-safe.
class EventLog {
 public:
  struct Options {
    // The log ends at whichever bound comes first. Raising them costs memory
    // and lets streams lag, or clients stay away, longer before the store is
    // asked.
    size_t max_events = 20000;
    size_t max_bytes = 64 << 20;
  };

  // `base` is the store's head: events up to it are in the store alone.
  // REQUIRES: every later event is given to Append.
  EventLog(Options options, Revision base);

  // Adds committed events, in order of revision. For the store's listener: one
  // caller at a time. Serialises on the calling thread, with no lock held.
  void Append(const std::vector<EventPtr>& events) ABSL_LOCKS_EXCLUDED(mu_);

  // The last revision known here; the store may be ahead for a moment.
  Revision head() const ABSL_LOCKS_EXCLUDED(mu_);

  // Events after `after`, within `limit`, but at least one when there is one.
  // `through` is the revision up to which none was left out: the last event's,
  // or the head (if that is past `after`) when there are none. nullopt: some
  // of them are in the store alone.
  struct Batch {
    std::vector<LoggedEventPtr> events;
    Revision through = 0;
  };
  std::optional<Batch> Read(Revision after, Store::ReadLimit limit) const ABSL_LOCKS_EXCLUDED(mu_);

  // The next event of one job; the cost does not depend on other jobs.
  struct JobRead {
    LoggedEventPtr next;    // the job's first after `after`, or null
    LoggedEventPtr last;    // the job's newest, or null when the log has none
    bool complete = false;  // false: events before `next` may be in the store alone
    Revision head = 0;
  };
  JobRead ReadJob(absl::string_view job_id, Revision after) const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // A job has few events; erasing the first of a short vector is cheap.
  using JobEvents = std::vector<LoggedEventPtr>;

  void AddLocked(LoggedEventPtr event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  LoggedEventPtr DropOldestLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool OverfullLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  mutable Mutex mu_;  // leaf
  std::deque<LoggedEventPtr> events_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, JobEvents> by_job_ ABSL_GUARDED_BY(mu_);
  size_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
  Revision base_ ABSL_GUARDED_BY(mu_);  // all events after it are here
  Revision head_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_EVENT_LOG_H_
