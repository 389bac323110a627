#include "server/jobs/retention.h"

#include <utility>
#include <vector>

#include "common/failpoint.h"
#include "common/log.h"

namespace gcjobs {

Retention::Retention(Options options, EventLoop* loop, Store* store, ReadPool* readers)
    : options_(options), loop_(loop), store_(store), readers_(readers) {}

void Retention::Start() {
  Sweep();
  loop_->RunAfter(options_.interval, [this] { Start(); });
}

void Retention::Sweep() {
  const absl::Time now = loop_->clock()->Now();
  // A full pool has better things to do: the next sweep makes up for it.
  (void)readers_->Run([this, now] {
    auto expired = store_->ListExpired(now, options_.batch);
    loop_->Post([this, expired = std::move(expired)]() mutable { OnExpired(std::move(expired)); });
  });
}

void Retention::OnExpired(absl::StatusOr<std::vector<Store::ExpiredJob>> expired) {
  if (!expired.ok()) {
    Log(LogLevel::kWarning, "retention_sweep_failed", {{"error", expired.status()}});
    return;
  }
  if (expired->empty()) return Trim();
  DeleteJobs(*expired);
}

void Retention::DeleteJobs(const std::vector<Store::ExpiredJob>& expired) {
  GCJOBS_FAILPOINT("retention.before_delete");
  const absl::Time now = loop_->clock()->Now();
  const bool full = expired.size() >= options_.batch;
  for (size_t i = 0; i < expired.size(); ++i) {
    DeleteJob erase{expired[i].job_id, expired[i].revision, now};
    const bool last = i + 1 == expired.size();
    store_->Commit(std::move(erase),
                   [this, last, full](const absl::StatusOr<CommitOutcome>& result) {
                     if (!last) return;
                     const bool more = full && result.ok();
                     loop_->Post([this, more] { more ? Sweep() : Trim(); });
                   });
  }
  Log(LogLevel::kInfo, "jobs_expired", {{"jobs", static_cast<int64_t>(expired.size())}});
}

void Retention::Trim() {
  const absl::Time before = loop_->clock()->Now() - options_.event_window;
  (void)readers_->Run([this, before] {
    const absl::StatusOr<int64_t> trimmed = store_->TrimEvents(before);
    if (!trimmed.ok()) {
      Log(LogLevel::kWarning, "event_trim_failed", {{"error", trimmed.status()}});
    } else if (*trimmed > 0) {
      Log(LogLevel::kInfo, "events_trimmed", {{"events", *trimmed}});
    }
  });
}

}  // namespace gcjobs
