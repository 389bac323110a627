#include "server/rpc/watch/watch_reactor.h"

#include <utility>

#include "common/grpc_status.h"
#include "server/watch/watch_errors.h"

namespace gcjobs {

WatchReactor::WatchReactor(const Options& options, grpc::CallbackServerContext* context,
                           std::string job_id, std::unique_ptr<WatchCursor> cursor)
    : options_(options),
      job_id_(std::move(job_id)),
      context_(context),
      cursor_(std::move(cursor)),
      last_write_(options.hub->clock().MonotonicNow()) {}

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchReactor::Start() {
  {
    MutexLock lock(&mu_);
    self_ = shared_from_this();
  }
  const absl::Status added = options_.hub->Add(shared_from_this());
  MutexLock lock(&mu_);
  if (!added.ok()) FinishLocked(added);
  AdvanceLocked();
  return this;
}

void WatchReactor::OnWriteDone(bool ok) {
  MutexLock lock(&mu_);
  writing_ = false;
  message_.Clear();
  if (!ok || cancelled_) return FinishLocked(absl::CancelledError());
  AdvanceLocked();
}

void WatchReactor::OnCancel() {
  MutexLock lock(&mu_);
  cancelled_ = true;
  // With a write in flight its OnWriteDone follows, and finishes.
  if (!writing_) FinishLocked(absl::CancelledError());
}

void WatchReactor::OnDone() {
  std::shared_ptr<WatchReactor> self;  // freed after the lock
  {
    MutexLock lock(&mu_);
    done_ = true;
    self = std::move(self_);
  }
  options_.hub->Remove(this);
}

void WatchReactor::Wake(Revision quiet_through) {
  MutexLock lock(&mu_);
  cursor_->Skip(quiet_through);
  AdvanceLocked();
}

void WatchReactor::Tick(Revision quiet_through) {
  MutexLock lock(&mu_);
  cursor_->Skip(quiet_through);
  if (IsStalledLocked() && !done_) context_->TryCancel();
  if (BookmarkIsDueLocked()) AdvanceLocked();
}

void WatchReactor::Drain(Revision quiet_through) {
  MutexLock lock(&mu_);
  cursor_->Skip(quiet_through);
  draining_ = true;
  AdvanceLocked();
}

void WatchReactor::AdvanceLocked() {
  while (!finished_ && !writing_) {
    if (draining_ && !cursor_->at_end()) return SayGoodbyeLocked();
    if (BookmarkIsDueLocked()) return WriteLocked(cursor_->Bookmark());
    if (reading_ || !StepLocked()) return;
  }
}

bool WatchReactor::StepLocked() {
  const WatchCursor::Step step = cursor_->Next();
  switch (step.action) {
    case WatchCursor::Action::kSend:
      WriteLocked(step.message);
      return false;
    case WatchCursor::Action::kRead:
      ReadLocked();
      return false;
    case WatchCursor::Action::kWait:
      return !ParkLocked();
    case WatchCursor::Action::kEnd:
      FinishLocked(step.status);
      return false;
  }
  return false;
}

void WatchReactor::SayGoodbyeLocked() {
  if (!goodbye_said_ && cursor_->CanBookmark()) {
    goodbye_said_ = true;
    return WriteLocked(cursor_->Bookmark());
  }
  FinishLocked(WatchDrainingError());
}

bool WatchReactor::ParkLocked() {
  if (!options_.hub->Park(this, cursor_->position())) return false;
  // Tells a client that has nothing to read yet that its watch stands.
  if (!greeted_) StartSendInitialMetadata();
  greeted_ = true;
  return true;
}

void WatchReactor::ReadLocked() {
  reading_ = options_.readers->Run(
      [self = shared_from_this(), read = cursor_->NextRead()]() mutable { self->OnRead(read()); });
  if (!reading_) FinishLocked(ReadsBusyError());
}

void WatchReactor::OnRead(absl::StatusOr<WatchPage> page) {
  MutexLock lock(&mu_);
  reading_ = false;
  if (finished_) return;
  cursor_->Accept(std::move(page));
  AdvanceLocked();
}

void WatchReactor::WriteLocked(const std::vector<grpc::Slice>& message) {
  grpc::ByteBuffer bytes(message.data(), message.size());
  message_.Swap(&bytes);
  writing_ = true;
  greeted_ = true;
  last_write_ = options_.hub->clock().MonotonicNow();
  // Compressing would be done again for each stream.
  StartWrite(&message_, grpc::WriteOptions().set_no_compression());
}

void WatchReactor::FinishLocked(const absl::Status& status) {
  if (std::exchange(finished_, true)) return;
  Finish(ToGrpc(status));
}

bool WatchReactor::BookmarkIsDueLocked() const {
  return !writing_ && !finished_ && cursor_->CanBookmark() &&
         options_.hub->clock().MonotonicNow() - last_write_ >= options_.bookmark_interval;
}

bool WatchReactor::IsStalledLocked() const {
  return writing_ && options_.hub->clock().MonotonicNow() - last_write_ > options_.stall_limit;
}

}  // namespace gcjobs
