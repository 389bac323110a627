#include "tests/simulator/execution.h"

#include <algorithm>

namespace gcjobs::sim {
namespace {

// The usual spelling of the end.
absl::string_view FinalStatus(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCompleted:
      return "COMPLETED";
    case Outcome::kFailed:
      return "FAILED";
    case Outcome::kCancelled:
      return "CANCELLED";
    case Outcome::kExpired:
      return "EXPIRED";
    case Outcome::kNever:
      break;
  }
  return "RUNNING";
}

std::string UsualStatus(Phase phase, Outcome outcome) {
  switch (phase) {
    case Phase::kQueued:
      return "QUEUED";
    case Phase::kRunning:
      return "RUNNING";
    case Phase::kEnded:
      break;
  }
  return std::string(FinalStatus(outcome));
}

// Which of `count` equal parts of the running phase `elapsed` falls in.
size_t PartOf(absl::Duration elapsed, absl::Duration whole, size_t count) {
  if (whole == absl::InfiniteDuration() || whole <= absl::ZeroDuration()) return 0;
  const double share = absl::FDivDuration(elapsed, whole) * static_cast<double>(count);
  return std::min(count - 1, static_cast<size_t>(std::max(0.0, share)));
}

}  // namespace

std::optional<Outcome> ParseOutcome(absl::string_view text) {
  for (const Outcome outcome : {Outcome::kCompleted, Outcome::kFailed, Outcome::kCancelled,
                                Outcome::kExpired, Outcome::kNever}) {
    if (OutcomeName(outcome) == text) return outcome;
  }
  return std::nullopt;
}

absl::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCompleted:
      return "completed";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kCancelled:
      return "cancelled";
    case Outcome::kExpired:
      return "expired";
    case Outcome::kNever:
      return "never";
  }
  return "";
}

absl::Duration TotalDuration(const ExecutionScript& script) {
  if (script.outcome == Outcome::kNever) return absl::InfiniteDuration();
  return script.queued + script.running;
}

Phase PhaseAt(const Execution& execution, absl::Time monotonic_now) {
  const absl::Duration age = monotonic_now - execution.submitted_monotonic;
  if (age >= TotalDuration(*execution.script)) return Phase::kEnded;
  return age < execution.script->queued ? Phase::kQueued : Phase::kRunning;
}

std::string StatusAt(const Execution& execution, absl::Time monotonic_now) {
  if (execution.status_override.has_value()) return *execution.status_override;
  const ExecutionScript& script = *execution.script;
  const Phase phase = PhaseAt(execution, monotonic_now);
  const std::vector<std::string>& statuses = script.statuses;
  if (statuses.empty()) return UsualStatus(phase, script.outcome);
  if (phase == Phase::kEnded || statuses.size() == 1) return statuses.back();
  if (phase == Phase::kQueued || statuses.size() == 2) return statuses.front();
  const absl::Duration ran =
      monotonic_now - execution.submitted_monotonic - execution.script->queued;
  const absl::Duration whole =
      script.outcome == Outcome::kNever ? absl::InfiniteDuration() : script.running;
  return statuses[1 + PartOf(ran, whole, statuses.size() - 2)];
}

absl::Time StartTime(const Execution& execution) {
  return execution.submitted + execution.script->queued;
}

absl::Time EndTime(const Execution& execution) {
  return execution.submitted + TotalDuration(*execution.script);
}

}  // namespace gcjobs::sim
