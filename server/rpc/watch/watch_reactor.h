#ifndef GCJOBS_SERVER_RPC_WATCH_WATCH_REACTOR_H_
#define GCJOBS_SERVER_RPC_WATCH_WATCH_REACTOR_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/store/read_pool.h"
#include "server/watch/watch_cursor.h"
#include "server/watch/watch_hub.h"
#include "server/watch/watch_stream.h"

namespace gcjobs {

// One watch stream on the wire: does what its cursor says, with at most one
// write in flight and no queue, so that a slow client costs one message.
//
// Calls come from gRPC's threads (the On... reactions), the fan-out thread,
// the readers and whoever drains; mu_ makes them one after another. The rules
// of the callback API (one write in flight; one Finish and nothing after it;
// no Finish while a write is in flight) are kept by AdvanceLocked, WriteLocked
// and FinishLocked alone.
//
// Keeps itself alive until OnDone; all others hold a shared_ptr.
class WatchReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                           public WatchStream,
                           public std::enable_shared_from_this<WatchReactor> {
 public:
  struct Options {
    WatchHub* hub;      // outlives all streams
    ReadPool* readers;  // likewise

    // A write that the client has not taken for so long ends the stream with
    // CANCELLED: gRPC has no gentler way while a write is in flight.
    absl::Duration stall_limit = absl::Seconds(30);

    // Silence after which a BOOKMARK is sent, give or take the hub's
    // tick_interval; clients are promised 30 s.
    absl::Duration bookmark_interval = absl::Seconds(20);
  };

  // `context` is the call's, valid until OnDone. `job_id` is empty for
  // WatchJobs. Only by std::make_shared.
  WatchReactor(const Options& options, grpc::CallbackServerContext* context, std::string job_id,
               std::unique_ptr<WatchCursor> cursor);

  // Once, from the handler, which returns the result. When the hub refuses the
  // stream it ends with the hub's error.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Start() ABSL_LOCKS_EXCLUDED(mu_);

  // Reactions.
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mu_);
  void OnDone() override ABSL_LOCKS_EXCLUDED(mu_);

  // WatchStream.
  const std::string& job_id() const override { return job_id_; }
  void Wake(Revision quiet_through) override ABSL_LOCKS_EXCLUDED(mu_);
  void Tick(Revision quiet_through) override ABSL_LOCKS_EXCLUDED(mu_);
  void Drain(Revision quiet_through) override ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // Does all that can be done now: ends with a write or a read in flight,
  // parked, or finished.
  void AdvanceLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // One step of the cursor; whether another can follow at once.
  bool StepLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SayGoodbyeLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool ParkLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OnRead(absl::StatusOr<WatchPage> page) ABSL_LOCKS_EXCLUDED(mu_);
  void WriteLocked(const std::vector<grpc::Slice>& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FinishLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool BookmarkIsDueLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsStalledLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  const std::string job_id_;
  grpc::CallbackServerContext* const context_;  // not after done_

  // Taken before WatchHub's and EventLog's locks.
  Mutex mu_;
  const std::unique_ptr<WatchCursor> cursor_ ABSL_PT_GUARDED_BY(mu_);
  grpc::ByteBuffer message_ ABSL_GUARDED_BY(mu_);  // the library's while writing_
  absl::Time last_write_ ABSL_GUARDED_BY(mu_);     // when it was started; monotonic
  bool greeted_ ABSL_GUARDED_BY(mu_) = false;      // initial metadata was sent
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool reading_ ABSL_GUARDED_BY(mu_) = false;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool goodbye_said_ ABSL_GUARDED_BY(mu_) = false;  // draining: the bookmark was sent
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
  std::shared_ptr<WatchReactor> self_ ABSL_GUARDED_BY(mu_);  // until OnDone
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_WATCH_WATCH_REACTOR_H_
