#include "tests/simulator/execution_planner.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulator/deterministic_random.h"

namespace gcjobs::sim {
namespace {

// Looks like an action's answer, and holds what careless JSON code loses: an
// integer beyond 2^53, a decimal with a trailing zero.
std::string EchoResult(absl::string_view action_id, uint64_t ordinal, const RawObject& parameters) {
  RawObject result;
  result.SetString("actionId", action_id)
      .Set("customerId", absl::StrCat(9007199254740993 + ordinal))
      .Set("balance", "1.10")
      .SetString("currency", "EUR")
      .Set("parameters", RawObject(parameters).Erase("$sim").ToString());
  return result.ToString();
}

Outcome DrawOutcome(const ActionBehaviour& behaviour, DeterministicRandom* random) {
  // Drawn in any case, so that later draws do not depend on the behaviour.
  const bool fails = random->Uniform() < behaviour.failure_rate;
  if (behaviour.never_ends) return Outcome::kNever;
  return fails ? Outcome::kFailed : Outcome::kCompleted;
}

void Obey(const SimDirective& directive, double speed, ExecutionScript* script) {
  if (directive.duration.has_value()) script->running = *directive.duration / speed;
  if (directive.queued.has_value()) script->queued = *directive.queued / speed;
  if (directive.outcome.has_value()) script->outcome = *directive.outcome;
  if (directive.message.has_value()) script->message = *directive.message;
  if (directive.result.has_value()) script->result = *directive.result;
  if (directive.http_status.has_value()) script->direct_error_status = *directive.http_status;
  script->statuses = directive.statuses;
}

}  // namespace

absl::StatusOr<ExecutionScript> ExecutionPlanner::Plan(absl::string_view action_id,
                                                       const ActionBehaviour& behaviour,
                                                       const RawObject& parameters) {
  const absl::StatusOr<SimDirective> directive = ParseSimDirective(parameters);
  if (!directive.ok()) return directive.status();
  const uint64_t ordinal = NextOrdinal(action_id);
  ExecutionScript script = Draw(action_id, ordinal, behaviour, *directive);
  if (!directive->result.has_value()) script.result = EchoResult(action_id, ordinal, parameters);
  return script;
}

ExecutionScript ExecutionPlanner::PlanJob(absl::string_view kind, const SimDirective& directive) {
  return Draw(kind, NextOrdinal(kind), ActionBehaviour(), directive);
}

ExecutionScript ExecutionPlanner::Draw(absl::string_view name, uint64_t ordinal,
                                       const ActionBehaviour& behaviour,
                                       const SimDirective& directive) const {
  DeterministicRandom random(options_.seed, name, ordinal);
  ExecutionScript script;
  script.queued = options_.queued.Draw(&random) / options_.speed;
  script.outcome = DrawOutcome(behaviour, &random);
  const DurationLaw& law =
      behaviour.durations.has_value() ? *behaviour.durations : options_.durations;
  script.running = law.Draw(&random) / options_.speed;
  script.message = behaviour.failure_message.empty() ? "The action failed (simulated)."
                                                     : behaviour.failure_message;
  Obey(directive, options_.speed, &script);
  return script;
}

uint64_t ExecutionPlanner::NextOrdinal(absl::string_view name) {
  MutexLock lock(&mu_);
  return ordinals_[name]++;
}

}  // namespace gcjobs::sim
