#ifndef GCJOBS_SERVER_WATCH_JOB_CURSOR_H_
#define GCJOBS_SERVER_WATCH_JOB_CURSOR_H_

#include <deque>
#include <string>
#include <vector>

#include "server/watch/watch_cursor.h"

namespace gcjobs {

// WatchJob: the events of one job, one a message, and an end with OK after the
// event that makes the job terminal or tells of its deletion. Ends with
// NOT_FOUND/JOB_NOT_FOUND when there is no trace of the job.
class JobCursor final : public WatchCursor {
 public:
  // Events after `after`; 0 = the job's whole history.
  JobCursor(const EventLog* log, std::string job_id, Revision after);

  Step Next() override;
  Read NextRead() const override;
  void Accept(absl::StatusOr<WatchPage> page) override;
  Revision position() const override { return position_; }
  void Skip(Revision through) override;
  bool CanBookmark() const override { return is_known_ && !has_ended_; }
  std::vector<grpc::Slice> Bookmark() const override;
  bool at_end() const override { return has_ended_ && end_.ok(); }

 private:
  Step Send(const LoggedEvent& event);
  void End(absl::Status status);

  const EventLog* const log_;
  const std::string job_id_;
  Revision position_;
  bool is_known_ = false;  // the job exists, and the first position was not in the future
  bool has_ended_ = false;
  absl::Status end_;                    // what Next() ends with, once has_ended_
  std::deque<LoggedEventPtr> backlog_;  // read from the store, not yet sent
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_JOB_CURSOR_H_
