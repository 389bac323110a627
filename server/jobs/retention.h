#ifndef GCJOBS_SERVER_JOBS_RETENTION_H_
#define GCJOBS_SERVER_JOBS_RETENTION_H_

#include <cstddef>

#include "absl/time/time.h"
#include "common/task.h"

#include "server/net/event_loop.h"
#include "server/store/reader_pool.h"
#include "server/store/store.h"

namespace gcjobs {

// Deletes jobs whose retention has ended, and later the events of deleted jobs.
// Both in small portions, so that a sweep never holds up submissions. Loop thread
// only; the reads run on the readers' threads.
class Retention {
 public:
  struct Options {
    // Time between two sweeps.
    absl::Duration interval = absl::Minutes(1);
    // How long a deleted job's events can still be read, so that watchers who
    // were away learn of it. Raising it costs disk.
    absl::Duration event_window = absl::Hours(24);
    // Jobs deleted before others get their turn at the store.
    size_t batch = 200;
  };
  struct Deps {  // all outlive this
    EventLoop* loop = nullptr;
    Store* store = nullptr;
    ReaderPool* readers = nullptr;
  };
  Retention(Options options, Deps deps) : options_(options), deps_(deps) {}

  // Sweeps now and then again and again, as long as this lives.
  void Start() { story_ = Story(SweepForEver()); }

 private:
  Task<> SweepForEver();
  Task<> Sweep();

  const Options options_;
  const Deps deps_;
  Story story_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_RETENTION_H_
