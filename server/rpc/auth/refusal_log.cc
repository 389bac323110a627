#include "server/rpc/auth/refusal_log.h"

#include <utility>

#include "common/log.h"

namespace gcjobs {
namespace {

constexpr absl::Duration kLineInterval = absl::Seconds(1);

}  // namespace

void RefusalLog::Add(absl::string_view peer, const absl::Status& error) {
  metrics_->CallsRefused().Increment();
  int64_t unlogged = 0;
  {
    MutexLock lock(&mu_);
    const absl::Time now = clock_->MonotonicNow();
    if (now < next_line_) {
      ++unlogged_;
      return;
    }
    next_line_ = now + kLineInterval;
    unlogged = std::exchange(unlogged_, 0);
  }
  Log(LogLevel::kWarning, "call_refused",
      {{"peer", peer}, {"error", error}, {"others_since_last_line", unlogged}});
}

}  // namespace gcjobs
