#include "client/watch_cursor.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/text.h"
#include "common/status_macros.h"

namespace gcjobs {

WatchCursor::WatchCursor(Scope scope, int64_t after)
    : scope_(scope),
      resume_(after),
      last_(after),
      in_snapshots_(scope != Scope::kOneJob && after == 0) {}

absl::StatusOr<WatchCursor::Verdict> WatchCursor::Accept(const v1::JobEvent& event) {
  switch (event.type()) {
    case v1::EVENT_TYPE_BOOKMARK:
      return AcceptBookmark(event);
    case v1::EVENT_TYPE_SNAPSHOT:
      return AcceptSnapshot(event);
    default:
      return AcceptChange(event);
  }
}

void WatchCursor::StartOver() {
  known_until_ = last_;
  resume_ = 0;
  in_snapshots_ = true;
  snapshots_.clear();
  sequences_.clear();
}

WatchCursor::Verdict WatchCursor::AcceptBookmark(const v1::JobEvent& event) {
  const bool ends_snapshots = in_snapshots_;
  in_snapshots_ = false;
  snapshots_.clear();
  const bool is_news = ends_snapshots || event.revision() > resume_;
  last_ = std::max(last_, event.revision());
  resume_ = std::max(resume_, event.revision());
  return is_news ? Verdict::kNew : Verdict::kSeen;
}

WatchCursor::Verdict WatchCursor::AcceptSnapshot(const v1::JobEvent& event) {
  const int64_t revision = event.job().revision() > 0 ? event.job().revision() : event.revision();
  RememberSequence(event);
  last_ = std::max(last_, event.revision());
  // Of one job there is but one snapshot, and it is complete.
  if (scope_ == Scope::kOneJob) {
    in_snapshots_ = false;
    resume_ = last_;
  }
  int64_t& seen = snapshots_[event.job().id()];
  if (revision <= std::max(seen, known_until_)) return Verdict::kSeen;
  seen = revision;
  return Verdict::kNew;
}

absl::StatusOr<WatchCursor::Verdict> WatchCursor::AcceptChange(const v1::JobEvent& event) {
  if (event.revision() <= resume_) return Verdict::kSeen;
  RETURN_IF_ERROR(CheckSequence(event));
  RememberSequence(event);
  in_snapshots_ = false;
  last_ = std::max(last_, event.revision());
  resume_ = event.revision();
  return Verdict::kNew;
}

absl::Status WatchCursor::CheckSequence(const v1::JobEvent& event) const {
  if (scope_ == Scope::kSomeEvents) return absl::OkStatus();
  const auto before = sequences_.find(event.job().id());
  const bool from_the_start = scope_ == Scope::kOneJob && resume_ == 0;
  if (before == sequences_.end() && !from_the_start) return absl::OkStatus();
  const int64_t expected = before == sequences_.end() ? 1 : before->second + 1;
  if (event.sequence() == expected) return absl::OkStatus();
  return WithHint(
      absl::DataLossError(absl::StrCat("job ", event.job().id(), ": event ", event.sequence(),
                                       " at revision ", event.revision(), " where event ", expected,
                                       " was due: the server left one out")),
      "please report this; gcjobs get shows the job as it is");
}

void WatchCursor::RememberSequence(const v1::JobEvent& event) {
  if (IsTerminal(event.job().state()) && scope_ != Scope::kOneJob) {
    sequences_.erase(event.job().id());  // nothing but its deletion can follow
  } else if (event.sequence() > 0) {
    sequences_[event.job().id()] = event.sequence();
  }
}

}  // namespace gcjobs
