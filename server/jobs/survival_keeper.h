#ifndef GCJOBS_SERVER_JOBS_SURVIVAL_KEEPER_H_
#define GCJOBS_SERVER_JOBS_SURVIVAL_KEEPER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/net/event_loop.h"
#include "server/scheduler/survival_book.h"
#include "server/store/store.h"

namespace gcjobs {

// Keeps in the store what an organisation's polls have taught, so that a restart
// need not learn it anew. What the last minute taught may be lost by a crash: it
// costs a few polls.
//
// Loop thread, or the only thread before the loop runs and after.
class SurvivalKeeper {
 public:
  struct Options {
    // Time between two saves, when something was learned.
    absl::Duration interval = absl::Minutes(1);
    // A large book is saved less often: it is written whole, and commits of jobs
    // wait meanwhile.
    int64_t bytes_per_second = 128 << 10;
  };

  // All must outlive this.
  SurvivalKeeper(Options options, absl::string_view org, SurvivalBook* book, Store* store);

  // Takes up what was saved; may block. What cannot be read is logged and
  // learned anew. REQUIRES: the book has learned nothing yet.
  void Load();

  // Saves from time to time from now on. `loop` must outlive this.
  void Start(EventLoop* loop);

  // Saves now what was learned since the last time. Returns at once.
  void Save();

 private:
  const Options options_;
  const std::string document_;
  SurvivalBook* const book_;
  Store* const store_;
  uint64_t saved_version_ = 0;
  int64_t saved_bytes_ = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_SURVIVAL_KEEPER_H_
