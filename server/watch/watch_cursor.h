#ifndef GCJOBS_SERVER_WATCH_WATCH_CURSOR_H_
#define GCJOBS_SERVER_WATCH_WATCH_CURSOR_H_

#include <grpcpp/support/slice.h>

#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/write.h"
#include "server/watch/watch_page.h"

namespace gcjobs {

// One stream's place in the order of events: decides what it sends next. It
// knows no RPC and no thread, and holds at most one page of events, so that a
// slow watcher costs bounded memory.
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
  };
  using Read = absl::AnyInvocable<absl::StatusOr<WatchPage>()>;

  virtual ~WatchCursor() = default;

  // Moves on. Looks only at what is in memory; never blocks.
  virtual Step Next() = 0;

  // After kRead: the read to run. It borrows nothing from the cursor.
  virtual Read NextRead() const = 0;
  virtual void Accept(absl::StatusOr<WatchPage> page) = 0;

  // All that concerns the stream up to here was handed out by Next().
  virtual Revision position() const = 0;

  // No event from position() to `through` concerns the stream.
  virtual void Skip(Revision through) = 0;

  // Whether a BOOKMARK may be sent now: not before the request was found good,
  // not within a snapshot, whose end a BOOKMARK marks, and not after the end.
  virtual bool CanBookmark() const = 0;
  // A BOOKMARK at position(), as a message.
  virtual std::vector<grpc::Slice> Bookmark() const = 0;

  // Whether all was handed out and Next() can only end the stream with OK.
  virtual bool at_end() const = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_WATCH_CURSOR_H_
