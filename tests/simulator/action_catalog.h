#ifndef GCJOBS_TESTS_SIMULATOR_ACTION_CATALOG_H_
#define GCJOBS_TESTS_SIMULATOR_ACTION_CATALOG_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/document_store.h"
#include "tests/simulator/durations.h"
#include "tests/simulator/execution_planner.h"

namespace gcjobs::sim {

// The integration actions of the simulated organisation and how their jobs go.
// The first ones are the same in every run, for demos and tests:
//
//   custom_-_00000000-0000-4000-8000-…  name                          how its jobs go
//   …000000000001  Look Up Customer               about 1.5 s; timeout 3 s
//   …000000000002  Charge Card (declines)         2 s, always fails
//   …000000000003  Rebuild Segment (slow)         about a minute
//   …000000000004  Send Confirmation (instant)    done at once
//   …000000000005  Sync Inventory (flaky)         --durations, one in three fails
//   …000000000006  Reconcile Ledger (never ends)  runs for ever
//   …000000000007  Export Transcript (times out)  5 s; timeout 2 s: a direct call gives 504
//
// Some dozen ordinary ones follow, made from the seed, and a few built-in ones
// whose ids start with `static_`. Thread-safe once it is set up.
class ActionCatalog {
 public:
  explicit ActionCatalog(uint64_t seed);

  DocumentStore& documents() { return documents_; }
  const DocumentStore& documents() const { return documents_; }

  // The usual behaviour for ids that are unknown.
  ActionBehaviour BehaviourOf(absl::string_view id) const;

  // Gives one action, by id or by whole name, another law. Before serving
  // only. NOT_FOUND.
  absl::Status SetDurations(absl::string_view id_or_name, const DurationLaw& law);

 private:
  void AddAction(absl::string_view id, absl::string_view name, absl::string_view category,
                 int timeout_seconds, ActionBehaviour behaviour);
  void AddWellKnown();
  void AddOrdinary(uint64_t seed);
  void AddStatic();

  DocumentStore documents_;
  absl::flat_hash_map<std::string, ActionBehaviour> behaviours_;  // constant after set-up
};

// The id of the n-th well-known action (1, 2 ...).
std::string WellKnownActionId(int n);

// Whether `seconds` may be an integration action's timeoutSeconds.
bool IsActionTimeout(int64_t seconds);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_ACTION_CATALOG_H_
