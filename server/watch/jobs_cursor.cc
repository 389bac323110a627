#include "server/watch/jobs_cursor.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/store/page_budget.h"

namespace gcjobs {

JobsCursor::JobsCursor(WatchSource source, const v1::JobFilter& filter, Revision after,
                       Store::ReadLimit limit)
    : source_(source),
      filter_(std::make_shared<const EventFilter>(filter)),
      limit_(limit),
      snapshot_at_(source.log->head()),
      phase_(after == 0 ? Phase::kSnapshot : Phase::kEvents),
      position_(after),
      checked_(after <= snapshot_at_) {}

WatchCursor::Step JobsCursor::Next() {
  if (!backlog_.empty()) return SendBacklog();
  switch (phase_) {
    case Phase::kSnapshot:
      return Step{Action::kRead, {}, {}};
    case Phase::kSnapshotDone:
      phase_ = Phase::kEvents;
      return Step{Action::kSend, Bookmark(), {}};
    case Phase::kEvents:
      return checked_ ? NextFromLog() : Step{Action::kRead, {}, {}};
    case Phase::kFailed:
      break;
  }
  return Step{Action::kEnd, {}, failure_};
}

WatchCursor::Read JobsCursor::NextRead() const {
  return phase_ == Phase::kSnapshot ? SnapshotRead() : EventsRead();
}

void JobsCursor::Accept(absl::StatusOr<WatchPage> page) {
  if (!page.ok()) {
    phase_ = Phase::kFailed;
    failure_ = page.status();
  } else if (phase_ == Phase::kSnapshot) {
    AcceptSnapshot(*std::move(page));
  } else {
    checked_ = true;
    Fill(std::move(page->events), page->through);
  }
}

void JobsCursor::Skip(Revision through) { position_ = std::max(position_, through); }

std::vector<grpc::Slice> JobsCursor::Bookmark() const {
  return {MakeBookmark(position_).response()};
}

WatchCursor::Step JobsCursor::NextFromLog() {
  for (;;) {
    std::optional<EventLog::Batch> batch = source_.log->Read(position_, limit_);
    if (!batch.has_value()) return Step{Action::kRead, {}, {}};
    const bool news = !batch->events.empty();
    Fill(Filter(std::move(batch->events)), batch->through);
    if (!backlog_.empty()) return SendBacklog();
    if (!news) return Step{Action::kWait, {}, {}};
  }
}

WatchCursor::Step JobsCursor::SendBacklog() {
  Step step{Action::kSend, {}, {}};
  PageBudget budget(limit_.events, limit_.bytes);
  while (!backlog_.empty() && budget.Take(backlog_.front()->response().size())) {
    step.message.push_back(backlog_.front()->response());
    Skip(backlog_.front()->revision());
    backlog_.pop_front();
  }
  if (backlog_.empty()) Skip(backlog_through_);
  return step;
}

WatchCursor::Read JobsCursor::SnapshotRead() const {
  return [source = source_, filter = filter_, at = snapshot_at_, place = snapshot_place_,
          limit = limit_] { return ReadSnapshotPage(source, *filter, at, place, limit); };
}

WatchCursor::Read JobsCursor::EventsRead() const {
  return [source = source_, filter = filter_, after = position_, limit = limit_,
          checked = checked_]() -> absl::StatusOr<WatchPage> {
    if (!checked) {
      const absl::Status status = CheckNotInFuture(source, after);
      if (!status.ok()) return status;
    }
    return ReadEventsPage(source, *filter, after, limit);
  };
}

void JobsCursor::AcceptSnapshot(WatchPage page) {
  if (page.last) phase_ = Phase::kSnapshotDone;
  snapshot_place_ = page.place;
  Fill(std::move(page.events), page.through);
}

void JobsCursor::Fill(std::vector<LoggedEventPtr> events, Revision through) {
  backlog_.assign(std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  backlog_through_ = through;
  if (backlog_.empty()) Skip(through);
}

std::vector<LoggedEventPtr> JobsCursor::Filter(std::vector<LoggedEventPtr> events) const {
  events.erase(
      std::remove_if(events.begin(), events.end(),
                     [this](const LoggedEventPtr& event) { return !filter_->Matches(*event); }),
      events.end());
  return events;
}

}  // namespace gcjobs
