#include "tests/simulator/execution_engine.h"

#include <memory>
#include <utility>

#include "absl/random/random.h"
#include "tests/simulator/deterministic_random.h"

namespace gcjobs::sim {

Execution ExecutionEngine::Submit(absl::string_view action_id, absl::string_view client_id,
                                  Mode mode, ExecutionScript script,
                                  std::map<std::string, std::string> path) {
  Execution execution;
  execution.action_id = std::string(action_id);
  execution.client_id = std::string(client_id);
  execution.mode = mode;
  execution.path = std::move(path);
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

void ExecutionEngine::Release(absl::string_view id) {
  MutexLock lock(&mu_);
  Execution* const execution = FindLocked(id);
  const absl::Time now = clock_->MonotonicNow();
  if (execution == nullptr || PhaseAt(*execution, now) != Phase::kReady) return;
  execution->released_monotonic = now;
}

bool ExecutionEngine::Cancel(absl::string_view id) {
  MutexLock lock(&mu_);
  Execution* const execution = FindLocked(id);
  if (execution == nullptr) return false;
  if (PhaseAt(*execution, clock_->MonotonicNow()) != Phase::kEnded) {
    EndLocked(execution, Outcome::kCancelled, std::nullopt, std::nullopt);
  }
  return true;
}

bool ExecutionEngine::Finish(absl::string_view id, Outcome outcome,
                             std::optional<std::string> result,
                             std::optional<std::string> message) {
  MutexLock lock(&mu_);
  Execution* const execution = FindLocked(id);
  if (execution == nullptr) return false;
  EndLocked(execution, outcome, std::move(result), std::move(message));
  return true;
}

void ExecutionEngine::EndLocked(Execution* execution, Outcome outcome,
                                std::optional<std::string> result,
                                std::optional<std::string> message) {
  auto script = std::make_shared<ExecutionScript>(*execution->script);
  script->queued = absl::ZeroDuration();
  script->running = clock_->MonotonicNow() - execution->submitted_monotonic;
  script->waits_for_go = false;
  script->outcome = outcome;
  script->statuses.clear();
  if (result.has_value()) script->result = *std::move(result);
  if (message.has_value()) script->message = *std::move(message);
  execution->script = std::move(script);
  execution->status_override.reset();
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
