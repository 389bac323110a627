#include "server/rpc/watch/watch_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/stream_reactor.h"
#include "server/watch/job_cursor.h"
#include "server/watch/jobs_cursor.h"

namespace gcjobs {
namespace {

// One watch stream on the wire: does what its cursor says.
//
// Calls come from gRPC's threads (the reactions), the fan-out thread, the
// readers and whoever drains; mu_ makes them one after another.
class WatchReactor final : public StreamReactor, public WatchStream {
 public:
  // `job_id` is empty for WatchJobs.
  WatchReactor(const WatchService::Deps& deps, const WatchService::Options& options,
               grpc::CallbackServerContext* context, std::string job_id,
               std::unique_ptr<WatchCursor> cursor)
      : StreamReactor(context, &deps.hub->clock()),
        hub_(*deps.hub),
        readers_(*deps.readers),
        options_(options),
        job_id_(std::move(job_id)),
        cursor_(std::move(cursor)) {}

  // Once, from the handler. A stream that the hub refuses ends with the hub's
  // error.
  void Start() ABSL_LOCKS_EXCLUDED(mu_) {
    LiveUntilDone();
    const absl::Status added = hub_.Add(Self());
    MutexLock lock(&mu_);
    if (!added.ok()) return FinishLocked(added);
    AdvanceLocked();
  }

  // WatchStream.
  const std::string& job_id() const override { return job_id_; }

  void Wake(Revision quiet_through) override ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    cursor_->Skip(quiet_through);
    AdvanceLocked();
  }

  void Tick(Revision quiet_through) override ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    cursor_->Skip(quiet_through);
    CancelIfStalledLocked(options_.stall_limit);
    if (BookmarkIsDueLocked()) AdvanceLocked();
  }

  void Drain(Revision quiet_through) override ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    cursor_->Skip(quiet_through);
    is_draining_ = true;
    AdvanceLocked();
  }

 private:
  std::shared_ptr<WatchReactor> Self() {
    return std::static_pointer_cast<WatchReactor>(shared_from_this());
  }

  void OnWrittenLocked() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { AdvanceLocked(); }
  void OnOver() override { hub_.Remove(this); }

  void AdvanceLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SayGoodbyeLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SendLocked(const std::vector<grpc::Slice>& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    WriteLocked(grpc::ByteBuffer(message.data(), message.size()));
  }
  bool BookmarkIsDueLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return cursor_->CanBookmark() && SilenceLocked() >= options_.bookmark_interval;
  }

  WatchHub& hub_;
  ReaderPool& readers_;
  const WatchService::Options options_;
  const std::string job_id_;

  // mu_ is taken before the hub's and the log's locks.
  const std::unique_ptr<WatchCursor> cursor_ ABSL_PT_GUARDED_BY(mu_);
  bool is_reading_ ABSL_GUARDED_BY(mu_) = false;
  bool is_draining_ ABSL_GUARDED_BY(mu_) = false;
  bool has_said_goodbye_ ABSL_GUARDED_BY(mu_) = false;  // the drain's bookmark was sent
};

// Does everything that can be done now: ends with a write or a read in flight,
// parked, or finished.
//
// 1. A drain comes first, but for a stream that has sent its end: it says OK.
// 2. A bookmark that is due goes between two messages; it may also go while the
//    store is being read.
// 3. The cursor says what is next. News may come between its "nothing to send"
//    and Park, which then refuses: ask again.
void WatchReactor::AdvanceLocked() {
  while (IsIdleLocked()) {
    if (is_draining_ && !cursor_->at_end()) return SayGoodbyeLocked();
    if (BookmarkIsDueLocked()) return SendLocked(cursor_->Bookmark());
    if (is_reading_) return;
    const WatchCursor::Step step = cursor_->Next();
    switch (step.action) {
      case WatchCursor::Action::kSend:
        return SendLocked(step.message);
      case WatchCursor::Action::kRead:
        return ReadLocked();
      case WatchCursor::Action::kEnd:
        return FinishLocked(step.status);
      case WatchCursor::Action::kWait:
        if (!hub_.Park(this, cursor_->position())) continue;
        return GreetLocked();
    }
  }
}

void WatchReactor::ReadLocked() {
  is_reading_ =
      readers_.Run([self = Self(), read = cursor_->NextRead()](StoreReader& reader) mutable {
        absl::StatusOr<WatchPage> page = read(reader);
        MutexLock lock(&self->mu_);
        self->is_reading_ = false;
        if (self->IsFinishedLocked()) return;
        self->cursor_->Accept(std::move(page));
        self->AdvanceLocked();
      });
  if (!is_reading_) FinishLocked(ServerBusyError());
}

// A bookmark, so that the client resumes exactly here, and the end.
void WatchReactor::SayGoodbyeLocked() {
  if (!has_said_goodbye_ && cursor_->CanBookmark()) {
    has_said_goodbye_ = true;
    return SendLocked(cursor_->Bookmark());
  }
  FinishLocked(WatchDrainingError());
}

absl::Status CheckAfterRevision(Revision after) {
  if (after >= 0) return absl::OkStatus();
  return InvalidField("after_revision", "must not be negative");
}

absl::StatusOr<v1::WatchJobRequest> ReadJobRequest(const grpc::ByteBuffer& bytes) {
  v1::WatchJobRequest request;
  RETURN_IF_ERROR(ParseRawRequest(bytes, &request));
  RETURN_IF_ERROR(ValidateJobId(request.job_id()));
  RETURN_IF_ERROR(CheckAfterRevision(request.after_revision()));
  return request;
}

absl::StatusOr<v1::WatchJobsRequest> ReadJobsRequest(const grpc::ByteBuffer& bytes,
                                                     const OrgNames& orgs) {
  v1::WatchJobsRequest request;
  RETURN_IF_ERROR(ParseRawRequest(bytes, &request));
  RETURN_IF_ERROR(CheckAfterRevision(request.after_revision()));
  RETURN_IF_ERROR(ValidateFilter(request.filter(), orgs));
  return request;
}

}  // namespace

WatchService::WatchService(const Deps& deps, OrgNames orgs, const Options& options)
    : deps_(deps), orgs_(std::move(orgs)), options_(options) {}

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchService::WatchJob(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) const {
  const absl::StatusOr<v1::WatchJobRequest> request = ReadJobRequest(*bytes);
  if (!request.ok()) return RefuseStream(request.status());
  return Start(
      context, request->job_id(),
      std::make_unique<JobCursor>(&deps_.hub->log(), request->job_id(), request->after_revision()));
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchService::WatchJobs(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) const {
  const absl::StatusOr<v1::WatchJobsRequest> request = ReadJobsRequest(*bytes, orgs_);
  if (!request.ok()) return RefuseStream(request.status());
  return Start(context, /*job_id=*/"",
               std::make_unique<JobsCursor>(&deps_.hub->log(), request->filter(),
                                            request->after_revision(), options_.batch));
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchService::Start(
    grpc::CallbackServerContext* context, std::string job_id,
    std::unique_ptr<WatchCursor> cursor) const {
  const auto stream = std::make_shared<WatchReactor>(deps_, options_, context, std::move(job_id),
                                                     std::move(cursor));
  stream->Start();
  return stream.get();
}

}  // namespace gcjobs
