#include "server/watch/watch_page.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "common/job_state.h"
#include "server/store/store_errors.h"
#include "server/watch/watch_errors.h"

namespace gcjobs {
namespace {

constexpr Store::ReadLimit kOneEvent{/*events=*/1, /*bytes=*/1};

WatchPage LastPage(Revision through) {
  WatchPage page;
  page.through = through;
  page.last = true;
  return page;
}

WatchPage EmptyPage(Revision through) {
  WatchPage page;
  page.through = through;
  return page;
}

WatchPage PageOf(const std::vector<EventPtr>& events) {
  WatchPage page;
  for (const EventPtr& event : events) {
    page.events.push_back(std::make_shared<const LoggedEvent>(*event));
  }
  page.through = events.back()->revision();
  return page;
}

// What it means that a job has no events after `after`; nullopt: by now it has.
absl::StatusOr<std::optional<WatchPage>> ReadQuietJob(const Store& store, const std::string& job_id,
                                                      Revision after, Revision quiet_through) {
  const absl::StatusOr<store::StoredJob> job = store.GetJob(job_id);
  if (job.ok()) {
    if (job->job().revision() > after) return std::nullopt;
    if (IsTerminal(job->job().state())) return LastPage(after);
    return EmptyPage(std::max(after, quiet_through));
  }
  if (!absl::IsNotFound(job.status())) return job.status();
  // Deleted, or never there. Its events tell, until they are trimmed.
  const auto trace = store.ReadJobEvents(job_id, 0, kOneEvent);
  if (!trace.ok()) return trace.status();
  if (trace->empty()) return JobNotFoundError(job_id);
  const auto missed = store.ReadJobEvents(job_id, after, kOneEvent);
  if (!missed.ok()) return missed.status();
  if (!missed->empty()) return std::nullopt;
  return LastPage(after);
}

// The SNAPSHOT of a listed job; null when its events are gone: it was deleted
// meanwhile. The sequence is that of the event that made its revision.
absl::StatusOr<LoggedEventPtr> MakeSnapshot(const Store& store, v1::Job job) {
  const auto events = store.ReadJobEvents(job.id(), job.revision() - 1, kOneEvent);
  if (!events.ok()) return events.status();
  if (events->empty() || events->front()->revision() != job.revision()) return nullptr;
  v1::JobEvent snapshot;
  snapshot.set_type(v1::EVENT_TYPE_SNAPSHOT);
  snapshot.set_revision(job.revision());
  snapshot.set_sequence(events->front()->sequence());
  *snapshot.mutable_time() = events->front()->time();
  *snapshot.mutable_job() = std::move(job);
  return std::make_shared<const LoggedEvent>(snapshot);
}

}  // namespace

absl::Status CheckNotInFuture(const WatchSource& source, Revision after) {
  if (after <= source.log->head()) return absl::OkStatus();
  const absl::StatusOr<RevisionRange> range = source.store->GetRevisionRange();
  if (!range.ok()) return range.status();
  if (after > range->head) return RevisionInFutureError(after, range->head);
  return absl::OkStatus();
}

absl::StatusOr<WatchPage> ReadJobPage(const WatchSource& source, const std::string& job_id,
                                      Revision after, Store::ReadLimit limit) {
  for (;;) {
    // Before the read: what is in the log is in the store.
    const Revision head = source.log->head();
    const auto events = source.store->ReadJobEvents(job_id, after, limit);
    if (!events.ok()) return events.status();
    if (!events->empty()) return PageOf(*events);
    absl::StatusOr<std::optional<WatchPage>> quiet =
        ReadQuietJob(*source.store, job_id, after, head);
    if (!quiet.ok()) return quiet.status();
    if (quiet->has_value()) return **std::move(quiet);
  }
}

absl::StatusOr<WatchPage> ReadEventsPage(const WatchSource& source, const EventFilter& filter,
                                         Revision after, Store::ReadLimit limit) {
  const Revision head = source.log->head();  // before the read, as above
  const auto events = source.store->ReadEvents(after, limit);
  if (!events.ok()) return events.status();
  if (events->empty()) return EmptyPage(std::max(after, head));
  WatchPage page = PageOf(*events);
  page.events.erase(
      std::remove_if(page.events.begin(), page.events.end(),
                     [&filter](const LoggedEventPtr& event) { return !filter.Matches(*event); }),
      page.events.end());
  return page;
}

absl::StatusOr<WatchPage> ReadSnapshotPage(const WatchSource& source, const EventFilter& filter,
                                           Revision at,
                                           const std::optional<JobQuery::Position>& after,
                                           Store::ReadLimit limit) {
  JobQuery query;
  query.filter = filter.filter();
  query.order = JobOrder::kRevision;
  query.after = after;
  query.max_revision = at;
  query.limit = limit.events;
  query.max_bytes = limit.bytes;
  absl::StatusOr<std::vector<v1::Job>> jobs = source.store->ListJobs(query);
  if (!jobs.ok()) return jobs.status();
  if (jobs->empty()) return LastPage(at);
  WatchPage page;
  page.through = jobs->back().revision();
  page.place = JobQuery::Position{absl::Time(), jobs->back().revision(), jobs->back().id()};
  for (v1::Job& job : *jobs) {
    absl::StatusOr<LoggedEventPtr> snapshot = MakeSnapshot(*source.store, std::move(job));
    if (!snapshot.ok()) return snapshot.status();
    if (*snapshot != nullptr) page.events.push_back(*std::move(snapshot));
  }
  return page;
}

}  // namespace gcjobs
