#ifndef GCJOBS_SERVER_WATCH_WATCH_PAGE_H_
#define GCJOBS_SERVER_WATCH_WATCH_PAGE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/store.h"
#include "server/watch/event_filter.h"
#include "server/watch/event_log.h"
#include "server/watch/logged_event.h"

namespace gcjobs {

// Where streams read; both outlive them.
struct WatchSource {
  const EventLog* log;
  const Store* store;
};

// What one bounded read of the store found for a stream.
struct WatchPage {
  std::vector<LoggedEventPtr> events;
  // Nothing up to here that concerns the stream was left out.
  Revision through = 0;
  // Nothing follows: the job is over (ReadJobPage), the snapshot is complete
  // (ReadSnapshotPage). `events` is then empty.
  bool last = false;
  // ReadSnapshotPage: the last job listed; the next page begins after it.
  std::optional<JobQuery::Position> place;
};

// The reads below block on disk: for a ReadPool. Thread-safe, all arguments are
// the caller's own.

// Whether a stream may start after a revision: INVALID_ARGUMENT/
// REVISION_IN_FUTURE when the store has not come that far.
absl::Status CheckNotInFuture(const WatchSource& source, Revision after);

// One job's events after `after`. `last` when the job is terminal or deleted
// and has none. NOT_FOUND/JOB_NOT_FOUND when there is no trace of it.
absl::StatusOr<WatchPage> ReadJobPage(const WatchSource& source, const std::string& job_id,
                                      Revision after, Store::ReadLimit limit);

// The events after `after` that match. OUT_OF_RANGE/REVISION_COMPACTED when
// some were trimmed.
absl::StatusOr<WatchPage> ReadEventsPage(const WatchSource& source, const EventFilter& filter,
                                         Revision after, Store::ReadLimit limit);

// SNAPSHOT events of the jobs that match, in order of their revisions, which
// are at most `at`. Jobs that change between two pages are missing from the
// later ones, and the events after `at` tell of them: hence no transaction is
// held, and no revision comes twice.
absl::StatusOr<WatchPage> ReadSnapshotPage(const WatchSource& source, const EventFilter& filter,
                                           Revision at,
                                           const std::optional<JobQuery::Position>& after,
                                           Store::ReadLimit limit);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_WATCH_PAGE_H_
