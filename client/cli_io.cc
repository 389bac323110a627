#include "client/cli_io.h"

namespace gcjobs {

Interrupt::Scope::Scope(Interrupt* interrupt, grpc::ClientContext* context)
    : interrupt_(interrupt), context_(context) {
  MutexLock lock(&interrupt_->mu_);
  interrupt_->calls_.insert(context_);
  // Remembered by the context and applied when the call starts.
  if (interrupt_->set_) context_->TryCancel();
}

Interrupt::Scope::~Scope() {
  MutexLock lock(&interrupt_->mu_);
  interrupt_->calls_.erase(context_);
}

void Interrupt::Set() {
  // TryCancel under the lock: a scope's end, which lets the context go, waits.
  MutexLock lock(&mu_);
  set_ = true;
  for (grpc::ClientContext* call : calls_) call->TryCancel();
}

bool Interrupt::IsSet() const {
  MutexLock lock(&mu_);
  return set_;
}

bool Interrupt::Sleep(absl::Duration duration) {
  MutexLock lock(&mu_);
  return !mu_.AwaitWithTimeout(absl::Condition(&set_), duration);
}

}  // namespace gcjobs
