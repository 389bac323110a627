#ifndef GCJOBS_SERVER_WATCH_EVENT_LOG_H_
#define GCJOBS_SERVER_WATCH_EVENT_LOG_H_

#include <grpcpp/support/slice.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"
#include "gcjobs/v1/job.pb.h"
#include "server/store/store.h"

namespace gcjobs {

// An event as it goes on the wire, serialised once however many streams send
// it, and beside it the little that decides who gets it. The job's result and
// error are in the bytes alone. Immutable, hence thread-safe.
//
// The bytes are a grpc::Slice, although this folder lies below the RPCs: it is
// the one form that any number of streams can send without a copy.
class LoggedEvent {
 public:
  explicit LoggedEvent(const v1::JobEvent& event);

  v1::EventType type() const { return type_; }
  v1::JobState previous_state() const { return previous_state_; }
  Revision revision() const { return revision_; }
  int64_t sequence() const { return sequence_; }
  const std::string& job_id() const { return key_.id(); }

  // The job's id and the fields that a JobFilter can ask for; no others are set.
  const v1::Job& key() const { return key_; }
  // The same as it was before the event, if the event changed the labels.
  const std::optional<v1::Job>& previous_key() const { return previous_key_; }

  // Whether no transition of the job follows: it became terminal, or was
  // deleted.
  bool ends_job() const;

  // Serialised: the JobEvent, and a WatchJobsResponse that holds it alone with
  // its revision. Both share the same bytes. Several responses end to end are
  // the serialisation of one response that has the events of all and the
  // revision of the last: repeated fields append, scalars take the last value
  // (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
  grpc::Slice message() const;
  const grpc::Slice& response() const { return response_; }

  // About what it costs in memory.
  size_t bytes() const { return bytes_; }

 private:
  const v1::EventType type_;
  const v1::JobState previous_state_;
  const Revision revision_;
  const int64_t sequence_;
  const v1::Job key_;
  const std::optional<v1::Job> previous_key_;
  grpc::Slice response_;
  size_t message_begin_ = 0;  // the JobEvent's place in response_
  size_t message_end_ = 0;
  size_t bytes_ = 0;
};

using LoggedEventPtr = std::shared_ptr<const LoggedEvent>;

// A BOOKMARK: everything up to `revision` that concerns the stream was sent.
LoggedEvent MakeBookmark(Revision revision);

// The newest committed events, in memory: what nearly every stream reads, so
// that the store is asked only by those that come from further back. Revisions
// may have gaps; places are found by binary search. Thread-safe.
class EventLog {
 public:
  struct Options {
    // The log ends at whichever bound comes first. Raising them costs memory
    // and lets streams lag, or clients stay away, longer before the store is
    // asked.
    size_t max_events = 20000;
    size_t max_bytes = 64 << 20;
  };

  // `base` is the store's head: events up to it are in the store alone.
  // REQUIRES: every later event is given to Append.
  EventLog(Options options, Revision base);

  // Adds committed events, in order of revision. For the store's listener: one
  // caller at a time. Serialises on the calling thread, with no lock held.
  void Append(const std::vector<EventPtr>& events) ABSL_LOCKS_EXCLUDED(mu_);

  // The last revision known here; the store may be ahead for a moment.
  Revision head() const ABSL_LOCKS_EXCLUDED(mu_);

  // Events after `after`, within `limit`, but at least one if there is one.
  // `through` is the revision up to which none was left out: the last event's,
  // or the head (if that is past `after`) when there are none. nullopt: some
  // of them are in the store alone.
  struct Batch {
    std::vector<LoggedEventPtr> events;
    Revision through = 0;
    bool is_last = true;  // the log had no event after these
  };
  std::optional<Batch> Read(Revision after, ReadLimit limit) const ABSL_LOCKS_EXCLUDED(mu_);

  // The next event of one job; the cost does not depend on other jobs.
  struct JobRead {
    LoggedEventPtr next;    // the job's first after `after`, or null
    LoggedEventPtr last;    // the job's newest, or null when the log has none
    bool complete = false;  // false: events before `next` may be in the store alone
    Revision head = 0;
  };
  JobRead ReadJob(absl::string_view job_id, Revision after) const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // A job has few events; erasing the first of a short vector is cheap.
  using JobEvents = std::vector<LoggedEventPtr>;

  void AddLocked(LoggedEventPtr event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  LoggedEventPtr DropOldestLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsOverfullLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  mutable Mutex mu_;  // leaf
  std::deque<LoggedEventPtr> events_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, JobEvents> by_job_ ABSL_GUARDED_BY(mu_);
  size_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
  Revision base_ ABSL_GUARDED_BY(mu_);  // all events after it are here
  Revision head_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_EVENT_LOG_H_
