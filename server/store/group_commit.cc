#include "server/store/group_commit.h"

#include <utility>

#include "common/error_info.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "server/store/batch_applier.h"
#include "server/store/store_errors.h"

namespace gcjobs {
namespace {

struct ByteCounter {
  size_t operator()(const InsertJob& insert) const {
    return insert.job.ByteSizeLong() + insert.submission.ByteSizeLong();
  }
  size_t operator()(const UpdateJob& update) const { return update.job.ByteSizeLong(); }
  size_t operator()(const DeleteJob& erase) const { return erase.job_id.size(); }
  size_t operator()(const PutDocument& document) const {
    return document.name.size() + document.bytes.size();
  }
};

// A value that one thread waits for and another gives.
template <typename T>
class Promise {
 public:
  void Set(T value) {
    MutexLock lock(&mu_);
    value_ = std::move(value);
  }
  T Get() {
    MutexLock lock(&mu_);
    mu_.Await(absl::Condition(this, &Promise::IsSetLocked));
    return *std::move(value_);
  }

 private:
  bool IsSetLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return value_.has_value(); }

  Mutex mu_;
  std::optional<T> value_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

GroupCommit::GroupCommit(StoreBackend* backend, GroupCommitOptions options)
    : backend_(backend), options_(std::move(options)) {
  if (options_.mode == CommitMode::kThread) {
    MutexLock lock(&close_mu_);
    thread_ = std::make_unique<Thread>("gcj-writer", [this] { RunWriter(); });
  }
}

GroupCommit::~GroupCommit() { Close(); }

void GroupCommit::Commit(Write write, Store::CommitDone done) {
  Entry entry;
  entry.bytes = std::visit(ByteCounter(), write);
  entry.write = std::move(write);
  entry.done = std::move(done);
  if (!Enqueue(&entry)) entry.done(StoreClosedError());
}

bool GroupCommit::Enqueue(Entry* entry) {
  MutexLock lock(&mu_);
  if (closed_) return false;
  // A refused batch still waits for its turn, so that answers keep their order
  // and their thread; what it would have kept in memory goes now.
  if (!queue_.empty() && queued_bytes_ + entry->bytes > options_.max_queued_bytes) {
    entry->write.reset();
    entry->bytes = 0;
  }
  queued_bytes_ += entry->bytes;
  queue_.push_back(std::move(*entry));
  if (options_.metrics != nullptr) options_.metrics->CommitQueue().Increment();
  return true;
}

absl::StatusOr<int64_t> GroupCommit::TrimEvents(absl::Time before) {
  int64_t dropped = 0;
  for (;;) {
    const auto step = TrimOnce(before);
    if (!step.ok()) return step.status();
    dropped += step->dropped;
    if (!step->more) return dropped;
  }
}

absl::StatusOr<StoreBackend::TrimStep> GroupCommit::TrimOnce(absl::Time before) {
  const auto result = std::make_shared<Promise<absl::StatusOr<StoreBackend::TrimStep>>>();
  Entry entry;
  entry.trim_before = before;
  entry.trim_done = [result](absl::StatusOr<StoreBackend::TrimStep> step) {
    result->Set(std::move(step));
  };
  if (!Enqueue(&entry)) return StoreClosedError();
  if (options_.mode == CommitMode::kManual) CommitQueued();
  return result->Get();
}

void GroupCommit::Close() {
  MutexLock close_lock(&close_mu_);
  {
    MutexLock lock(&mu_);
    closed_ = true;
  }
  thread_.reset();
  if (options_.mode == CommitMode::kManual) CommitQueued();
}

void GroupCommit::CommitQueued() {
  for (;;) {
    Group group;
    {
      MutexLock lock(&mu_);
      group = TakeGroupLocked();
    }
    if (group.empty()) return;
    Process(std::move(group));
  }
}

void GroupCommit::RunWriter() {
  for (;;) {
    Group group;
    {
      MutexLock lock(&mu_);
      mu_.Await(absl::Condition(this, &GroupCommit::HasWorkLocked));
      group = TakeGroupLocked();
    }
    if (group.empty()) return;  // closed
    Process(std::move(group));
  }
}

bool GroupCommit::HasWorkLocked() const { return closed_ || !queue_.empty(); }

GroupCommit::Group GroupCommit::TakeGroupLocked() {
  Group group;
  size_t writes = 0;
  size_t bytes = 0;
  while (!queue_.empty()) {
    const Entry& next = queue_.front();
    ++writes;
    bytes += next.bytes;
    const bool fits = writes <= options_.max_group_writes && bytes <= options_.max_group_bytes;
    // A trim is a transaction of its own.
    if (!group.empty() && (!fits || next.trim_before || group.back().trim_before)) break;
    queued_bytes_ -= next.bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (options_.metrics != nullptr) options_.metrics->CommitQueue().Decrement(group.size());
  return group;
}

void GroupCommit::Process(Group group) {
  if (group.front().trim_before) {
    TrimStep(std::move(group.front()));
  } else {
    CommitGroup(std::move(group));
  }
  if (!failed_.ok()) return;
  if (absl::Status status = backend_->Maintain(); !status.ok()) Fail(status);
}

void GroupCommit::CommitGroup(Group group) {
  Results results;
  std::vector<EventPtr> events;
  if (failed_.ok()) {
    if (absl::Status status = CommitWrites(&group, &results, &events); !status.ok()) {
      backend_->Rollback();
      Fail(status);
    }
  }
  if (!failed_.ok()) {
    for (Entry& entry : group) entry.done(failed_);
    return;
  }
  if (options_.listener && !events.empty()) options_.listener(events);
  for (size_t i = 0; i < group.size(); ++i) group[i].done(std::move(results[i]));
}

absl::Status GroupCommit::CommitWrites(Group* group, Results* results,
                                       std::vector<EventPtr>* events) {
  if (absl::Status begun = backend_->Begin(); !begun.ok()) return begun;
  const absl::StatusOr<Revision> head = backend_->ReadHead();
  if (!head.ok()) return head.status();

  BatchApplier applier(backend_, *head);
  for (Entry& entry : *group) {
    if (!entry.write) {
      results->push_back(CommitQueueFullError());
      continue;
    }
    results->push_back(applier.Apply(*std::move(entry.write)));
    RETURN_IF_ERROR(results->back().status());
  }
  *events = applier.events();
  return CommitTransaction();
}

void GroupCommit::TrimStep(Entry entry) {
  if (!failed_.ok()) return entry.trim_done(failed_);
  absl::StatusOr<StoreBackend::TrimStep> step = CommitTrim(*entry.trim_before);
  if (!step.ok()) {
    backend_->Rollback();
    Fail(step.status());
    step = failed_;
  }
  entry.trim_done(std::move(step));
}

absl::StatusOr<StoreBackend::TrimStep> GroupCommit::CommitTrim(absl::Time before) {
  if (absl::Status begun = backend_->Begin(); !begun.ok()) return begun;
  const absl::StatusOr<StoreBackend::TrimStep> step = backend_->Trim(before);
  if (!step.ok()) return step;
  GCJOBS_FAILPOINT("store.trim");
  if (absl::Status committed = CommitTransaction(); !committed.ok()) return committed;
  return step;
}

absl::Status GroupCommit::CommitTransaction() {
  GCJOBS_FAILPOINT("store.before_commit");
  const absl::Time start = options_.clock->MonotonicNow();
  absl::Status status = backend_->Commit();
  if (options_.metrics != nullptr) {
    const absl::Duration taken = options_.clock->MonotonicNow() - start;
    options_.metrics->CommitDuration().Observe(absl::ToDoubleSeconds(taken));
  }
  GCJOBS_FAILPOINT("store.after_commit");
  return status;
}

void GroupCommit::Fail(const absl::Status& cause) {
  failed_ = GetReason(cause) == "STORE_FAILED" ? cause : StoreFailedError(cause.message());
  Log(LogLevel::kError, "store_failed", {{"error", cause}});
}

}  // namespace gcjobs
