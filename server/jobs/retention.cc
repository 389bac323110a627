#include "server/jobs/retention.h"

#include <utility>
#include <vector>

#include "common/failpoint.h"
#include "common/log.h"
#include "server/jobs/store_tasks.h"
#include "server/net/timer.h"

namespace gcjobs {

Task<> Retention::SweepForEver() {
  for (;;) {
    co_await Sweep();
    co_await Sleep(deps_.loop, options_.interval);
  }
}

// What fails is made up for by the next sweep.
Task<> Retention::Sweep() {
  // 1. The jobs, batch by batch, until none is left.
  for (bool has_more = true; has_more;) {
    const absl::Time now = deps_.loop->clock()->Now();
    const auto list = [now, limit = options_.batch](StoreReader& reader) {
      return reader.ListExpired(now, limit);
    };
    absl::StatusOr<std::vector<ExpiredJob>> expired =
        co_await OnReader(deps_.loop, deps_.readers, list);
    if (!expired.ok()) {
      Log(LogLevel::kWarning, "retention_sweep_failed", {{"error", expired.status()}});
      co_return;
    }
    if (expired->empty()) break;
    GCJOBS_FAILPOINT("retention.before_delete");
    // A write each: a job that somebody deleted meanwhile is refused alone. They
    // are made in order, so that the last one's answer is enough.
    const ExpiredJob last = std::move(expired->back());
    for (size_t i = 0; i + 1 < expired->size(); ++i) {
      ExpiredJob& job = (*expired)[i];
      deps_.store->Commit(DeleteJob{std::move(job.job_id), job.revision, now},
                          [](const absl::StatusOr<CommitOutcome>& /*outcome*/) {});
    }
    Write erase = DeleteJob{last.job_id, last.revision, now};
    const absl::StatusOr<CommitOutcome> deleted =
        co_await Commit(deps_.loop, deps_.store, std::move(erase));
    Log(LogLevel::kInfo, "jobs_expired", {{"jobs", static_cast<int64_t>(expired->size())}});
    has_more = deleted.ok() && expired->size() >= options_.batch;
  }

  // 2. The events of jobs that were deleted long ago.
  const absl::Time before = deps_.loop->clock()->Now() - options_.event_window;
  const absl::StatusOr<int64_t> trimmed = co_await TrimEvents(deps_.loop, deps_.store, before);
  if (!trimmed.ok()) {
    Log(LogLevel::kWarning, "event_trim_failed", {{"error", trimmed.status()}});
  } else if (*trimmed > 0) {
    Log(LogLevel::kInfo, "events_trimmed", {{"events", *trimmed}});
  }
}

}  // namespace gcjobs
