#include "tests/simulator/execution.h"

#include <algorithm>

namespace gcjobs::sim {
namespace {

const StatusWords& WordsOf(const ExecutionScript& script) {
  static const StatusWords* const kUsual = new StatusWords();
  return script.words == nullptr ? *kUsual : *script.words;
}

const std::string& FinalWord(const StatusWords& words, Outcome outcome) {
  switch (outcome) {
    case Outcome::kCompleted:
      return words.completed;
    case Outcome::kFailed:
      return words.failed;
    case Outcome::kCancelled:
      return words.cancelled;
    case Outcome::kExpired:
      return words.expired;
    case Outcome::kNever:
      break;
  }
  return words.running.back();
}

// Which of `count` equal parts of the running phase `elapsed` falls in.
size_t PartOf(absl::Duration elapsed, absl::Duration whole, size_t count) {
  if (whole == absl::InfiniteDuration() || whole <= absl::ZeroDuration()) return 0;
  const double share = absl::FDivDuration(elapsed, whole) * static_cast<double>(count);
  return std::min(count - 1, static_cast<size_t>(std::max(0.0, share)));
}

// How long the work itself takes.
absl::Duration RunLength(const ExecutionScript& script) {
  return script.outcome == Outcome::kNever ? absl::InfiniteDuration() : script.running;
}

// From submission to the start of the work.
absl::Duration StartAge(const Execution& execution) {
  if (!execution.script->waits_for_go) return execution.script->queued;
  if (!execution.released_monotonic.has_value()) return absl::InfiniteDuration();
  return *execution.released_monotonic - execution.submitted_monotonic;
}

const std::string& WordAt(const Execution& execution, Phase phase, absl::Duration age) {
  const ExecutionScript& script = *execution.script;
  const StatusWords& words = WordsOf(script);
  switch (phase) {
    case Phase::kQueued:
      return words.queued[PartOf(age, script.queued, words.queued.size())];
    case Phase::kReady:
      return words.ready;
    case Phase::kRunning:
      return words
          .running[PartOf(age - StartAge(execution), RunLength(script), words.running.size())];
    case Phase::kEnded:
      break;
  }
  return FinalWord(words, script.outcome);
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
  return script.queued + RunLength(script);
}

Phase PhaseAt(const Execution& execution, absl::Time monotonic_now) {
  const absl::Duration age = monotonic_now - execution.submitted_monotonic;
  const absl::Duration start = StartAge(execution);
  if (age >= start + RunLength(*execution.script)) return Phase::kEnded;
  if (age >= start) return Phase::kRunning;
  return age < execution.script->queued ? Phase::kQueued : Phase::kReady;
}

std::optional<Outcome> EndAt(const Execution& execution, absl::Time monotonic_now) {
  if (PhaseAt(execution, monotonic_now) != Phase::kEnded) return std::nullopt;
  return execution.script->outcome;
}

std::string StatusAt(const Execution& execution, absl::Time monotonic_now) {
  if (execution.status_override.has_value()) return *execution.status_override;
  const Phase phase = PhaseAt(execution, monotonic_now);
  const absl::Duration age = monotonic_now - execution.submitted_monotonic;
  const std::vector<std::string>& statuses = execution.script->statuses;
  if (statuses.empty() || phase == Phase::kReady) return WordAt(execution, phase, age);
  if (phase == Phase::kEnded || statuses.size() == 1) return statuses.back();
  if (phase == Phase::kQueued || statuses.size() == 2) return statuses.front();
  return statuses[1 + PartOf(age - StartAge(execution), RunLength(*execution.script),
                             statuses.size() - 2)];
}

absl::Time StartTime(const Execution& execution) {
  return execution.submitted + StartAge(execution);
}

absl::Time EndTime(const Execution& execution) {
  return StartTime(execution) + RunLength(*execution.script);
}

}  // namespace gcjobs::sim
