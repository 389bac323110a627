#ifndef GCJOBS_SERVER_RPC_RESULTS_RESULTS_REACTOR_H_
#define GCJOBS_SERVER_RPC_RESULTS_RESULTS_REACTOR_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/json_scanner.h"
#include "common/mutex.h"
#include "server/net/event_loop.h"
#include "server/results/result_pager.h"
#include "server/rpc/results/result_cursor.h"
#include "server/rpc/results/result_plan.h"
#include "server/rpc/results/result_streams.h"
#include "server/store/read_pool.h"

namespace gcjobs {

// One ReadResults stream. Holds at most two pages of Genesys Cloud's, however
// slow its reader: the one that is being written, and the one behind it, which
// is fetched meanwhile. A page counts until gRPC has taken all of it.
//
// The plan is made on a reader; pages are fetched on the loop; writes start
// wherever the last one ended, or on a reader, since a write may send a
// megabyte before it returns, for which the loop has no time. What to do is
// decided under mu_ and done outside: a write or the end that was decided on
// belongs to whoever decided, and nobody else starts anything until it is over.
//
// Keeps itself alive until OnDone; all others hold a shared_ptr.
class ResultsReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                             public std::enable_shared_from_this<ResultsReactor> {
 public:
  // May block: runs on a reader.
  using Planner = absl::AnyInvocable<absl::StatusOr<ResultsPlan>()>;

  // All outlive the stream, and the loop's last turn.
  struct Options {
    EventLoop* loop;
    ReadPool* readers;
    JsonScanner* scanner;  // the loop's
    ResultStreams* streams;
  };

  // Only by std::make_shared.
  ResultsReactor(const Options& options, ResultCursorCodec cursors, Planner planner);

  // Once, from the handler, which returns the result. When there are too many
  // streams it ends with their error.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Start() ABSL_LOCKS_EXCLUDED(mu_);

  // Ends the stream with SERVER_DRAINING, once the write in flight is over.
  void Drain() ABSL_LOCKS_EXCLUDED(mu_);

  // Reactions.
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mu_);
  void OnDone() override ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // What is to be done next, by whoever was told.
  struct Step {
    enum class Action { kNone, kWrite, kFinish };
    Action action = Action::kNone;
    absl::Status status;  // kFinish
    bool fetch = false;   // also
  };

  // On a reader.
  void Begin() ABSL_LOCKS_EXCLUDED(mu_);
  // On the loop.
  void Fetch() ABSL_LOCKS_EXCLUDED(mu_);
  void OnPage(absl::StatusOr<UpstreamPage> page) ABSL_LOCKS_EXCLUDED(mu_);

  // No more pages will come.
  void End(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mu_);
  // Does what can be done now.
  void Advance() ABSL_LOCKS_EXCLUDED(mu_);
  Step DecideLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // How the stream ends now, if it does.
  std::optional<absl::Status> EndingLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool TakeFetchLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AddPageLocked(UpstreamPage page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void PrepareMessageLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DropMessageLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  const ResultCursorCodec cursors_;
  Planner planner_;  // Begin's

  // Whoever set writing_ has it, and the library from StartWrite to OnWriteDone.
  grpc::ByteBuffer message_;

  Mutex mu_;  // leaf
  int page_size_ ABSL_GUARDED_BY(mu_) = 0;
  // Used on the loop only; null when there is nothing to fetch.
  std::shared_ptr<ResultPager> pager_ ABSL_GUARDED_BY(mu_);
  std::deque<UpstreamPage> pages_ ABSL_GUARDED_BY(mu_);
  size_t next_part_ ABSL_GUARDED_BY(mu_) = 0;  // of the first page; the one in flight is before it
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mu_);  // after pages_
  bool fetching_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  std::shared_ptr<ResultsReactor> self_ ABSL_GUARDED_BY(mu_);  // until OnDone
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RESULTS_RESULTS_REACTOR_H_
