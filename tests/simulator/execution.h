#ifndef GCJOBS_TESTS_SIMULATOR_EXECUTION_H_
#define GCJOBS_TESTS_SIMULATOR_EXECUTION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gcjobs::sim {

// How a piece of simulated work ends; kNever: it does not.
enum class Outcome { kCompleted, kFailed, kCancelled, kExpired, kNever };

// "completed", "failed", "cancelled", "expired", "never".
std::optional<Outcome> ParseOutcome(absl::string_view text);
absl::string_view OutcomeName(Outcome outcome);

// What will happen to one piece of work, decided when it is submitted. Its
// durations are real time: the simulation's speed is in them already.
struct ExecutionScript {
  absl::Duration queued;
  absl::Duration running;  // after that
  Outcome outcome = Outcome::kCompleted;
  std::string result;   // JSON text, answered byte for byte; when completed
  std::string message;  // when failed
  // Spellings of the status, in order of appearance; the last is the final one.
  // The first stands for the queued phase, those between share the running
  // phase equally. With two, the first stands until the end. Empty: the usual.
  std::vector<std::string> statuses;
  int direct_error_status = 400;  // HTTP status of a direct call that failed
};

enum class Phase { kQueued, kRunning, kEnded };

// One piece of work. Where it stands is a function of the time alone; only the
// control endpoints change it.
struct Execution {
  std::string id;
  std::string action_id;
  std::string client_id;
  bool direct = false;
  absl::Time submitted;            // time of day
  absl::Time submitted_monotonic;  // what phases are counted from
  std::shared_ptr<const ExecutionScript> script;
  // Set by a control endpoint: shown instead of the script's status.
  std::optional<std::string> status_override;
};

Phase PhaseAt(const Execution& execution, absl::Time monotonic_now);

// The status text that a poll at this time sees.
std::string StatusAt(const Execution& execution, absl::Time monotonic_now);

// When it ends, by the time of day; infinitely far when never.
absl::Time EndTime(const Execution& execution);
// When it starts to run.
absl::Time StartTime(const Execution& execution);

// From submission to the end; infinite when never.
absl::Duration TotalDuration(const ExecutionScript& script);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_EXECUTION_H_
