#include "server/jobs/recovery.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/log.h"

namespace gcjobs {

absl::StatusOr<RecoveryReport> Recover(const Store& store, Orchestrator* orchestrator) {
  // Collected first: a read under way must not see the commits of the restart.
  std::vector<store::StoredJob> jobs;
  const absl::Status read = store.ForEachLiveJob([&jobs](store::StoredJob job) {
    jobs.push_back(std::move(job));
    return true;
  });
  if (!read.ok()) return read;

  RecoveryReport report;
  for (store::StoredJob& job : jobs) {
    std::optional<store::Submission> submission;
    if (job.job().state() == v1::JOB_STATE_QUEUED) {
      absl::StatusOr<store::Submission> stored = store.GetSubmission(job.job().id());
      if (!stored.ok()) return stored.status();
      submission = *std::move(stored);
    }
    const absl::Status restored = orchestrator->Restore(std::move(job), std::move(submission));
    if (restored.ok()) {
      ++report.restored;
    } else {
      ++report.left_alone;
      Log(LogLevel::kWarning, "job_left_alone", {{"error", restored}});
    }
  }
  return report;
}

}  // namespace gcjobs
