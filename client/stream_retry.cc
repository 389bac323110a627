#include "client/stream_retry.h"

#include <algorithm>

#include "common/backoff_policy.h"
#include "common/error_info.h"

namespace gcjobs {
namespace {

constexpr BackoffPolicy kResumeBackoff = {absl::Milliseconds(100), absl::Seconds(5), 2.0};
// A stream that lasted so long was a good one, even if nothing happened.
constexpr absl::Duration kStableStream = absl::Seconds(10);
// Tries to reach a server that was never reached.
constexpr int kFirstTries = 3;

}  // namespace

StreamRetry::StreamRetry(const CliIo* io, absl::Duration give_up_after)
    : io_(*io), give_up_after_(give_up_after) {}

void StreamRetry::OnTry(bool connected) {
  was_connected_ = was_connected_ || connected;
  try_start_ = io_.clock->MonotonicNow();
}

void StreamRetry::OnProgress() {
  failures_ = 0;
  was_connected_ = true;
  outage_start_.reset();
}

bool StreamRetry::BackOff(const absl::Status& status, absl::FunctionRef<void()> on_outage) {
  const absl::Time now = io_.clock->MonotonicNow();
  if (now - try_start_ >= kStableStream) OnProgress();
  ++failures_;
  if (!was_connected_ && absl::IsUnavailable(status) && failures_ >= kFirstTries) return false;
  if (!outage_start_.has_value()) {
    outage_start_ = now;
    if (was_connected_) on_outage();
  }
  const absl::Duration delay = std::max(kResumeBackoff.Delay(failures_, random_),
                                        GetRetryDelay(status).value_or(absl::ZeroDuration()));
  if (now + delay - *outage_start_ > give_up_after_) return false;
  return io_.sleep(delay);
}

}  // namespace gcjobs
