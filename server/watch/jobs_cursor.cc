#include "server/watch/jobs_cursor.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/status_macros.h"
#include "server/store/job_query.h"
#include "server/store/page_budget.h"

namespace gcjobs {
namespace {

constexpr ReadLimit kOneEvent{/*events=*/1, /*bytes=*/1};

// The SNAPSHOT of a listed job; null when its events are gone: it was deleted
// meanwhile. The sequence is that of the event that made its revision.
absl::StatusOr<LoggedEventPtr> MakeSnapshot(StoreReader& store, v1::Job job) {
  ASSIGN_OR_RETURN(const auto events, store.ReadJobEvents(job.id(), job.revision() - 1, kOneEvent));
  if (events.empty() || events.front()->revision() != job.revision()) return nullptr;
  v1::JobEvent snapshot;
  snapshot.set_type(v1::EVENT_TYPE_SNAPSHOT);
  snapshot.set_revision(job.revision());
  snapshot.set_sequence(events.front()->sequence());
  *snapshot.mutable_time() = events.front()->time();
  *snapshot.mutable_job() = std::move(job);
  return std::make_shared<const LoggedEvent>(snapshot);
}

v1::JobFilter WithoutStates(v1::JobFilter filter) {
  filter.clear_states();
  return filter;
}

}  // namespace

// Which events the stream gets. Immutable, since reads share it.
class JobsCursor::Filter {
 public:
  explicit Filter(const v1::JobFilter& filter)
      : jobs_(filter),
        matches_all_(filter.ByteSizeLong() == 0),
        but_for_states_(WithoutStates(filter)) {}

  // As given: which jobs a snapshot shows.
  const v1::JobFilter& jobs() const { return jobs_; }

  bool Matches(const LoggedEvent& event) const {
    return matches_all_ || (MatchesStates(event) && MatchesRest(event));
  }

  void RemoveOthers(std::vector<LoggedEventPtr>* events) const {
    if (matches_all_) return;
    events->erase(std::remove_if(events->begin(), events->end(),
                                 [this](const LoggedEventPtr& event) { return !Matches(*event); }),
                  events->end());
  }

 private:
  bool MatchesRest(const LoggedEvent& event) const {
    return gcjobs::Matches(but_for_states_, event.key()) ||
           (event.previous_key() && gcjobs::Matches(but_for_states_, *event.previous_key()));
  }
  bool MatchesStates(const LoggedEvent& event) const {
    const auto& states = jobs_.states();
    const auto is_asked = [&states](v1::JobState state) {
      return std::find(states.begin(), states.end(), state) != states.end();
    };
    return states.empty() || is_asked(event.key().state()) ||
           (event.type() == v1::EVENT_TYPE_TRANSITION && is_asked(event.previous_state()));
  }

