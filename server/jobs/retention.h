#ifndef GCJOBS_SERVER_JOBS_RETENTION_H_
#define GCJOBS_SERVER_JOBS_RETENTION_H_

#include <cstddef>

#include "absl/time/time.h"

#include "server/net/event_loop.h"
#include "server/store/read_pool.h"
#include "server/store/store.h"

namespace gcjobs {

// Deletes jobs whose retention has ended, and later the events of deleted
// jobs. Both in small portions, so that a sweep never holds up submissions.
// Loop thread only; the reads run on the readers' threads.
class Retention {
 public:
  struct Options {
    // Time between two sweeps.
    absl::Duration interval = absl::Minutes(1);
    // How long a deleted job's events can still be read, so that watchers who
    // were away learn of it. Raising it costs disk.
    absl::Duration event_window = absl::Hours(24);
    // Jobs deleted in one batch.
    size_t batch = 200;
  };

  // All must outlive this and what it has under way.
  Retention(Options options, EventLoop* loop, Store* store, ReadPool* readers);

  // Sweeps now and then again and again.
  void Start();

  // One sweep; for tests, and for Start.
  void Sweep();

 private:
  void OnExpired(absl::StatusOr<std::vector<Store::ExpiredJob>> expired);
  void DeleteJobs(const std::vector<Store::ExpiredJob>& expired);
  void Trim();

  const Options options_;
  EventLoop* const loop_;
  Store* const store_;
  ReadPool* const readers_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_RETENTION_H_
