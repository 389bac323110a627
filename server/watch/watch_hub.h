#ifndef GCJOBS_SERVER_WATCH_WATCH_HUB_H_
#define GCJOBS_SERVER_WATCH_WATCH_HUB_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/metrics.h"
#include "common/mutex.h"
#include "common/thread.h"
#include "server/store/store.h"
#include "server/watch/event_log.h"

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

  // About once a second: time for a bookmark, or to give up on a stalled
  // reader?
  virtual void Tick(Revision quiet_through) = 0;

  // End soon, with a bookmark.
  virtual void Drain(Revision quiet_through) = 0;
};

// UNAVAILABLE/SERVER_DRAINING with RetryInfo: how the hub refuses streams, and
// how streams end, once it drains.
absl::Status WatchDrainingError();

// Knows all watch streams and wakes those that an event can concern: a job's
// watchers when the job has news, watchers of all jobs on any news. The cost of
// an event does not depend on how many streams watch other jobs.
//
// Waking an idle stream writes to its socket, which is why neither the store's
// writer nor the loop does it, but a thread of the hub's own: `gcj-fanout`.
//
// A stream parks when it has sent everything there is; a parked stream costs
// nothing until an event comes for it. Thread-safe.
class WatchHub {
 public:
  // Who fans out: the hub's thread, or a test, by the TestOnly methods.
  enum class FanOut { kByThread, kTestOnlyByHand };

  struct Options {
    FanOut fan_out = FanOut::kByThread;

    // Streams open at once; more are refused. A stream costs about 20 KiB.
    size_t max_streams = 10000;

    // How often streams are ticked: the precision of bookmarks and stall limits.
    absl::Duration tick_interval = absl::Seconds(1);

    Metrics* metrics = nullptr;  // may be null; else outlives the hub

    // Told when a job gets its first watcher (true) or loses its last (false).
    // May be null. Runs with the hub's lock held, so that calls come in order:
    // it must only hand on, such as by EventLoop::Post.
    std::function<void(absl::string_view job_id, bool watched)> on_watched;
  };

  // `log` and `clock` outlive the hub.
  WatchHub(EventLog* log, const Clock* clock, Options options);
  // REQUIRES: no stream is left.
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  const Clock& clock() const { return clock_; }
  const EventLog& log() const { return log_; }

  // Takes committed events: appends them to the log and returns; the fan-out
  // thread does the rest. For the store's listener.
  void Publish(const std::vector<EventPtr>& events) ABSL_LOCKS_EXCLUDED(mu_);

  // Takes a stream in, not parked, until Remove. UNAVAILABLE/SERVER_DRAINING,
  // RESOURCE_EXHAUSTED/TOO_MANY_WATCHES.
  absl::Status Add(std::shared_ptr<WatchStream> stream) ABSL_LOCKS_EXCLUDED(mu_);
  // Harmless when it was not taken in.
  void Remove(const WatchStream* stream) ABSL_LOCKS_EXCLUDED(mu_);

  // Puts a stream to sleep that has sent everything that concerns it up to
  // `sent_through`. False: there was news meanwhile, read again. Parking a
  // parked stream moves it on.
  bool Park(const WatchStream* stream, Revision sent_through) ABSL_LOCKS_EXCLUDED(mu_);

  // Refuses new streams and drains those that are open; returns before they
  // have ended. Idempotent.
  void Drain() ABSL_LOCKS_EXCLUDED(mu_);

  // Open streams, and those of them that are parked.
  size_t stream_count() const ABSL_LOCKS_EXCLUDED(mu_);
  size_t parked_count() const ABSL_LOCKS_EXCLUDED(mu_);

  // The fan-out thread's two steps, on the caller's. REQUIRES: kTestOnlyByHand.
  void TestOnlyFanOut() ABSL_LOCKS_EXCLUDED(mu_) { FanOutNews(); }
  void TestOnlyTick() ABSL_LOCKS_EXCLUDED(mu_) { TickAll(); }

 private:
  struct Entry {
    std::shared_ptr<WatchStream> stream;
    std::optional<Revision> parked_at;  // sent_through of Park; unset: awake
  };
  using Streams = absl::flat_hash_set<const WatchStream*>;

  // A stream to call once the lock is released, and its quiet_through.
  struct Call {
    std::shared_ptr<WatchStream> stream;
    Revision quiet_through = 0;
  };

  // The thread.
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  void FanOutNews() ABSL_LOCKS_EXCLUDED(mu_);
  void TickAll() ABSL_LOCKS_EXCLUDED(mu_);
  bool TakeNews(std::vector<Call>* woken) ABSL_LOCKS_EXCLUDED(mu_);

  void UnparkWatchersLocked(const std::string& job_id, Revision news, std::vector<Call>* woken)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void UnparkLocked(Entry* entry, Revision news, Revision quiet_through, std::vector<Call>* woken)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::vector<Call> AllStreamsLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ShowCountLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  EventLog& log_;
  const Clock& clock_;
  const Options options_;

  // Lock order: a stream's own lock, then this, then EventLog's.
  mutable Mutex mu_;
  absl::flat_hash_map<const WatchStream*, Entry> streams_ ABSL_GUARDED_BY(mu_);
  // Streams by the job they watch; the empty id holds those of all jobs.
  absl::flat_hash_map<std::string, Streams> by_job_ ABSL_GUARDED_BY(mu_);
  Revision fanned_out_ ABSL_GUARDED_BY(mu_);  // whom events up to it concern is awake
  bool has_news_ ABSL_GUARDED_BY(mu_) = false;
  bool is_draining_ ABSL_GUARDED_BY(mu_) = false;
  bool must_stop_ ABSL_GUARDED_BY(mu_) = false;

  std::unique_ptr<Thread> thread_;  // last: uses all of the above
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_WATCH_HUB_H_
