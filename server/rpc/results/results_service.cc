#include "server/rpc/results/results_service.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/errors.h"
#include "common/failpoint.h"
#include "common/status_macros.h"
#include "common/task.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/results/result_pager.h"
#include "server/rpc/results/result_page.h"
#include "server/rpc/stream_reactor.h"

namespace gcjobs {
namespace {

// Another replica is there at once, a restarted server soon.
constexpr absl::Duration kDrainingRetryDelay = absl::Seconds(1);
// Other streams have to end first.
constexpr absl::Duration kFullRetryDelay = absl::Seconds(5);

absl::Status DrainingError() {
  return MakeRetryableError(errors::kServerDraining, kDrainingRetryDelay,
                            "the server is draining; read again with the last page's next_cursor");
}

absl::Status TooManyStreamsError(size_t limit) {
  const std::string limit_text = absl::StrCat(limit);
  return MakeRetryableError(
      errors::kTooManyResultStreams, kFullRetryDelay,
      absl::StrCat("all ", limit_text, " result streams of this server are in use"),
      {{"limit", limit_text}});
}

// The page after the one that is being written. Loop thread only.
class PageAhead {
 public:
  // `pager` outlives this.
  explicit PageAhead(ResultPager* pager) : pager_(*pager) {}
  PageAhead(const PageAhead&) = delete;
  PageAhead& operator=(const PageAhead&) = delete;

  // Begins to fetch the next page. REQUIRES: the one before it was taken.
  void Begin() { fetch_ = Story(Fetch()); }

  // Waits for it.
  Task<absl::StatusOr<UpstreamPage>> Take() {
    if (!page_) co_await Callback<bool>([this](auto done) { on_page_ = std::move(done); });
    absl::StatusOr<UpstreamPage> page = *std::move(page_);
    page_.reset();
    co_return page;
  }

 private:
  Task<> Fetch() {
    page_ = co_await pager_.Fetch();
    if (on_page_) std::exchange(on_page_, nullptr)(true);  // `this` may be gone after it
  }

  ResultPager& pager_;
  std::optional<absl::StatusOr<UpstreamPage>> page_;
  absl::AnyInvocable<void(bool)> on_page_;
  Story fetch_;
};

}  // namespace

// One ReadResults stream. What it does is told on the loop, by Tell. Only writes
// and the end are begun elsewhere, on a reader: a write may send a megabyte
// before it returns, for which the loop has no time, so that the loop does not
// touch mu_ either.
class ResultsService::Stream final : public StreamReactor {
 public:
  Stream(ResultsService* service, grpc::CallbackServerContext* context,
         v1::ReadResultsRequest request)
      : StreamReactor(context, service->deps_.loop->clock()),
        service_(*service),
        deps_(service->deps_),
        request_(std::move(request)),
        cursors_(service->options_.cursor_key, request_.job_id()) {}

  // Once, from the handler. A stream that the service refuses ends with its
  // error.
  void Start() ABSL_LOCKS_EXCLUDED(mu_) {
    LiveUntilDone();
    const absl::Status added = service_.Add(Self());
    if (added.ok()) {
      deps_.loop->Post([self = Self()] { self->story_ = Story(self->Tell()); });
      return;
    }
    MutexLock lock(&mu_);
    FinishLocked(added);
  }

  // Ends the stream soon, unless all of it is on its way.
  void Drain() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    is_draining_ = true;
    if (IsIdleLocked()) FinishLocked(DrainingError());
  }

 private:
  std::shared_ptr<Stream> Self() { return std::static_pointer_cast<Stream>(shared_from_this()); }

  void OnWrittenLocked() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OnOver() override ABSL_LOCKS_EXCLUDED(mu_);

  // On a reader: blocks.
  absl::StatusOr<ResultsPlan> ReadPlan(StoreReader& reader) const {
    ASSIGN_OR_RETURN(store::StoredJob job, reader.GetJob(request_.job_id()));
    store::Submission submission;
    if (NeedsSubmission(*deps_.kinds, job)) {
      ASSIGN_OR_RETURN(submission, reader.GetSubmission(request_.job_id()));
    }
    return PlanResults(*deps_.kinds, deps_.clients, cursors_, request_, std::move(job),
                       std::move(submission));
  }

  // Loop thread only.
  Task<> Tell();
  Task<absl::StatusOr<ResultsPlan>> Plan();
  Task<> WritePage(UpstreamPage page, int page_size);
  Task<> Write(grpc::ByteBuffer message, bool is_last);
  void End(const absl::Status& status);
  void OnReader(const std::function<void()>& task);

  ResultsService& service_;
  const Deps& deps_;
  const v1::ReadResultsRequest request_;
  const ResultCursorCodec cursors_;

  bool is_last_ ABSL_GUARDED_BY(mu_) = false;  // the write in flight is the last one
  bool is_draining_ ABSL_GUARDED_BY(mu_) = false;

  // The loop's. What the story waits for, while it waits for another thread:
  // these are run and destroyed on the loop, wherever the answer comes from.
  absl::AnyInvocable<void(absl::StatusOr<ResultsPlan>)> on_plan_;
  absl::AnyInvocable<void(bool)> on_written_;
  Story story_;  // last: it uses all of the above
};

