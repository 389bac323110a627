#ifndef GCJOBS_TESTS_SIMULATOR_EXECUTION_ENGINE_H_
#define GCJOBS_TESTS_SIMULATOR_EXECUTION_ENGINE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/strings/string_view.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "tests/simulator/execution.h"

namespace gcjobs::sim {

// All work that was submitted since the start. It runs no thread: where a piece
// stands is computed from the clock when somebody asks. Nothing is ever
// dropped, since tests compare the whole list with what the server did; a run
// of a million jobs takes some hundred MB. Thread-safe.
class ExecutionEngine {
 public:
  // `clock` outlives the engine.
  explicit ExecutionEngine(const Clock* clock) : clock_(clock) {}

  using Mode = Execution::Mode;
  Execution Submit(absl::string_view action_id, absl::string_view client_id, Mode mode,
                   ExecutionScript script, std::map<std::string, std::string> path = {})
      ABSL_LOCKS_EXCLUDED(mu_);

  std::optional<Execution> Find(absl::string_view id) const ABSL_LOCKS_EXCLUDED(mu_);

  // In the order of submission; forgotten ones too.
  std::vector<Execution> All() const ABSL_LOCKS_EXCLUDED(mu_);

  // How many All() has.
  size_t size() const ABSL_LOCKS_EXCLUDED(mu_);

  // Lets work go on that waits for it; nothing changes when it does not wait.
  void Release(absl::string_view id) ABSL_LOCKS_EXCLUDED(mu_);

  // Ends it as cancelled unless it has ended; false: there is none of this id.
  bool Cancel(absl::string_view id) ABSL_LOCKS_EXCLUDED(mu_);

  // What tests may do to a piece of work; false: there is none of this id.
  // Ends it now; a `result` or `message` given replaces the script's.
  bool Finish(absl::string_view id, Outcome outcome, std::optional<std::string> result,
              std::optional<std::string> message) ABSL_LOCKS_EXCLUDED(mu_);
  // Shows this status from now on; nothing: the script's again.
  bool OverrideStatus(absl::string_view id, std::optional<std::string> status)
      ABSL_LOCKS_EXCLUDED(mu_);
  // Polls no longer find it.
  bool Forget(absl::string_view id) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  const Clock* const clock_;
  mutable Mutex mu_;
  absl::BitGen random_ ABSL_GUARDED_BY(mu_);
  std::vector<Execution> executions_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, size_t> index_ ABSL_GUARDED_BY(mu_);  // not forgotten ones

  Execution* FindLocked(absl::string_view id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Makes this moment its end.
  void EndLocked(Execution* execution, Outcome outcome, std::optional<std::string> result,
                 std::optional<std::string> message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_EXECUTION_ENGINE_H_
