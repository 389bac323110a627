#include "server/store/commit_queue.h"

#include <utility>

#include "server/store/store_errors.h"

namespace gcjobs {
namespace {

// About what a write holds beside its own size, which counts as well: a million
// deletions are not nothing.
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

}  // namespace

void CommitQueue::Push(Write write, Store::CommitDone done) {
  const size_t bytes = sizeof(QueuedWrite) + std::visit(ByteCounter(), write);
  auto entry = std::make_unique<QueuedWrite>(QueuedWrite{std::move(write), std::move(done), bytes});
  absl::Status refusal;
  {
    MutexLock lock(&mu_);
    const bool fits = queue_.size() < limits_.max_queued_writes &&
                      queued_bytes_ + bytes <= limits_.max_queued_bytes;
    if (closed_) {
      refusal = StoreClosedError();
    } else if (!fits && !queue_.empty()) {
      refusal = CommitQueueFullError();
    } else {
      queued_bytes_ += bytes;
      queue_.push_back(std::move(entry));
      if (metrics_ != nullptr) metrics_->CommitQueue().Increment();
      return;
    }
  }
  entry->done(std::move(refusal));
}

void CommitQueue::Push(QueuedTrim trim) {
  {
    MutexLock lock(&mu_);
    if (!closed_) {
      queue_.push_back(std::move(trim));
      if (metrics_ != nullptr) metrics_->CommitQueue().Increment();
      return;
    }
  }
  trim.done(StoreClosedError());
}

std::optional<CommitQueue::Group> CommitQueue::TakeGroup() {
  MutexLock lock(&mu_);
  return TakeGroupLocked();
}

std::optional<CommitQueue::Group> CommitQueue::WaitForGroup() {
  MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &CommitQueue::HasWorkLocked));
  return TakeGroupLocked();
}

std::optional<CommitQueue::Group> CommitQueue::TakeGroupLocked() {
  if (queue_.empty()) return std::nullopt;
  if (auto* trim = std::get_if<QueuedTrim>(&queue_.front())) {
    Group group = std::move(*trim);
    queue_.pop_front();
    if (metrics_ != nullptr) metrics_->CommitQueue().Decrement();
    return group;
  }
  Writes writes;
  size_t bytes = 0;
  while (!queue_.empty() && writes.size() < limits_.max_group_writes) {
    auto* const next = std::get_if<std::unique_ptr<QueuedWrite>>(&queue_.front());
    if (next == nullptr) break;  // a trim is a transaction of its own
    bytes += (*next)->bytes;
    if (!writes.empty() && bytes > limits_.max_group_bytes) break;
    queued_bytes_ -= (*next)->bytes;
    writes.push_back(std::move(*next));
    queue_.pop_front();
  }
  if (metrics_ != nullptr) metrics_->CommitQueue().Decrement(static_cast<double>(writes.size()));
  return writes;
}

void CommitQueue::Close() {
  MutexLock lock(&mu_);
  closed_ = true;
}

}  // namespace gcjobs
