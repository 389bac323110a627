#ifndef GCJOBS_SERVER_RPC_STREAM_REACTOR_H_
#define GCJOBS_SERVER_RPC_STREAM_REACTOR_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/errors.h"
#include "common/mutex.h"

namespace gcjobs {

// One server stream on the wire, with at most one write in flight and no queue:
// a slow client costs one message. Watches and result readers derive from it.
//
// gRPC's callback API aborts the process when one of its rules is broken, and
// here is the one place that keeps them:
// - one write in flight: WriteLocked;
// - one Finish, nothing after it, and none while a write is in flight:
//   FinishLocked;
// - the object lives until OnDone: it holds itself, and everybody else holds a
//   shared_ptr; the call's context is used until then and no longer.
//
// Locking: everything that a stream decides, it decides and starts under mu_.
// gRPC runs no reaction from within StartWrite, Finish or TryCancel, so that mu_
// may be held across them. A write may send a megabyte before StartWrite
// returns: threads with no time for that, such as the loop's, stay away from
// mu_. It is taken before all other locks.
//
// Only by std::make_shared.
class StreamReactor : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                      public std::enable_shared_from_this<StreamReactor> {
 public:
  // Reactions.
  void OnWriteDone(bool ok) final ABSL_LOCKS_EXCLUDED(mu_);
  void OnCancel() final ABSL_LOCKS_EXCLUDED(mu_);
  void OnDone() final ABSL_LOCKS_EXCLUDED(mu_);

 protected:
  // `context` is the call's. `clock` outlives the stream.
  StreamReactor(grpc::CallbackServerContext* context, const Clock* clock);

  // What a stream does beyond these rules.

  // The write in flight is over and the stream goes on: WriteLocked,
  // FinishLocked, or neither until something else happens.
  virtual void OnWrittenLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) = 0;
  // The call is over. Called last, once, with no lock held.
  virtual void OnOver() ABSL_LOCKS_EXCLUDED(mu_) = 0;

  // Once, from the handler, before anything else: from here until OnDone the
  // stream lives.
  void LiveUntilDone() ABSL_LOCKS_EXCLUDED(mu_);

  // Whether a write or the end may be started now.
  bool IsIdleLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !writing_ && !finished_; }
  bool IsFinishedLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return finished_; }

  // Tells a client that has nothing to read yet that its stream stands.
  // Harmless when it knows. REQUIRES: IsIdleLocked.
  void GreetLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // REQUIRES: IsIdleLocked.
  void WriteLocked(const grpc::ByteBuffer& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Ends the stream: now, or when the write in flight is over. The first status
  // counts.
  void FinishLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Gives up on a client that has not taken a write for longer than `limit`:
  // the stream ends with CANCELLED. gRPC has no gentler way while a write is in
  // flight; clients take CANCELLED as a reason to resume.
  void CancelIfStalledLocked(absl::Duration limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Since the last write was started, or else since the stream began.
  absl::Duration SilenceLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return clock_.MonotonicNow() - last_write_;
  }

  Mutex mu_;

 private:
  const Clock& clock_;
  grpc::CallbackServerContext* const context_;  // until done_

  grpc::ByteBuffer message_ ABSL_GUARDED_BY(mu_);  // the library's while writing_
  absl::Time last_write_ ABSL_GUARDED_BY(mu_);     // monotonic
  bool greeted_ ABSL_GUARDED_BY(mu_) = false;      // initial metadata was sent
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<absl::Status> ending_ ABSL_GUARDED_BY(mu_);  // once the write is over
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
  std::shared_ptr<StreamReactor> self_ ABSL_GUARDED_BY(mu_);  // until OnDone
};

// What a handler returns to refuse its call with an error: a stream that ends
// at once.
grpc::ServerWriteReactor<grpc::ByteBuffer>* RefuseStream(const absl::Status& status);

// Reads the message of a raw handler, which gets its request as bytes.
// INVALID_ARGUMENT/INVALID_REQUEST when they are not such a message.
template <typename Request>
absl::Status ParseRawRequest(const grpc::ByteBuffer& bytes, Request* request) {
  grpc::ByteBuffer copy(bytes);  // Deserialize empties what it reads
  if (grpc::SerializationTraits<Request>::Deserialize(&copy, request).ok()) {
    return absl::OkStatus();
  }
  return MakeError(errors::kInvalidRequest, "the request is not a well-formed message");
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_STREAM_REACTOR_H_
