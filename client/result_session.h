#ifndef GCJOBS_CLIENT_RESULT_SESSION_H_
#define GCJOBS_CLIENT_RESULT_SESSION_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/job_client.h"
#include "client/stream_retry.h"

namespace gcjobs {

// Told what happens while results are read, on the thread that reads.
class ResultObserver {
 public:
  virtual ~ResultObserver() = default;

  // The next page; its items may be taken away. An error ends the reading.
  virtual absl::Status OnPage(v1::ResultPage* page) = 0;

  // The stream broke; it will be resumed after page `pages`. Once an outage.
  virtual void OnConnectionLost(const absl::Status& why, int64_t pages) = 0;

  // The server is there again. More than once an outage when it goes again
  // before a page came.
  virtual void OnConnectionRestored() = 0;
};

// Reads a job's result pages, each once and none left out, over as many
// streams as it takes: after a break it goes on from the last page's cursor,
// with jittered backoff. Pages out of their order are an error (DATA_LOSS).
//
// For one thread and one reading. An interrupt ends it with CANCELLED.
class ResultSession {
 public:
  struct Options {
    // How long one outage may last before the reading gives up with the error
    // that the last try met.
    absl::Duration reconnect_for = absl::Minutes(10);
    // Items a page; 0 = as submitted.
    int page_size = 0;
  };

  // Where a reading stands.
  struct Position {
    std::string cursor;  // go on after the page that gave it; empty = at the start
    int64_t pages = 0;   // that page's number; 0 with a cursor = not known
  };

  // All must outlive the session.
  ResultSession(JobClient* client, const CliIo* io, ResultObserver* observer, Options options);

  // Until the last page was passed on.
  absl::Status Read(const std::string& job_id, Position from);

  const Position& position() const { return position_; }

  // Whether the error is one that a later try may not meet: the way to the
  // server, or what the server itself says is worth a retry.
  static bool MayPass(const absl::Status& status);

 private:
  absl::Status ReadStream(const std::string& job_id);
  absl::Status Deliver(v1::ResultPage* page);
  absl::Status CheckPage(const v1::ResultPage& page) const;

  JobClient& client_;
  const CliIo& io_;
  ResultObserver& observer_;
  const Options options_;

  StreamRetry retry_;
  Position position_;
  bool was_last_ = false;
  bool failed_here_ = false;  // by the observer or a page that is wrong
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_RESULT_SESSION_H_
