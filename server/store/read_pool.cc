#include "server/store/read_pool.h"

#include <utility>

namespace gcjobs {

ReadPool::ReadPool(int threads, size_t max_queued)
    : inline_(threads == 0), max_queued_(max_queued) {
  for (int i = 0; i < threads; ++i) {
    threads_.push_back(std::make_unique<Thread>("gcj-reader", [this] { Work(); }));
  }
}

ReadPool::~ReadPool() {
  {
    MutexLock lock(&mu_);
    closing_ = true;
  }
  threads_.clear();
}

bool ReadPool::Run(Task task) {
  if (inline_) {
    task();
    return true;
  }
  MutexLock lock(&mu_);
  if (closing_ || queue_.size() >= max_queued_) return false;
  queue_.push_back(std::move(task));
  return true;
}

void ReadPool::Work() {
  const auto ready = [this]()
                         ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return closing_ || !queue_.empty(); };
  for (;;) {
    Task task;
    {
      MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&ready));
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace gcjobs
