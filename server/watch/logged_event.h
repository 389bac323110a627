#ifndef GCJOBS_SERVER_WATCH_LOGGED_EVENT_H_
#define GCJOBS_SERVER_WATCH_LOGGED_EVENT_H_

#include <grpcpp/support/slice.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "gcjobs/v1/job.pb.h"
#include "server/store/write.h"

namespace gcjobs {

// An event as it goes on the wire, serialised once however many streams send
// it, and beside it the little that is needed to decide who gets it. The job's
// result and error are in the bytes alone. Immutable, hence thread-safe.
class LoggedEvent {
 public:
  explicit LoggedEvent(const v1::JobEvent& event);

  v1::EventType type() const { return type_; }
  v1::JobState previous_state() const { return previous_state_; }
  Revision revision() const { return revision_; }
  int64_t sequence() const { return sequence_; }
  const std::string& job_id() const { return key_.id(); }

  // The job's fields that a JobFilter looks at, and its id; no others are set.
  const v1::Job& key() const { return key_; }

  // Whether no transition of the job follows: it became terminal, or is gone.
  bool ends_job() const;

  // Serialised: the JobEvent, and a WatchJobsResponse that holds it alone with
  // its revision. Both share the same bytes. Several responses end to end are
  // the serialisation of one response that has the events of all, and the
  // revision of the last: repeated fields append, scalars take the last value
  // (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
  grpc::Slice message() const;
  const grpc::Slice& response() const { return response_; }

  // What it costs in memory, about.
  size_t bytes() const { return bytes_; }

 private:
  const v1::EventType type_;
  const v1::JobState previous_state_;
  const Revision revision_;
  const int64_t sequence_;
  const v1::Job key_;
  grpc::Slice response_;
  size_t message_begin_ = 0;  // the JobEvent's place in response_
  size_t message_end_ = 0;
  size_t bytes_ = 0;
};

using LoggedEventPtr = std::shared_ptr<const LoggedEvent>;

// A BOOKMARK: all up to `revision` that concerns the stream was sent.
LoggedEvent MakeBookmark(Revision revision);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_LOGGED_EVENT_H_
