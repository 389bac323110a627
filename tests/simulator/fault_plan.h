#ifndef GCJOBS_TESTS_SIMULATOR_FAULT_PLAN_H_
#define GCJOBS_TESTS_SIMULATOR_FAULT_PLAN_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "tests/simulator/http_message.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {

// What goes wrong with some requests. As JSON (every member optional):
//   "id"       its name; given out when absent
//   "method"   "POST"; absent: any
//   "route"    glob on the path as sent, "/api/v2/integrations/actions/*/execute"; absent: any
//   "skip"     let so many matching requests pass first (0)
//   "count"    then hit so many (1); 0: all that follow
//   "when"     "before" (default): the request has no effect; "after": it has, and only its
//              answer is changed
//   "delay"    "500ms" of real time, before the request takes effect or before its answer
//   "status", "headers", "body"   the answer; without "body" the usual ErrorBody of the status.
//              With "after" what is absent stays as it was
//   "fill"     N: the body is so many bytes of nothing in particular
//   "reset"    true: the connection is reset, no byte is answered
//   "truncate" N: the answer's body breaks off after N bytes
//   "conflict" true: another writer changes the action first
struct Fault {
  enum class When { kBefore, kAfter };

  std::string id;
  std::string method;
  std::string route = "**";
  int skip = 0;
  int count = 1;
  When when = When::kBefore;
  absl::Duration delay;
  std::optional<int> status;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;
  bool reset = false;
  std::optional<size_t> truncate_at;
  bool conflict = false;

  // Whether the request itself goes to its handler.
  bool LetsPass() const;
};

// INVALID_ARGUMENT with the member that is wrong or unknown.
absl::StatusOr<Fault> ParseFault(const RawObject& json);

// The answer under a fault. `original` is the handler's; for a request that
// had no effect there is none.
Reply ApplyFault(const Fault& fault, std::optional<ApiResponse> original,
                 absl::string_view context_id);

// The faults in force. Thread-safe.
class FaultPlan {
 public:
  // Returns the fault's id.
  std::string Add(Fault fault) ABSL_LOCKS_EXCLUDED(mu_);

  // The fault that hits this request, if any: the first added that matches and
  // is neither skipping nor used up. Counts the request against it.
  std::optional<Fault> Take(absl::string_view method, absl::string_view path)
      ABSL_LOCKS_EXCLUDED(mu_);

  void Clear() ABSL_LOCKS_EXCLUDED(mu_);

  // A JSON array of all faults with how often each has `hit`.
  std::string ToJson() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Armed {
    Fault fault;
    int seen = 0;
    int hit = 0;
  };

  mutable Mutex mu_;
  int last_id_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<Armed> faults_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_FAULT_PLAN_H_
