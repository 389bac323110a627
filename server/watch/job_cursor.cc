#include "server/watch/job_cursor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/errors.h"
#include "common/job_state.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

// A job has half a dozen events at most; a page is the whole job but for those
// with large results.
constexpr ReadLimit kPageLimit{/*events=*/16, /*bytes=*/1 << 20};
constexpr ReadLimit kOneEvent{/*events=*/1, /*bytes=*/1};

WatchPage LastPage(Revision through) { return {{}, through, /*is_last=*/true, {}}; }

// What it means that a job had no events after `after`, and that nothing of it
// happened up to `quiet_through`. nullopt: by now it has some.
absl::StatusOr<std::optional<WatchPage>> ExplainQuiet(StoreReader& store, const std::string& job_id,
                                                      Revision after, Revision quiet_through) {
  const absl::StatusOr<store::StoredJob> job = store.GetJob(job_id);
  if (job.ok()) {
    if (job->job().revision() > after) return std::nullopt;
    if (IsTerminal(job->job().state())) return LastPage(after);
    return WatchPage{{}, std::max(after, quiet_through), /*is_last=*/false, {}};
  }
  if (!absl::IsNotFound(job.status())) return job.status();
  // Deleted, or never there. Its events tell, until they are trimmed.
  ASSIGN_OR_RETURN(const auto trace, store.ReadJobEvents(job_id, 0, kOneEvent));
  if (trace.empty()) return JobNotFoundError(job_id);
  ASSIGN_OR_RETURN(const auto missed, store.ReadJobEvents(job_id, after, kOneEvent));
  if (!missed.empty()) return std::nullopt;
  return LastPage(after);
}

// The job's events after `after`. The last page when the job is terminal or
// deleted and has none.
absl::StatusOr<WatchPage> ReadJobPage(const WatchSource& source, const std::string& job_id,
                                      Revision after) {
  for (;;) {
    // Taken before the read: what is in the log is in the store, so that a read
    // which finds nothing vouches for everything up to here.
    const Revision head = source.log->head();
    ASSIGN_OR_RETURN(const auto events, source.store->ReadJobEvents(job_id, after, kPageLimit));
    if (!events.empty()) return MakeWatchPage(events);
    ASSIGN_OR_RETURN(std::optional<WatchPage> quiet,
                     ExplainQuiet(*source.store, job_id, after, head));
    if (quiet.has_value()) return *std::move(quiet);
  }
}

}  // namespace

JobCursor::JobCursor(const EventLog* log, std::string job_id, Revision after)
    : log_(log), job_id_(std::move(job_id)), position_(after) {}

// 1. What was read from the store is sent first.
// 2. Then the log is asked, unless it cannot answer: it may have dropped events
//    of the job; and while the job is not known yet, only an event of it in the
//    log proves that it exists. That it does not exist, or that `after` is in
//    the future, only the store can tell.
// 3. With nothing to send the job is over, or the stream waits.
WatchCursor::Step JobCursor::Next() {
  if (has_ended_) return Step::End(end_);
  if (!backlog_.empty()) {
    const LoggedEventPtr event = std::move(backlog_.front());
    backlog_.pop_front();
    return Send(*event);
  }
  const EventLog::JobRead read = log_->ReadJob(job_id_, position_);
  if (!read.complete) return Step::Read();
  if (!is_known_ && (read.last == nullptr || position_ > read.head)) return Step::Read();
  is_known_ = true;
  if (read.next != nullptr) return Send(*read.next);
  if (read.last != nullptr && read.last->ends_job()) {
    End(absl::OkStatus());
    return Step::End(end_);
  }
  Skip(read.head);
  return Step::Wait();
}

WatchCursor::Read JobCursor::NextRead() const {
  return [log = log_, job_id = job_id_, after = position_,
          is_known = is_known_](StoreReader& store) -> absl::StatusOr<WatchPage> {
    const WatchSource source{log, &store};
    if (!is_known) RETURN_IF_ERROR(CheckNotInFuture(source, after));
    return ReadJobPage(source, job_id, after);
  };
}

void JobCursor::Accept(absl::StatusOr<WatchPage> page) {
  if (!page.ok() || page->is_last) return End(page.status());
  is_known_ = true;
  if (page->events.empty()) Skip(page->through);
  backlog_.assign(page->events.begin(), page->events.end());
}

void JobCursor::Skip(Revision through) { position_ = std::max(position_, through); }

std::vector<grpc::Slice> JobCursor::Bookmark() const { return {MakeBookmark(position_).message()}; }

WatchCursor::Step JobCursor::Send(const LoggedEvent& event) {
  position_ = event.revision();
  if (event.ends_job()) End(absl::OkStatus());
  return Step::Send({event.message()});
}

void JobCursor::End(absl::Status status) {
  has_ended_ = true;
  end_ = std::move(status);
  backlog_.clear();
}

}  // namespace gcjobs
