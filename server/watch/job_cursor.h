#ifndef GCJOBS_SERVER_WATCH_JOB_CURSOR_H_
#define GCJOBS_SERVER_WATCH_JOB_CURSOR_H_

#include <deque>
#include <string>
#include <vector>

#include "server/watch/watch_cursor.h"

namespace gcjobs {

// WatchJob: the events of one job, one a message, and an end with OK after the
// event that makes the job terminal or tells of its deletion.
class JobCursor final : public WatchCursor {
 public:
  // Events after `after`; 0 = the job's whole history.
  JobCursor(WatchSource source, std::string job_id, Revision after);

  Step Next() override;
  Read NextRead() const override;
  void Accept(absl::StatusOr<WatchPage> page) override;
  Revision position() const override { return position_; }
  void Skip(Revision through) override;
  bool CanBookmark() const override { return known_ && !ended_; }
  std::vector<grpc::Slice> Bookmark() const override;
  bool at_end() const override { return ended_ && status_.ok(); }

 private:
  Step Send(const LoggedEvent& event);
  Step End(absl::Status status);
  bool NeedsStore(const EventLog::JobRead& read) const;

  const WatchSource source_;
  const std::string job_id_;
  Revision position_;
  bool known_ = false;  // the job exists, and the first position was not in the future
  bool ended_ = false;
  absl::Status status_;                 // what Next() ends with, once ended_
  std::deque<LoggedEventPtr> backlog_;  // read from the store, not yet sent
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_JOB_CURSOR_H_