// The whole stream, from the job to its last page.
//
// 1. The job's record says whether it has results, and where.
// 2. A result that the store has kept is the only page. All others come from
//    Genesys Cloud, one after another, in parts of at most 3 MiB.
// 3. The next page is fetched while this one is written. Hence a stream holds
//    two pages at most, however slow its reader: more would only help where
//    Genesys Cloud's speed varies, and cost up to 16 MiB each.
// 4. The stream ends when its last part is written (OnWrittenLocked), after an
//    error that follows good pages, or from outside, by a cancel or a drain;
//    then OnOver ends this story wherever it waits, and with it the fetch.
Task<> ResultsService::Stream::Tell() {
  absl::StatusOr<ResultsPlan> plan = co_await Plan();
  if (!plan.ok()) co_return End(plan.status());
  const int page_size = plan->start.page_size;
  if (plan->stored) {
    co_await WritePage(*std::move(plan->stored), page_size);
    co_return;
  }
  ResultPager pager(deps_.loop, std::move(plan->source), plan->start.position);
  PageAhead ahead(&pager);
  ahead.Begin();
  for (bool is_last = false; !is_last;) {
    absl::StatusOr<UpstreamPage> page = co_await ahead.Take();
    if (!page.ok()) co_return End(page.status());
    is_last = page->parts.back().is_last;
    if (!is_last) ahead.Begin();
    co_await WritePage(*std::move(page), page_size);
  }
}

// Reads the job, and a result that was kept with it.
Task<absl::StatusOr<ResultsPlan>> ResultsService::Stream::Plan() {
  absl::StatusOr<ResultsPlan> plan =
      co_await Callback<absl::StatusOr<ResultsPlan>>([this](auto done) {
        on_plan_ = std::move(done);
        const bool was_taken = deps_.readers->Run([self = Self()](StoreReader& reader) {
          self->deps_.loop->Post([self, made = self->ReadPlan(reader)]() mutable {
            std::exchange(self->on_plan_, nullptr)(std::move(made));
          });
        });
        if (!was_taken) std::exchange(on_plan_, nullptr)(ServerBusyError());
      });
  co_return plan;
}

Task<> ResultsService::Stream::WritePage(UpstreamPage page, int page_size) {
  for (const ResultPart& part : page.parts) {
    std::string next_cursor = part.is_last ? "" : cursors_.Encode(part.after, page_size);
    grpc::ByteBuffer message = MakeResultMessage(page, part, std::move(next_cursor));
    co_await Write(std::move(message), part.is_last);
  }
}

// Waits until gRPC has taken the message.
Task<> ResultsService::Stream::Write(grpc::ByteBuffer message, bool is_last) {
  co_await Callback<bool>([this, &message, is_last](auto done) {
    on_written_ = std::move(done);
    OnReader([self = Self(), message, is_last] {
      MutexLock lock(&self->mu_);
      if (!self->IsIdleLocked()) return;  // it has ended meanwhile
      self->is_last_ = is_last;
      self->WriteLocked(message);
    });
  });
}

void ResultsService::Stream::OnWrittenLocked() {
  GCJOBS_FAILPOINT("results.half_read");
  if (is_last_) return FinishLocked(absl::OkStatus());
  if (is_draining_) return FinishLocked(DrainingError());
  deps_.loop->Post([self = Self()] { std::exchange(self->on_written_, nullptr)(true); });
}

void ResultsService::Stream::End(const absl::Status& status) {
  OnReader([self = Self(), status] {
    MutexLock lock(&self->mu_);
    self->FinishLocked(status);
  });
}

// When the readers' queue is full it is done here: better late than never.
void ResultsService::Stream::OnReader(const std::function<void()>& task) {
  if (!deps_.readers->Run([task](StoreReader&) { task(); })) task();
}

void ResultsService::Stream::OnOver() {
  deps_.loop->Post([self = Self()] { self->story_.End(); });
  service_.Remove(this);
}

ResultsService::ResultsService(Deps deps, Options options)
    : deps_(std::move(deps)), options_(std::move(options)) {}

ResultsService::~ResultsService() = default;

grpc::ServerWriteReactor<grpc::ByteBuffer>* ResultsService::ReadResults(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) {
  v1::ReadResultsRequest request;
  absl::Status valid = ParseRawRequest(*bytes, &request);
  if (valid.ok()) valid = ValidateReadResults(request);
  if (!valid.ok()) return RefuseStream(valid);
  const auto stream = std::make_shared<Stream>(this, context, std::move(request));
  stream->Start();
  return stream.get();
}

absl::Status ResultsService::Add(const std::shared_ptr<Stream>& stream) {
  MutexLock lock(&mu_);
  if (is_draining_) return DrainingError();
  if (streams_.size() >= options_.max_streams) return TooManyStreamsError(options_.max_streams);
  streams_.emplace(stream.get(), stream);
  ShowCountLocked();
  return absl::OkStatus();
}

void ResultsService::Remove(const Stream* stream) {
  std::shared_ptr<Stream> removed;  // freed after the lock
  MutexLock lock(&mu_);
  const auto it = streams_.find(stream);
  if (it == streams_.end()) return;
  removed = std::move(it->second);
  streams_.erase(it);
  ShowCountLocked();
}

void ResultsService::Drain() {
  std::vector<std::shared_ptr<Stream>> open;
  {
    MutexLock lock(&mu_);
    is_draining_ = true;
    for (const auto& [key, stream] : streams_) open.push_back(stream);
  }
  for (const auto& stream : open) stream->Drain();
}

size_t ResultsService::stream_count() const {
  MutexLock lock(&mu_);
  return streams_.size();
}

void ResultsService::ShowCountLocked() {
  if (deps_.metrics == nullptr) return;
  deps_.metrics->ResultStreams().Set(static_cast<double>(streams_.size()));
}

}  // namespace gcjobs
