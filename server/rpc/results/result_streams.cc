#include "server/rpc/results/result_streams.h"

#include <utility>

#include "server/rpc/results/result_errors.h"
#include "server/rpc/results/results_reactor.h"

namespace gcjobs {

absl::Status ResultStreams::Add(const std::shared_ptr<ResultsReactor>& stream) {
  MutexLock lock(&mu_);
  if (draining_) return ResultsDrainingError();
  if (streams_.size() >= max_streams_) return TooManyResultStreamsError(max_streams_);
  streams_.emplace(stream.get(), stream);
  ShowCountLocked();
  return absl::OkStatus();
}

void ResultStreams::Remove(const ResultsReactor* stream) {
  std::shared_ptr<ResultsReactor> removed;  // freed after the lock
  MutexLock lock(&mu_);
  const auto it = streams_.find(stream);
  if (it == streams_.end()) return;
  removed = std::move(it->second);
  streams_.erase(it);
  ShowCountLocked();
}

void ResultStreams::Drain() {
  std::vector<std::shared_ptr<ResultsReactor>> open;
  {
    MutexLock lock(&mu_);
    draining_ = true;
    for (const auto& [key, stream] : streams_) open.push_back(stream);
  }
  for (const auto& stream : open) stream->Drain();
}

size_t ResultStreams::size() const {
  MutexLock lock(&mu_);
  return streams_.size();
}

void ResultStreams::ShowCountLocked() {
  if (metrics_ != nullptr) metrics_->ResultStreams().Set(static_cast<double>(streams_.size()));
}

}  // namespace gcjobs
