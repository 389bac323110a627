#ifndef GCJOBS_SERVER_WATCH_EVENT_FILTER_H_
#define GCJOBS_SERVER_WATCH_EVENT_FILTER_H_

#include "gcjobs/v1/job.pb.h"
#include "server/watch/logged_event.h"

namespace gcjobs {

// Which events a WatchJobs stream gets: those of jobs that match its
// JobFilter, and the transitions by which a job leaves the filter's states, so
// that a watcher sees it go. Immutable, hence thread-safe.
class EventFilter {
 public:
  explicit EventFilter(const v1::JobFilter& filter);

  bool Matches(const LoggedEvent& event) const;

  // As given.
  const v1::JobFilter& filter() const { return filter_; }

 private:
  bool MatchesStates(const LoggedEvent& event) const;

  const v1::JobFilter filter_;
  const bool matches_all_;  // most streams: nothing to look at
  const v1::JobFilter but_for_states_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_EVENT_FILTER_H_
