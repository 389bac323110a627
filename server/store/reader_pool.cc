#include "server/store/reader_pool.h"

#include <algorithm>
#include <utility>

#include "common/status_macros.h"

namespace gcjobs {

absl::StatusOr<std::unique_ptr<ReaderPool>> ReaderPool::Start(Store* store, Options options) {
  std::vector<std::unique_ptr<StoreReader>> readers;
  for (int i = 0; i < std::max(options.threads, 1); ++i) {
    ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, store->OpenReader());
    readers.push_back(std::move(reader));
  }
  return std::unique_ptr<ReaderPool>(new ReaderPool(options, std::move(readers)));
}

ReaderPool::ReaderPool(Options options, std::vector<std::unique_ptr<StoreReader>> readers)
    : options_(options), readers_(std::move(readers)) {
  for (int i = 0; i < options_.threads; ++i) {
    threads_.push_back(std::make_unique<Thread>(
        "gcj-reader", [this, reader = readers_[i].get()] { Work(reader); }));
  }
}

ReaderPool::~ReaderPool() {
  {
    MutexLock lock(&mu_);
    closing_ = true;
  }
  threads_.clear();
}

bool ReaderPool::Run(Task task) {
  if (options_.threads == 0) {
    MutexLock lock(&inline_mu_);
    task(*readers_.front());
    return true;
  }
  MutexLock lock(&mu_);
  if (closing_ || queue_.size() >= options_.max_queued) return false;
  queue_.push_back(std::move(task));
  return true;
}

void ReaderPool::Work(StoreReader* reader) {
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
    task(*reader);
  }
}

}  // namespace gcjobs
