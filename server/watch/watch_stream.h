#ifndef GCJOBS_SERVER_WATCH_WATCH_STREAM_H_
#define GCJOBS_SERVER_WATCH_WATCH_STREAM_H_

#include <string>

#include "server/store/write.h"

namespace gcjobs {

// One watch stream, as the hub sees it. Thread-safe; the hub calls it with no
// lock held, from the fan-out thread (Drain: from the thread that drains).
//
// `quiet_through`: since the stream parked, no event up to this revision
// concerned it; 0 = nothing is known.
class WatchStream {
 public:
  virtual ~WatchStream() = default;

  // The job watched; empty = all jobs. Constant.
  virtual const std::string& job_id() const = 0;

  // There may be something to send. The stream is no longer parked.
  virtual void Wake(Revision quiet_through) = 0;

  // About once a second: time for a bookmark, or to give up a stalled reader?
  virtual void Tick(Revision quiet_through) = 0;

  // End soon, with a bookmark.
  virtual void Drain(Revision quiet_through) = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_WATCH_STREAM_H_
