#include "tests/simulator/rate_limiter.h"

namespace gcjobs::sim {

RateLimiter::Verdict RateLimiter::Take(absl::string_view token) {
  MutexLock lock(&mu_);
  Verdict verdict;
  verdict.limit = limit_;
  if (limit_ == 0) return verdict;  // and nothing is remembered, however many come
  const absl::Time now = clock_->MonotonicNow();
  Window& window = windows_[token];
  DropOld(now, &window);
  verdict.allowed = window.size() < static_cast<size_t>(limit_);
  if (verdict.allowed) {
    window.push_back(now);
  } else {
    ++refused_;
  }
  verdict.count = static_cast<int>(window.size());
  verdict.reset = window.empty() ? kWindow : window.front() + kWindow - now;
  return verdict;
}

void RateLimiter::DropOld(absl::Time now, Window* window) const {
  if (window_ == RateWindow::kFixed) {
    if (!window->empty() && now - window->front() >= kWindow) window->clear();
    return;
  }
  while (!window->empty() && now - window->front() >= kWindow) window->pop_front();
}

void RateLimiter::SetLimit(int limit) {
  MutexLock lock(&mu_);
  limit_ = limit;
}

int RateLimiter::refused() const {
  MutexLock lock(&mu_);
  return refused_;
}

}  // namespace gcjobs::sim
