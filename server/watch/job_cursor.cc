#include "server/watch/job_cursor.h"

#include <algorithm>
#include <utility>

namespace gcjobs {
namespace {

// A job has half a dozen events at most; a page is the whole job but for those
// with large results.
constexpr Store::ReadLimit kPageLimit{/*events=*/16, /*bytes=*/1 << 20};

}  // namespace

JobCursor::JobCursor(WatchSource source, std::string job_id, Revision after)
    : source_(source), job_id_(std::move(job_id)), position_(after) {}

WatchCursor::Step JobCursor::Next() {
  if (ended_) return End(status_);
  if (!backlog_.empty()) {
    const LoggedEventPtr event = std::move(backlog_.front());
    backlog_.pop_front();
    return Send(*event);
  }
  const EventLog::JobRead read = source_.log->ReadJob(job_id_, position_);
  if (NeedsStore(read)) return Step{Action::kRead, {}, {}};
  known_ = true;
  if (read.next != nullptr) return Send(*read.next);
  if (read.last != nullptr && read.last->ends_job()) return End(absl::OkStatus());
  Skip(read.head);
  return Step{Action::kWait, {}, {}};
}

WatchCursor::Read JobCursor::NextRead() const {
  return [source = source_, job_id = job_id_, after = position_,
          checked = known_]() -> absl::StatusOr<WatchPage> {
    if (!checked) {
      const absl::Status status = CheckNotInFuture(source, after);
      if (!status.ok()) return status;
    }
    return ReadJobPage(source, job_id, after, kPageLimit);
  };
}

void JobCursor::Accept(absl::StatusOr<WatchPage> page) {
  if (!page.ok() || page->last) {
    End(page.status());
    return;
  }
  known_ = true;
  if (page->events.empty()) Skip(page->through);
  backlog_.assign(page->events.begin(), page->events.end());
}

void JobCursor::Skip(Revision through) { position_ = std::max(position_, through); }

std::vector<grpc::Slice> JobCursor::Bookmark() const { return {MakeBookmark(position_).message()}; }

WatchCursor::Step JobCursor::Send(const LoggedEvent& event) {
  position_ = event.revision();
  ended_ = event.ends_job();
  return Step{Action::kSend, {event.message()}, {}};
}

WatchCursor::Step JobCursor::End(absl::Status status) {
  ended_ = true;
  status_ = std::move(status);
  backlog_.clear();
  return Step{Action::kEnd, {}, status_};
}

// The log proves that a job exists by having an event of it; that it does not
// exist, or is past its end, only the store can tell.
bool JobCursor::NeedsStore(const EventLog::JobRead& read) const {
  if (!read.complete) return true;
  return !known_ && (read.last == nullptr || position_ > read.head);
}

}  // namespace gcjobs
