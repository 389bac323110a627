#ifndef GCJOBS_CLIENT_WATCH_SESSION_H_
#define GCJOBS_CLIENT_WATCH_SESSION_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/job_client.h"
#include "client/stream_retry.h"
#include "client/watch_cursor.h"

namespace gcjobs {

// Told what happens on a watch, on the thread that watches.
class WatchObserver {
 public:
  virtual ~WatchObserver() = default;

  // An event that was not shown before, bookmarks included. False ends the
  // watch.
  virtual bool OnEvent(const v1::JobEvent& event) = 0;

  // The stream broke; it will be resumed after `revision`. Once an outage.
  virtual void OnConnectionLost(const absl::Status& why, int64_t revision) = 0;

  // The server is there again. More than once an outage when it goes again
  // before an event came.
  virtual void OnConnectionRestored() = 0;

  // Events after `revision` are gone; the present state comes instead.
  virtual void OnCompacted(int64_t revision) = 0;
};

// One watch that outlives its streams: it resumes after the last revision it
// saw when the connection breaks or the server restarts, with jittered backoff.
// Each event is passed on once; a missing one is an error (WatchCursor).
//
// For one thread and one watch. An interrupt ends it with CANCELLED.
class WatchSession {
 public:
  struct Options {
    // How long one outage may last before the watch gives up with the error
    // that the last try met.
    absl::Duration reconnect_for = absl::Minutes(10);
  };

  // All must outlive the session.
  WatchSession(JobClient* client, const CliIo* io, WatchObserver* observer, Options options);

  // Until the job ends; gives it as it then is. `after` 0 = its whole history.
  // When the observer ends the watch: the job as last seen.
  absl::StatusOr<v1::Job> WatchJob(const std::string& job_id, int64_t after);

  // Until the observer ends it (OK) or an error does.
  absl::Status WatchJobs(const v1::JobFilter& filter, int64_t after);

  // To go on by a later watch; 0 = from the start.
  int64_t resume_revision() const { return cursor_.resume_revision(); }

 private:
  // Opens a stream and reads it to its end. OK = the watch is over.
  using Attempt = absl::FunctionRef<absl::Status()>;

  absl::Status Run(Attempt attempt, Attempt start_over);
  absl::Status StreamJob(const std::string& job_id);
  absl::Status StreamJobs(const v1::JobFilter& filter);
  absl::Status Deliver(const v1::JobEvent& event);
  absl::Status EndOfJobStream(const std::string& job_id);
  absl::Status SnapshotJob(const std::string& job_id);

  bool IsInterrupted() const { return io_.interrupt->IsSet(); }
  bool MayResume(const absl::Status& status) const;

  JobClient& client_;
  const CliIo& io_;
  WatchObserver& observer_;

  StreamRetry retry_;
  WatchCursor cursor_;
  v1::Job job_;                // as last seen
  bool stopped_ = false;       // by the observer
  bool started_over_ = false;  // after a compaction, and no event came since
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_WATCH_SESSION_H_
