#ifndef GCJOBS_SERVER_RPC_RESULTS_RESULT_STREAMS_H_
#define GCJOBS_SERVER_RPC_RESULTS_RESULT_STREAMS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/metrics.h"
#include "common/mutex.h"

namespace gcjobs {

class ResultsReactor;

// Knows the open result streams: bounds their number and drains them.
// Thread-safe.
class ResultStreams {
 public:
  // `metrics` may be null; else it outlives this.
  ResultStreams(size_t max_streams, Metrics* metrics)
      : max_streams_(max_streams), metrics_(metrics) {}

  // Takes a stream in until Remove. UNAVAILABLE/SERVER_DRAINING,
  // RESOURCE_EXHAUSTED/TOO_MANY_RESULT_STREAMS.
  absl::Status Add(const std::shared_ptr<ResultsReactor>& stream) ABSL_LOCKS_EXCLUDED(mu_);
  // Harmless when it was not taken in.
  void Remove(const ResultsReactor* stream) ABSL_LOCKS_EXCLUDED(mu_);

  // Refuses new streams and drains those that are open; returns before they
  // have ended. Idempotent.
  void Drain() ABSL_LOCKS_EXCLUDED(mu_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void ShowCountLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const size_t max_streams_;
  Metrics* const metrics_;
  mutable Mutex mu_;  // leaf
  absl::flat_hash_map<const ResultsReactor*, std::shared_ptr<ResultsReactor>> streams_
      ABSL_GUARDED_BY(mu_);
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RESULTS_RESULT_STREAMS_H_
