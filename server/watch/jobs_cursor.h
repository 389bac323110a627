#ifndef GCJOBS_SERVER_WATCH_JOBS_CURSOR_H_
#define GCJOBS_SERVER_WATCH_JOBS_CURSOR_H_

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "gcjobs/v1/job.pb.h"
#include "server/watch/watch_cursor.h"

namespace gcjobs {

// WatchJobs: the events that match a filter, in batches; never ends by itself.
//
// An event matches when its job does, or when it is the transition by which the
// job leaves the states that the filter asks for, so that a watcher sees it go.
// Ends with OUT_OF_RANGE/REVISION_COMPACTED when events that it had yet to send
// were trimmed from the store.
class JobsCursor final : public WatchCursor {
 public:
  // Events after `after`; 0 = SNAPSHOTs of what matches now, a BOOKMARK, then
  // what follows. `limit` bounds a message.
  JobsCursor(const EventLog* log, const v1::JobFilter& filter, Revision after, ReadLimit limit);

  Step Next() override;
  Read NextRead() const override;
  void Accept(absl::StatusOr<WatchPage> page) override;
  Revision position() const override { return position_; }
  void Skip(Revision through) override;
  bool CanBookmark() const override { return phase_ == Phase::kEvents && is_checked_; }
  std::vector<grpc::Slice> Bookmark() const override;
  bool at_end() const override { return false; }

 private:
  class Filter;

  enum class Phase {
    kSnapshot,      // pages of jobs are being read
    kSnapshotDone,  // its BOOKMARK is to be sent
    kEvents,
    kFailed,
  };

  // On a reader thread.
  static absl::StatusOr<WatchPage> ReadSnapshot(const WatchSource& source, const Filter& filter,
                                                Revision at,
                                                const std::optional<JobQuery::Position>& after,
                                                ReadLimit limit);
  static absl::StatusOr<WatchPage> ReadEvents(const WatchSource& source, const Filter& filter,
                                              Revision after, ReadLimit limit);

  Step SendBacklog();
  void FillBacklog(std::vector<LoggedEventPtr> events, Revision through);

  const EventLog* const log_;
  const std::shared_ptr<const Filter> filter_;
  const ReadLimit limit_;
  const Revision snapshot_at_;  // the snapshot shows jobs up to it, events tell the rest
  std::optional<JobQuery::Position> snapshot_place_;  // the last job listed
  Phase phase_;
  Revision position_;
  bool is_checked_;  // the first position was not in the future
  absl::Status failure_;
  std::deque<LoggedEventPtr> backlog_;  // read, matching, not yet sent
  Revision backlog_through_ = 0;        // position() once the backlog is sent
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_JOBS_CURSOR_H_
