#ifndef GCJOBS_TESTS_SIMULATOR_TOKEN_STORE_H_
#define GCJOBS_TESTS_SIMULATOR_TOKEN_STORE_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace gcjobs::sim {

// The bearer tokens that were given out. They live in real time, whatever the
// simulation's speed, and die with the process. Thread-safe.
class TokenStore {
 public:
  // `clock` outlives the store.
  TokenStore(const Clock* clock, absl::Duration lifetime) : clock_(clock), lifetime_(lifetime) {}

  absl::Duration lifetime() const { return lifetime_; }

  // A new opaque token of this client. Its older ones stay valid.
  std::string Issue(absl::string_view client_id) ABSL_LOCKS_EXCLUDED(mu_);

  enum class Verdict { kValid, kUnknown, kExpired };
  struct Check {
    Verdict verdict = Verdict::kUnknown;
    std::string client_id;  // when it is valid or expired
    absl::Duration remaining;
  };
  Check Look(absl::string_view token) const ABSL_LOCKS_EXCLUDED(mu_);

  void Revoke(absl::string_view token) ABSL_LOCKS_EXCLUDED(mu_);

  // Forgets every token; says how many there were.
  int RevokeAll() ABSL_LOCKS_EXCLUDED(mu_);

  // Tokens given out so far, dead ones included.
  int issued() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Token {
    std::string client_id;
    absl::Time expires;  // monotonic
  };

  const Clock* const clock_;
  const absl::Duration lifetime_;
  mutable Mutex mu_;
  absl::BitGen random_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, Token> tokens_ ABSL_GUARDED_BY(mu_);
  int issued_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_TOKEN_STORE_H_
