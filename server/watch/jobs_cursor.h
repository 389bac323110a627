#ifndef GCJOBS_SERVER_WATCH_JOBS_CURSOR_H_
#define GCJOBS_SERVER_WATCH_JOBS_CURSOR_H_

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "server/watch/watch_cursor.h"

namespace gcjobs {

// WatchJobs: the events that match a filter, in batches; never ends by itself.
class JobsCursor final : public WatchCursor {
 public:
  // Events after `after`; 0 = SNAPSHOTs of what matches now, a BOOKMARK, then
  // what follows. `limit` bounds a message.
  JobsCursor(WatchSource source, const v1::JobFilter& filter, Revision after,
             Store::ReadLimit limit);

  Step Next() override;
  Read NextRead() const override;
  void Accept(absl::StatusOr<WatchPage> page) override;
  Revision position() const override { return position_; }
  void Skip(Revision through) override;
  bool CanBookmark() const override { return phase_ == Phase::kEvents && checked_; }
  std::vector<grpc::Slice> Bookmark() const override;
  bool at_end() const override { return false; }

 private:
  enum class Phase {
    kSnapshot,      // pages of jobs are being read
    kSnapshotDone,  // its BOOKMARK is to be sent
    kEvents,
    kFailed,
  };

  Step NextFromLog();
  Step SendBacklog();
  Read SnapshotRead() const;
  Read EventsRead() const;
  void AcceptSnapshot(WatchPage page);
  void Fill(std::vector<LoggedEventPtr> events, Revision through);
  std::vector<LoggedEventPtr> Filter(std::vector<LoggedEventPtr> events) const;

  const WatchSource source_;
  const std::shared_ptr<const EventFilter> filter_;
  const Store::ReadLimit limit_;
  const Revision snapshot_at_;  // the snapshot shows jobs up to it, events tell the rest
  std::optional<JobQuery::Position> snapshot_place_;  // the last job listed
  Phase phase_;
  Revision position_;
  bool checked_;  // the first position was not in the future
  absl::Status failure_;
  std::deque<LoggedEventPtr> backlog_;  // read, matching, not yet sent
  Revision backlog_through_ = 0;        // position() once the backlog is sent
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_JOBS_CURSOR_H_
