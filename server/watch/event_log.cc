#include "server/watch/event_log.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/store/page_budget.h"

namespace gcjobs {
namespace {

// The first of `events`, which are in order of revision, after `after`.
template <typename Events>
auto FindAfter(const Events& events, Revision after) {
  return std::upper_bound(
      events.begin(), events.end(), after,
      [](Revision revision, const LoggedEventPtr& event) { return revision < event->revision(); });
}

}  // namespace

EventLog::EventLog(Options options, Revision base) : options_(options), base_(base), head_(base) {}

void EventLog::Append(const std::vector<EventPtr>& events) {
  std::vector<LoggedEventPtr> added;
  added.reserve(events.size());
  for (const EventPtr& event : events) added.push_back(std::make_shared<const LoggedEvent>(*event));

  std::vector<LoggedEventPtr> dropped;  // freed after the lock
  MutexLock lock(&mu_);
  for (LoggedEventPtr& event : added) AddLocked(std::move(event));
  while (OverfullLocked()) dropped.push_back(DropOldestLocked());
}

Revision EventLog::head() const {
  MutexLock lock(&mu_);
  return head_;
}

std::optional<EventLog::Batch> EventLog::Read(Revision after, Store::ReadLimit limit) const {
  MutexLock lock(&mu_);
  if (after < base_) return std::nullopt;
  Batch batch;
  batch.through = std::max(after, head_);
  PageBudget budget(limit.events, limit.bytes);
  for (auto event = FindAfter(events_, after); event != events_.end(); ++event) {
    if (!budget.Take((*event)->bytes())) break;
    batch.events.push_back(*event);
    batch.through = (*event)->revision();
  }
  return batch;
}

EventLog::JobRead EventLog::ReadJob(absl::string_view job_id, Revision after) const {
  MutexLock lock(&mu_);
  JobRead read;
  read.head = head_;
  read.complete = after >= base_;
  const auto found = by_job_.find(job_id);
  if (found == by_job_.end()) return read;
  const JobEvents& events = found->second;
  const auto next = FindAfter(events, after);
  if (next != events.end()) read.next = *next;
  read.last = events.back();
  // What was dropped of this job is older than its oldest event here.
  const LoggedEvent& oldest = *events.front();
  read.complete = read.complete || oldest.revision() <= after || oldest.sequence() == 1;
  return read;
}

void EventLog::AddLocked(LoggedEventPtr event) {
  head_ = event->revision();
  bytes_ += event->bytes();
  by_job_[event->job_id()].push_back(event);
  events_.push_back(std::move(event));
}

LoggedEventPtr EventLog::DropOldestLocked() {
  LoggedEventPtr oldest = std::move(events_.front());
  events_.pop_front();
  base_ = oldest->revision();
  bytes_ -= oldest->bytes();
  const auto found = by_job_.find(oldest->job_id());
  found->second.erase(found->second.begin());
  if (found->second.empty()) by_job_.erase(found);
  return oldest;
}

bool EventLog::OverfullLocked() const {
  return events_.size() > options_.max_events || bytes_ > options_.max_bytes;
}

}  // namespace gcjobs