  const v1::JobFilter jobs_;
  const bool matches_all_;  // most streams: nothing to compare
  const v1::JobFilter but_for_states_;
};

JobsCursor::JobsCursor(const EventLog* log, const v1::JobFilter& filter, Revision after,
                       ReadLimit limit)
    : log_(log),
      filter_(std::make_shared<const Filter>(filter)),
      limit_(limit),
      snapshot_at_(log->head()),
      phase_(after == 0 ? Phase::kSnapshot : Phase::kEvents),
      position_(after),
      is_checked_(after <= snapshot_at_) {}

// 1. What was read is sent first, a message at a time.
// 2. A new watch reads its snapshot from the store, page by page. It shows jobs
//    whose revision is at most snapshot_at_, in order of their revisions. A job
//    that changes between two pages is missing from the later ones, and the
//    events after snapshot_at_ tell of it: hence no transaction is held, no
//    revision comes twice, and each is a point to resume at. A BOOKMARK ends it.
// 3. A position that the log does not reach is checked against the store, once.
// 4. From then on the log is read, and filtered, until something matches or
//    nothing is left: position_ moves over what does not match as well. What
//    the log no longer has comes from the store.
WatchCursor::Step JobsCursor::Next() {
  if (!backlog_.empty()) return SendBacklog();
  switch (phase_) {
    case Phase::kSnapshot:
      return Step::Read();
    case Phase::kSnapshotDone:
      phase_ = Phase::kEvents;
      return Step::Send(Bookmark());
    case Phase::kEvents:
      break;
    case Phase::kFailed:
      return Step::End(failure_);
  }
  if (!is_checked_) return Step::Read();
  for (;;) {
    std::optional<EventLog::Batch> batch = log_->Read(position_, limit_);
    if (!batch.has_value()) return Step::Read();
    filter_->RemoveOthers(&batch->events);
    FillBacklog(std::move(batch->events), batch->through);
    if (!backlog_.empty()) return SendBacklog();
    if (batch->is_last) return Step::Wait();
  }
}

WatchCursor::Read JobsCursor::NextRead() const {
  if (phase_ == Phase::kSnapshot) {
    return [log = log_, filter = filter_, at = snapshot_at_, place = snapshot_place_,
            limit = limit_](StoreReader& store) {
      return ReadSnapshot({log, &store}, *filter, at, place, limit);
    };
  }
  return [log = log_, filter = filter_, after = position_, limit = limit_,
          is_checked = is_checked_](StoreReader& store) -> absl::StatusOr<WatchPage> {
    const WatchSource source{log, &store};
    if (!is_checked) RETURN_IF_ERROR(CheckNotInFuture(source, after));
    return ReadEvents(source, *filter, after, limit);
  };
}

absl::StatusOr<WatchPage> JobsCursor::ReadSnapshot(const WatchSource& source, const Filter& filter,
                                                   Revision at,
                                                   const std::optional<JobQuery::Position>& after,
                                                   ReadLimit limit) {
  JobQuery query;
  query.filter = filter.jobs();
  query.order = JobOrder::kRevision;
  query.after = after;
  query.max_revision = at;
  query.limit = limit.events;
  query.max_bytes = limit.bytes;
  ASSIGN_OR_RETURN(std::vector<v1::Job> jobs, source.store->ListJobs(query));
  if (jobs.empty()) return WatchPage{{}, at, /*is_last=*/true, {}};
  WatchPage page;
  page.through = jobs.back().revision();
  page.place = JobQuery::Position{absl::Time(), jobs.back().revision(), jobs.back().id()};
  for (v1::Job& job : jobs) {
    ASSIGN_OR_RETURN(LoggedEventPtr snapshot, MakeSnapshot(*source.store, std::move(job)));
    if (snapshot != nullptr) page.events.push_back(std::move(snapshot));
  }
  return page;
}

absl::StatusOr<WatchPage> JobsCursor::ReadEvents(const WatchSource& source, const Filter& filter,
                                                 Revision after, ReadLimit limit) {
  // Taken before the read: what is in the log is in the store, so that a read
  // which finds nothing vouches for everything up to here.
  const Revision head = source.log->head();
  ASSIGN_OR_RETURN(const auto events, source.store->ReadEvents(after, limit));
  if (events.empty()) return WatchPage{{}, std::max(after, head), /*is_last=*/false, {}};
  WatchPage page = MakeWatchPage(events);
  filter.RemoveOthers(&page.events);
  return page;
}

void JobsCursor::Accept(absl::StatusOr<WatchPage> page) {
  if (!page.ok()) {
    phase_ = Phase::kFailed;
    failure_ = page.status();
    return;
  }
  if (phase_ == Phase::kSnapshot) {
    if (page->is_last) phase_ = Phase::kSnapshotDone;
    snapshot_place_ = page->place;
  } else {
    is_checked_ = true;
  }
  FillBacklog(std::move(page->events), page->through);
}

void JobsCursor::Skip(Revision through) { position_ = std::max(position_, through); }

std::vector<grpc::Slice> JobsCursor::Bookmark() const {
  return {MakeBookmark(position_).response()};
}

void JobsCursor::FillBacklog(std::vector<LoggedEventPtr> events, Revision through) {
  backlog_.assign(std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  backlog_through_ = through;
  if (backlog_.empty()) Skip(through);
}

WatchCursor::Step JobsCursor::SendBacklog() {
  std::vector<grpc::Slice> message;
  PageBudget budget(limit_.events, limit_.bytes);
  while (!backlog_.empty() && budget.Take(backlog_.front()->response().size())) {
    message.push_back(backlog_.front()->response());
    Skip(backlog_.front()->revision());
    backlog_.pop_front();
  }
  if (backlog_.empty()) Skip(backlog_through_);
  return Step::Send(std::move(message));
}

}  // namespace gcjobs
