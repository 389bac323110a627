#ifndef GCJOBS_SERVER_RPC_AUTH_REFUSAL_LOG_H_
#define GCJOBS_SERVER_RPC_AUTH_REFUSAL_LOG_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/metrics.h"
#include "common/mutex.h"

namespace gcjobs {

// Tells operators of calls that were refused. Each is counted; the log gets a line
// a second at most, with how many went by without one: whoever tries tokens must
// not be able to push all else out of the log. Thread-safe.
class RefusalLog {
 public:
  // Both outlive this.
  RefusalLog(Metrics* metrics, const Clock* clock) : metrics_(metrics), clock_(clock) {}

  // A call was refused with that error. `peer` is the caller's address; empty: not
  // known.
  void Add(absl::string_view peer, const absl::Status& error) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  Metrics* const metrics_;
  const Clock* const clock_;
  Mutex mu_;                                                          // leaf
  absl::Time next_line_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();  // monotonic
  int64_t unlogged_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_AUTH_REFUSAL_LOG_H_
