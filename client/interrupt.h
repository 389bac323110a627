#ifndef GCJOBS_CLIENT_INTERRUPT_H_
#define GCJOBS_CLIENT_INTERRUPT_H_

#include <grpcpp/client_context.h>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"

#include "common/mutex.h"

namespace gcjobs {

// Ctrl-C, as the commands see it: once Set, running and later calls are
// cancelled and waits end. Thread-safe; not for use inside a signal handler
// (a thread that waits for the signal calls Set).
class Interrupt {
 public:
  // Cancels a call while it lives. Make it before the call starts and destroy
  // it after the call has ended and before its context goes.
  class Scope {
   public:
    Scope(Interrupt* interrupt, grpc::ClientContext* context);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Interrupt* const interrupt_;
    grpc::ClientContext* const context_;
  };

  // Cancels the calls of all scopes, and those to come. Idempotent.
  void Set() ABSL_LOCKS_EXCLUDED(mu_);

  bool IsSet() const ABSL_LOCKS_EXCLUDED(mu_);

  // Waits for `duration`, or until Set; true when it was not Set.
  bool Sleep(absl::Duration duration) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  mutable Mutex mu_;
  bool set_ ABSL_GUARDED_BY(mu_) = false;
  absl::flat_hash_set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_INTERRUPT_H_
