#include "server/watch/watch_cursor.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/status_macros.h"

namespace gcjobs {

absl::Status CheckNotInFuture(const WatchSource& source, Revision after) {
  // Mostly the log tells. Committed events reach it a moment after the store,
  // so that only the store can say no.
  if (after <= source.log->head()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const RevisionRange range, source.store->GetRevisionRange());
  if (after <= range.head) return absl::OkStatus();
  const std::string after_text = absl::StrCat(after);
  const std::string head_text = absl::StrCat(range.head);
  return MakeError(
      errors::kRevisionInFuture,
      absl::StrCat("cannot watch after revision ", after_text, ": the newest is ", head_text),
      {{"after_revision", after_text}, {"head_revision", head_text}});
}

WatchPage MakeWatchPage(const std::vector<EventPtr>& events) {
  WatchPage page;
  page.events.reserve(events.size());
  for (const EventPtr& event : events) {
    page.events.push_back(std::make_shared<const LoggedEvent>(*event));
  }
  page.through = events.back()->revision();
  return page;
}

}  // namespace gcjobs
