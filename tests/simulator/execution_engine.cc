#include "tests/simulator/execution_engine.h"

#include <memory>
#include <utility>

#include "absl/random/random.h"
#include "tests/simulator/deterministic_random.h"

namespace gcjobs::sim {

Execution ExecutionEngine::Submit(absl::string_view action_id, absl::string_view client_id,
                                  Mode mode, ExecutionScript script) {
  Execution execution;
  execution.action_id = std::string(action_id);
  execution.client_id = std::string(client_id);
  execution.direct = mode == Mode::kDirect;
  execution.script = std::make_shared<const ExecutionScript>(std::move(script));
  MutexLock lock(&mu_);
  // Random, not from --seed: ids of an earlier run must not name jobs of this.
  execution.id = DeterministicRandom(absl::Uniform<uint64_t>(random_)).Guid();
  execution.submitted = clock_->Now();
  execution.submitted_monotonic = clock_->MonotonicNow();
  index_[execution.id] = executions_.size();
  executions_.push_back(execution);
  return execution;
}

Execution* ExecutionEngine::FindLocked(absl::string_view id) {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &executions_[found->second];
}

std::optional<Execution> ExecutionEngine::Find(absl::string_view id) const {
  MutexLock lock(&mu_);
  const auto found = index_.find(id);
  if (found == index_.end()) return std::nullopt;
  return executions_[found->second];
}

std::vector<Execution> ExecutionEngine::All() const {
  MutexLock lock(&mu_);
  return executions_;
}

size_t ExecutionEngine::size() const {
  MutexLock lock(&mu_);
  return executions_.size();
}

bool ExecutionEngine::Finish(absl::string_view id, Outcome outcome,
                             std::optional<std::string> result,
                             std::optional<std::string> message) {
  MutexLock lock(&mu_);
  Execution* const execution = FindLocked(id);
  if (execution == nullptr) return false;
  auto script = std::make_shared<ExecutionScript>(*execution->script);
  script->queued = absl::ZeroDuration();
  script->running = clock_->MonotonicNow() - execution->submitted_monotonic;
  script->outcome = outcome;
  script->statuses.clear();
  if (result.has_value()) script->result = *std::move(result);
  if (message.has_value()) script->message = *std::move(message);
  execution->script = std::move(script);
  execution->status_override.reset();
  return true;
}

bool ExecutionEngine::OverrideStatus(absl::string_view id, std::optional<std::string> status) {
  MutexLock lock(&mu_);
  Execution* const execution = FindLocked(id);
  if (execution == nullptr) return false;
  execution->status_override = std::move(status);
  return true;
}

bool ExecutionEngine::Forget(absl::string_view id) {
  MutexLock lock(&mu_);
  return index_.erase(id) > 0;
}

}  // namespace gcjobs::sim
