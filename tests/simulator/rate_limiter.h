#ifndef GCJOBS_TESTS_SIMULATOR_RATE_LIMITER_H_
#define GCJOBS_TESTS_SIMULATOR_RATE_LIMITER_H_

#include <deque>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace gcjobs::sim {

// kFixed: 60 s from a token's first request, then anew. kSliding: any 60 s.
enum class RateWindow { kFixed, kSliding };

// The platform's limit: so many requests a token in 60 s of real time. Refused
// requests are not counted. Thread-safe.
class RateLimiter {
 public:
  // `limit` 0 is no limit. `clock` outlives the limiter.
  RateLimiter(const Clock* clock, int limit, RateWindow window)
      : clock_(clock), window_(window), limit_(limit) {}

  struct Verdict {
    bool allowed = true;
    int count = 0;         // requests in the window, this one included when allowed
    int limit = 0;         // 0: none
    absl::Duration reset;  // until the window (sliding: its oldest request) has passed
  };
  Verdict Take(absl::string_view token) ABSL_LOCKS_EXCLUDED(mu_);

  // From the next request on, for every token.
  void SetLimit(int limit) ABSL_LOCKS_EXCLUDED(mu_);

  // Requests refused so far.
  int refused() const ABSL_LOCKS_EXCLUDED(mu_);

  static constexpr absl::Duration kWindow = absl::Seconds(60);

 private:
  // Monotonic times of the requests that count. A fixed window is kept as its
  // start and as many entries: windows hold some hundred requests.
  using Window = std::deque<absl::Time>;

  void DropOld(absl::Time now, Window* window) const;

  const Clock* const clock_;
  const RateWindow window_;
  mutable Mutex mu_;
  int limit_ ABSL_GUARDED_BY(mu_);
  int refused_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<std::string, Window> windows_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_RATE_LIMITER_H_
