#include "client/resumable_stream.h"

#include <algorithm>

#include "client/cli_error.h"
#include "common/backoff_policy.h"
#include "common/error_info.h"

namespace gcjobs {
namespace {

constexpr BackoffPolicy kResumeBackoff = {absl::Milliseconds(100), absl::Seconds(5), 2.0};
// A stream that lasted this long was a good one, even if nothing happened.
constexpr absl::Duration kStableStream = absl::Seconds(10);
// Tries to reach a server that was never reached.
constexpr int kFirstTries = 3;

}  // namespace

bool ResumableStream::MayPass(const absl::Status& status) {
  if (GetRetryDelay(status).has_value()) return true;
  // With an ErrorInfo it is the server's answer to the request.
  if (GetErrorInfo(status).has_value()) return IsUnreachable(status);
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:       // gone, draining, restarting
    case absl::StatusCode::kCancelled:         // by the server: we read too slowly
    case absl::StatusCode::kInternal:          // a stream reset
    case absl::StatusCode::kUnknown:           // a reset as some proxies report it
    case absl::StatusCode::kDeadlineExceeded:  // a proxy's limit
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

void ResumableStream::BeginTry(bool connected) {
  was_connected_ = was_connected_ || connected;
  try_start_ = io_.clock->MonotonicNow();
}

void ResumableStream::OnProgress() {
  failures_ = 0;
  was_connected_ = true;
  outage_start_.reset();
}

bool ResumableStream::BeginsOutage() {
  const absl::Time now = io_.clock->MonotonicNow();
  if (now - try_start_ >= kStableStream) OnProgress();
  ++failures_;
  if (outage_start_.has_value()) return false;
  outage_start_ = now;
  return was_connected_;
}

bool ResumableStream::BackOff(const absl::Status& status) {
  if (!was_connected_ && absl::IsUnavailable(status) && failures_ >= kFirstTries) return false;
  const absl::Duration delay = std::max(kResumeBackoff.Delay(failures_, random_),
                                        GetRetryDelay(status).value_or(absl::ZeroDuration()));
  if (io_.clock->MonotonicNow() + delay - *outage_start_ > reconnect_for_) return false;
  return io_.sleep(delay);
}

}  // namespace gcjobs
