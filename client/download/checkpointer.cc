#include "client/download/checkpointer.h"

#include <utility>

namespace gcjobs {
namespace {

// What a crash may cost, against what a save costs (some ms of the disk's time).
constexpr absl::Duration kInterval = absl::Seconds(1);
constexpr int64_t kBytes = 128 << 20;

}  // namespace

Checkpointer::Checkpointer(PartFile* file, const Clock* clock)
    : file_(*file),
      clock_(*clock),
      thread_(std::make_unique<Thread>("checkpoints", [this] { Run(); })) {}

Checkpointer::~Checkpointer() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  thread_.reset();
}

absl::Status Checkpointer::Offer(const DownloadState& state) {
  const absl::Time now = clock_.MonotonicNow();
  const bool is_due = now - last_time_ >= kInterval || state.bytes - last_bytes_ >= kBytes;
  MutexLock lock(&mu_);
  // A disk that is slower than we are: it gets the next state when it is ready.
  if (!is_due || !IsIdle() || !status_.ok()) return status_;
  last_time_ = now;
  last_bytes_ = state.bytes;
  pending_ = state;
  return absl::OkStatus();
}

absl::Status Checkpointer::Wait() {
  MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &Checkpointer::IsIdle));
  return status_;
}

void Checkpointer::Run() {
  for (;;) {
    DownloadState state;
    {
      MutexLock lock(&mu_);
      mu_.Await(absl::Condition(this, &Checkpointer::HasWork));
      if (!pending_.has_value()) return;
      state = *std::move(pending_);
      pending_.reset();
      saving_ = true;
    }
    absl::Status status = file_.Save(state);
    MutexLock lock(&mu_);
    saving_ = false;
    status_.Update(std::move(status));
  }
}

}  // namespace gcjobs
