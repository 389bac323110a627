#ifndef GCJOBS_TESTS_SIMULATOR_EXECUTION_H_
#define GCJOBS_TESTS_SIMULATOR_EXECUTION_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/simulator/result_plan.h"

namespace gcjobs::sim {

// How a piece of simulated work ends; kNever: it does not.
enum class Outcome { kCompleted, kFailed, kCancelled, kExpired, kNever };

// "completed", "failed", "cancelled", "expired", "never".
std::optional<Outcome> ParseOutcome(absl::string_view text);
absl::string_view OutcomeName(Outcome outcome);

// How some kind of work spells its status. Each list has a word at least; its
// words share their phase equally.
struct StatusWords {
  std::vector<std::string> queued = {"QUEUED"};
  std::string ready = "READY";  // see ExecutionScript::waits_for_go
  std::vector<std::string> running = {"RUNNING"};
  std::string completed = "COMPLETED";
  std::string failed = "FAILED";
  std::string cancelled = "CANCELLED";
  std::string expired = "EXPIRED";
};

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
  // phase equally. With two, the first stands until the end. Empty: `words`.
  std::vector<std::string> statuses;
  std::shared_ptr<const StatusWords> words;  // null: the usual
  // Between queued and running it waits until it is released.
  bool waits_for_go = false;
  ResultPlan results;             // of work with result pages; when completed
  int direct_error_status = 400;  // HTTP status of a direct call that failed
};

enum class Phase { kQueued, kReady, kRunning, kEnded };

// One piece of work. Where it stands is a function of the time alone; only
// cancels, releases and the control endpoints change it.
struct Execution {
  enum class Mode { kAsync, kDirect, kKind };

  std::string id;
  std::string action_id;  // kKind: the job kind's name
  std::string client_id;
  Mode mode = Mode::kAsync;
  std::map<std::string, std::string> path;  // kKind: the submit path's parameters
  absl::Time submitted;                     // time of day
  absl::Time submitted_monotonic;           // what phases are counted from
  std::shared_ptr<const ExecutionScript> script;
  std::optional<absl::Time> released_monotonic;
  // Set by a control endpoint: shown instead of the script's status.
  std::optional<std::string> status_override;
};

// The outcome if it has ended by then.
std::optional<Outcome> EndAt(const Execution& execution, absl::Time monotonic_now);

Phase PhaseAt(const Execution& execution, absl::Time monotonic_now);

// The status text that a poll at this time sees.
std::string StatusAt(const Execution& execution, absl::Time monotonic_now);

// When it ends and when it starts to run, by the time of day: InfiniteFuture if
// never, or while it waits to be released.
absl::Time EndTime(const Execution& execution);
absl::Time StartTime(const Execution& execution);

// From submission to the end, without any wait; infinite when never.
absl::Duration TotalDuration(const ExecutionScript& script);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_EXECUTION_H_
