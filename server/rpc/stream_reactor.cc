#include "server/rpc/stream_reactor.h"

#include <utility>

#include "common/check.h"
#include "common/grpc_status.h"

namespace gcjobs {
namespace {

class RefusedStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

StreamReactor::StreamReactor(grpc::CallbackServerContext* context, const Clock* clock)
    : clock_(*clock), context_(context), last_write_(clock->MonotonicNow()) {}

void StreamReactor::LiveUntilDone() {
  MutexLock lock(&mu_);
  self_ = shared_from_this();
}

void StreamReactor::OnWriteDone(bool ok) {
  MutexLock lock(&mu_);
  writing_ = false;
  message_.Clear();
  if (!ok) return FinishLocked(absl::CancelledError());
  if (ending_) return FinishLocked(*ending_);
  OnWrittenLocked();
}

// Comes before, after or without the OnWriteDone(false) of a cancelled stream,
// on another thread. Finish is owed nevertheless; its status reaches nobody.
void StreamReactor::OnCancel() {
  MutexLock lock(&mu_);
  FinishLocked(absl::CancelledError());
}

void StreamReactor::OnDone() {
  std::shared_ptr<StreamReactor> self;  // freed after the lock, and last
  {
    MutexLock lock(&mu_);
    done_ = true;
    self = std::move(self_);
  }
  OnOver();
}

void StreamReactor::GreetLocked() {
  GCJOBS_CHECK(IsIdleLocked(), "greeting a stream that writes or is over");
  if (!std::exchange(greeted_, true)) StartSendInitialMetadata();
}

void StreamReactor::WriteLocked(const grpc::ByteBuffer& message) {
  GCJOBS_CHECK(IsIdleLocked(), "writing to a stream that writes or is over");
  message_ = message;
  writing_ = true;
  greeted_ = true;
  last_write_ = clock_.MonotonicNow();
  // Compression would be done again for each stream, by one of the few threads
  // that serve all calls.
  StartWrite(&message_, grpc::WriteOptions().set_no_compression());
}

void StreamReactor::FinishLocked(const absl::Status& status) {
  if (finished_) return;
  if (writing_) {
    if (!ending_) ending_ = status;
    return;
  }
  finished_ = true;
  Finish(ToGrpc(status));
}

void StreamReactor::CancelIfStalledLocked(absl::Duration limit) {
  if (writing_ && !done_ && SilenceLocked() > limit) context_->TryCancel();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* RefuseStream(const absl::Status& status) {
  return new RefusedStream(status);
}

}  // namespace gcjobs
