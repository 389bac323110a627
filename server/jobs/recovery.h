#ifndef GCJOBS_SERVER_JOBS_RECOVERY_H_
#define GCJOBS_SERVER_JOBS_RECOVERY_H_

#include <cstddef>

#include "absl/status/statusor.h"

#include "server/jobs/orchestrator.h"
#include "server/store/store.h"

namespace gcjobs {

struct RecoveryReport {
  size_t restored = 0;
  // Jobs whose organisation or kind is not configured any more: they stay as
  // they are and go on when a later start has it again.
  size_t left_alone = 0;
};

// Hands every job that is not terminal back to the orchestrator. Call it
// before the loop runs, from the thread that will run it or one that starts
// it. Blocks on the store.
absl::StatusOr<RecoveryReport> Recover(const Store& store, Orchestrator* orchestrator);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_RECOVERY_H_
