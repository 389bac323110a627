#include "tests/simulator/token_store.h"

#include "absl/strings/str_format.h"

namespace gcjobs::sim {

std::string TokenStore::Issue(absl::string_view client_id) {
  MutexLock lock(&mu_);
  // Random, not from --seed: a restarted simulator must not know old tokens.
  std::string token = absl::StrFormat("sim-%016x%016x", absl::Uniform<uint64_t>(random_),
                                      absl::Uniform<uint64_t>(random_));
  tokens_[token] = {std::string(client_id), clock_->MonotonicNow() + lifetime_};
  ++issued_;
  return token;
}

TokenStore::Check TokenStore::Look(absl::string_view token) const {
  MutexLock lock(&mu_);
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return {};
  const absl::Duration remaining = found->second.expires - clock_->MonotonicNow();
  const Verdict verdict = remaining > absl::ZeroDuration() ? Verdict::kValid : Verdict::kExpired;
  return {verdict, found->second.client_id, remaining};
}

void TokenStore::Revoke(absl::string_view token) {
  MutexLock lock(&mu_);
  tokens_.erase(token);
}

int TokenStore::RevokeAll() {
  MutexLock lock(&mu_);
  const int revoked = static_cast<int>(tokens_.size());
  tokens_.clear();
  return revoked;
}

int TokenStore::issued() const {
  MutexLock lock(&mu_);
  return issued_;
}

}  // namespace gcjobs::sim
