#ifndef GCJOBS_SERVER_WATCH_WATCH_CURSOR_H_
#define GCJOBS_SERVER_WATCH_WATCH_CURSOR_H_

#include <grpcpp/support/slice.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/store.h"
#include "server/watch/event_log.h"

namespace gcjobs {

// Where a cursor's read reads.
struct WatchSource {
  const EventLog* log;  // outlives the cursors
  StoreReader* store;   // of the thread that runs the read
};

// What one bounded read of the store found for a stream.
struct WatchPage {
  std::vector<LoggedEventPtr> events;
  // Nothing up to here that concerns the stream was left out.
  Revision through = 0;
  // Nothing follows: the job is over, or the snapshot is complete. `events` is
  // then empty.
  bool is_last = false;
  // Of a snapshot: the last job listed; the next page begins after it.
  std::optional<JobQuery::Position> place;
};

// One stream's place in the order of events: decides what the stream sends
// next. It knows no RPC and no thread, and holds at most one page of events, so
// that a slow watcher costs bounded memory. JobCursor and JobsCursor are the
// two kinds.
//
// Not thread-safe: its stream's lock guards it.
class WatchCursor {
 public:
  // What the stream has to do.
  enum class Action {
    kSend,  // write `message`
    kRead,  // run NextRead() on a reader thread, hand the page to Accept()
    kWait,  // nothing until an event after position()
    kEnd,   // finish with `status`
  };
  struct Step {
    Action action = Action::kWait;
    std::vector<grpc::Slice> message;  // one serialised response
    absl::Status status;

    static Step Send(std::vector<grpc::Slice> message) {
      return {Action::kSend, std::move(message), {}};
    }
    static Step Read() { return {Action::kRead, {}, {}}; }
    static Step Wait() { return {Action::kWait, {}, {}}; }
    static Step End(absl::Status status) { return {Action::kEnd, {}, std::move(status)}; }
  };
  using Read = absl::AnyInvocable<absl::StatusOr<WatchPage>(StoreReader&)>;

  virtual ~WatchCursor() = default;

  // Moves on. Looks only at what is in memory; never blocks.
  virtual Step Next() = 0;

  // After kRead: the read to run. It blocks on disk, and borrows nothing from
  // the cursor.
  virtual Read NextRead() const = 0;
  virtual void Accept(absl::StatusOr<WatchPage> page) = 0;

  // Everything up to here that concerns the stream was handed out by Next().
  virtual Revision position() const = 0;

  // No event from position() to `through` concerns the stream.
  virtual void Skip(Revision through) = 0;

  // Whether a BOOKMARK may be sent now: not before the request was found good,
  // not within a snapshot, whose end a BOOKMARK marks, and not after the end.
  virtual bool CanBookmark() const = 0;
  // A BOOKMARK at position(), as a message.
  virtual std::vector<grpc::Slice> Bookmark() const = 0;

  // Whether everything was handed out and Next() can only end the stream with
  // OK.
  virtual bool at_end() const = 0;
};

// Whether a stream may start after a revision: INVALID_ARGUMENT/
// REVISION_IN_FUTURE when the store has not come that far. May block on disk.
absl::Status CheckNotInFuture(const WatchSource& source, Revision after);

// Stored events, which are not empty, as a page.
WatchPage MakeWatchPage(const std::vector<EventPtr>& events);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_WATCH_CURSOR_H_
