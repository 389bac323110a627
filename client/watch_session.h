#ifndef GCJOBS_CLIENT_WATCH_SESSION_H_
#define GCJOBS_CLIENT_WATCH_SESSION_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/rpc_client.h"
#include "gcjobs/v1/job_service.pb.h"

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

  // The server is back. More than once an outage when it goes away again before
  // an event came.
  virtual void OnConnectionRestored() = 0;

  // Events after `revision` are gone; the present state comes instead.
  virtual void OnCompacted(int64_t revision) = 0;
};

// One watch that outlives its streams (ResumableStream): it resumes after the
// last revision that it saw. Each event is passed on once; a missing one is an
// error (WatchCursor).
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
  WatchSession(RpcClient* client, const CliIo* io, WatchObserver* observer, Options options)
      : client_(*client), io_(*io), observer_(*observer), options_(options) {}

  // Until the job ends; returns it as it then is. `after` 0 = its whole history.
  // When the observer ends the watch: the job as last seen.
  absl::StatusOr<v1::Job> WatchJob(const std::string& job_id, int64_t after);

  // Until the observer ends it (OK) or an error does.
  absl::Status WatchJobs(const v1::JobFilter& filter, int64_t after);

  // For a later watch to go on from; 0 = from the start.
  int64_t resume_revision() const { return resume_revision_; }

 private:
  RpcClient& client_;
  const CliIo& io_;
  WatchObserver& observer_;
  const Options options_;
  int64_t resume_revision_ = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_WATCH_SESSION_H_
