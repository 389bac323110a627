#include "server/rpc/results/results_reactor.h"

#include <string>
#include <utility>

#include "common/failpoint.h"
#include "common/grpc_status.h"
#include "server/rpc/results/result_errors.h"
#include "server/rpc/results/result_message.h"
#include "server/rpc/rpc_errors.h"

namespace gcjobs {
namespace {

// One is written while the other is fetched: more would only help where Genesys
// Cloud's speed varies, and cost up to 16 MiB a stream.
constexpr size_t kMaxPages = 2;

}  // namespace

ResultsReactor::ResultsReactor(const Options& options, ResultCursorCodec cursors, Planner planner)
    : options_(options), cursors_(std::move(cursors)), planner_(std::move(planner)) {}

grpc::ServerWriteReactor<grpc::ByteBuffer>* ResultsReactor::Start() {
  const std::shared_ptr<ResultsReactor> self = shared_from_this();
  {
    MutexLock lock(&mu_);
    self_ = self;
  }
  absl::Status status = options_.streams->Add(self);
  if (status.ok() && !options_.readers->Run([self] { self->Begin(); })) status = BusyError();
  if (!status.ok()) End(status);
  return this;
}

void ResultsReactor::Begin() {
  absl::StatusOr<ResultsPlan> plan = planner_();
  if (!plan.ok()) return End(plan.status());
  {
    MutexLock lock(&mu_);
    page_size_ = plan->start.page_size;
    if (plan->stored) {
      AddPageLocked(*std::move(plan->stored));
    } else {
      pager_ = std::make_shared<ResultPager>(options_.loop, options_.scanner,
                                             std::move(plan->source), plan->start.position);
    }
  }
  Advance();
}

void ResultsReactor::Drain() {
  {
    MutexLock lock(&mu_);
    draining_ = true;
  }
  Advance();
}

void ResultsReactor::OnWriteDone(bool ok) {
  GCJOBS_FAILPOINT("results.half_read");
  {
    MutexLock lock(&mu_);
    writing_ = false;
    if (!ok) cancelled_ = true;
    DropMessageLocked();
  }
  Advance();
}

void ResultsReactor::OnCancel() {
  {
    MutexLock lock(&mu_);
    cancelled_ = true;
  }
  // With a write in flight its OnWriteDone follows, and finishes.
  Advance();
}

void ResultsReactor::OnDone() {
  std::shared_ptr<ResultsReactor> self;  // freed last
  std::shared_ptr<ResultPager> pager;
  {
    MutexLock lock(&mu_);
    self = std::move(self_);
    pager = std::move(pager_);
  }
  options_.streams->Remove(this);
  // It ends where it lives.
  if (pager != nullptr) options_.loop->Post([pager = std::move(pager)] {});
}

void ResultsReactor::Fetch() {
  std::shared_ptr<ResultPager> pager;
  {
    MutexLock lock(&mu_);
    pager = pager_;
  }
  if (pager == nullptr) return;  // the stream is over
  pager->Fetch([self = shared_from_this()](absl::StatusOr<UpstreamPage> page) {
    self->OnPage(std::move(page));
  });
}

void ResultsReactor::OnPage(absl::StatusOr<UpstreamPage> page) {
  bool fetch = false;
  bool is_writing = false;
  {
    MutexLock lock(&mu_);
    fetching_ = false;
    if (finished_) return;
    if (page.ok()) {
      AddPageLocked(*std::move(page));
    } else {
      end_ = page.status();
    }
    fetch = TakeFetchLocked();
    is_writing = writing_;
  }
  if (fetch) Fetch();
  if (is_writing) return;  // OnWriteDone goes on
  // With nobody to do it elsewhere it is better done here than not at all.
  if (!options_.readers->Run([self = shared_from_this()] { self->Advance(); })) Advance();
}

void ResultsReactor::End(const absl::Status& status) {
  {
    MutexLock lock(&mu_);
    end_ = status;
  }
  Advance();
}

void ResultsReactor::Advance() {
  Step step;
  {
    MutexLock lock(&mu_);
    step = DecideLocked();
  }
  if (step.fetch) options_.loop->Post([self = shared_from_this()] { self->Fetch(); });
  switch (step.action) {
    case Step::Action::kNone:
      break;
    case Step::Action::kWrite:
      // Compressing would keep one of the few threads that serve all calls.
      StartWrite(&message_, grpc::WriteOptions().set_no_compression());
      break;
    case Step::Action::kFinish:
      Finish(ToGrpc(step.status));
      break;
  }
}

ResultsReactor::Step ResultsReactor::DecideLocked() {
  Step step;
  if (finished_) return step;
  step.fetch = TakeFetchLocked();
  if (writing_) return step;
  if (std::optional<absl::Status> ending = EndingLocked()) {
    finished_ = true;
    pages_.clear();
    step.action = Step::Action::kFinish;
    step.status = *std::move(ending);
  } else if (!pages_.empty()) {
    PrepareMessageLocked();
    writing_ = true;
    step.action = Step::Action::kWrite;
  }
  return step;
}

std::optional<absl::Status> ResultsReactor::EndingLocked() const {
  if (cancelled_) return absl::CancelledError();
  if (pages_.empty() && end_) return end_;
  if (draining_) return ResultsDrainingError();
  return std::nullopt;
}

// Whether the caller is to fetch a page: there is room for it.
bool ResultsReactor::TakeFetchLocked() {
  const bool is_wanted = pager_ != nullptr && !end_ && !cancelled_ && !draining_;
  if (!is_wanted || fetching_ || pages_.size() >= kMaxPages) return false;
  fetching_ = true;
  return true;
}

void ResultsReactor::AddPageLocked(UpstreamPage page) {
  if (page.parts.back().is_last) end_ = absl::OkStatus();
  pages_.push_back(std::move(page));
}

void ResultsReactor::PrepareMessageLocked() {
  const UpstreamPage& page = pages_.front();
  const ResultPart& part = page.parts[next_part_++];
  std::string next_cursor = part.is_last ? "" : cursors_.Encode(part.after, page_size_);
  grpc::ByteBuffer message = MakeResultMessage(page, part, std::move(next_cursor));
  message_.Swap(&message);
}

void ResultsReactor::DropMessageLocked() {
  message_.Clear();
  if (next_part_ < pages_.front().parts.size()) return;
  pages_.pop_front();
  next_part_ = 0;
}

}  // namespace gcjobs
