#include "server/store/memory_tables.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "common/time_conversion.h"
#include "server/store/job_state.h"
#include "server/store/page_budget.h"
#include "server/store/store_errors.h"

namespace gcjobs {
namespace {

// A job's place in an order: ascending, the smaller comes first.
using Key = std::tuple<absl::Time, Revision, std::string>;

Key KeyOf(JobOrder order, const JobQuery::Position& position) {
  if (order == JobOrder::kRevision) return {absl::Time(), position.revision, position.job_id};
  return {position.time, 0, position.job_id};
}

Key KeyOf(JobOrder order, const v1::Job& job) {
  const bool by_update = order == JobOrder::kUpdateTime || order == JobOrder::kUpdateTimeDesc;
  const auto& time = by_update ? job.update_time() : job.create_time();
  return KeyOf(order, JobQuery::Position{FromProto(time), job.revision(), job.id()});
}

bool IsDescending(JobOrder order) {
  return order == JobOrder::kCreateTimeDesc || order == JobOrder::kUpdateTimeDesc;
}

bool IsBefore(JobOrder order, const Key& a, const Key& b) {
  return IsDescending(order) ? b < a : a < b;
}

bool IsAsked(const JobQuery& query, const v1::Job& job) {
  if (query.max_revision && job.revision() > *query.max_revision) return false;
  if (query.after &&
      !IsBefore(query.order, KeyOf(query.order, *query.after), KeyOf(query.order, job))) {
    return false;
  }
  return Matches(query.filter, job);
}

}  // namespace

void MemoryTables::Apply(const Change& change) {
  if (change.event != nullptr) {
    head_ = change.event->revision();
    events_[head_] = change.event;
  } else if (!change.document_name.empty()) {
    SetDocument(change.document_name, change.document_after);
  } else {
    SetRow(change.job_id, change.before, change.after);
  }
}

void MemoryTables::Undo(const Change& change) {
  if (change.event != nullptr) {
    events_.erase(change.event->revision());
    head_ = change.event->revision() - 1;
  } else if (!change.document_name.empty()) {
    SetDocument(change.document_name, change.document_before);
  } else {
    SetRow(change.job_id, change.after, change.before);
  }
}

void MemoryTables::SetRow(const std::string& job_id, const RowPtr& from, const RowPtr& to) {
  if (from != nullptr) requests_.erase({from->job.job().org(), from->job.job().request_id()});
  if (to == nullptr) {
    jobs_.erase(job_id);
    return;
  }
  jobs_[job_id] = to;
  const v1::Job& job = to->job.job();
  if (!job.request_id().empty()) requests_[{job.org(), job.request_id()}] = job_id;
}

void MemoryTables::SetDocument(const std::string& name, const DocumentPtr& to) {
  if (to == nullptr) {
    documents_.erase(name);
  } else {
    documents_[name] = to;
  }
}

MemoryTables::DocumentPtr MemoryTables::FindDocument(absl::string_view name) const {
  const auto document = documents_.find(std::string(name));
  return document == documents_.end() ? nullptr : document->second;
}

std::vector<EventPtr> MemoryTables::FindTrimmable(absl::Time before) const {
  std::set<std::string> deleted;
  for (const auto& [revision, event] : events_) {
    if (event->type() == v1::EVENT_TYPE_DELETED && FromProto(event->time()) < before) {
      deleted.insert(event->job().id());
    }
  }
  std::vector<EventPtr> trimmable;
  for (const auto& [revision, event] : events_) {
    if (deleted.count(event->job().id()) > 0) trimmable.push_back(event);
  }
  return trimmable;
}

void MemoryTables::DropEvents(const std::vector<EventPtr>& events) {
  for (const EventPtr& event : events) {
    events_.erase(event->revision());
    compacted_ = std::max(compacted_, event->revision());
  }
}

MemoryTables::RowPtr MemoryTables::Find(absl::string_view job_id) const {
  const auto row = jobs_.find(std::string(job_id));
  return row == jobs_.end() ? nullptr : row->second;
}

std::string MemoryTables::FindRequest(const std::string& org, const std::string& request_id) const {
  const auto request = requests_.find({org, request_id});
  return request == requests_.end() ? "" : request->second;
}

std::vector<MemoryTables::RowPtr> MemoryTables::FindLive() const {
  std::vector<RowPtr> live;
  for (const auto& [job_id, row] : jobs_) {
    if (!IsTerminal(row->job.job().state())) live.push_back(row);
  }
  const auto created = [](const RowPtr& row) {
    return KeyOf(JobOrder::kCreateTime, row->job.job());
  };
  std::sort(live.begin(), live.end(),
            [&created](const RowPtr& a, const RowPtr& b) { return created(a) < created(b); });
  return live;
}

std::vector<v1::Job> MemoryTables::ListJobs(const JobQuery& query) const {
  std::vector<std::pair<Key, const v1::Job*>> asked;
  for (const auto& [job_id, row] : jobs_) {
    const v1::Job& job = row->job.job();
    if (IsAsked(query, job)) asked.emplace_back(KeyOf(query.order, job), &job);
  }
  std::sort(asked.begin(), asked.end(), [&query](const auto& a, const auto& b) {
    return IsBefore(query.order, a.first, b.first);
  });
  std::vector<v1::Job> page;
  PageBudget budget(query.limit, query.max_bytes);
  for (const auto& [key, job] : asked) {
    if (!budget.Take(job->ByteSizeLong())) break;
    page.push_back(*job);
  }
  return page;
}

std::vector<Store::ExpiredJob> MemoryTables::ListExpired(absl::Time now, size_t limit) const {
  std::vector<std::tuple<absl::Time, std::string, Revision>> expired;
  for (const auto& [job_id, row] : jobs_) {
    const v1::Job& job = row->job.job();
    if (!ExpiresBy(job, now)) continue;
    expired.emplace_back(FromProto(job.expire_time()), job_id, job.revision());
  }
  std::sort(expired.begin(), expired.end());
  expired.resize(std::min(expired.size(), limit));
  std::vector<Store::ExpiredJob> jobs;
  for (const auto& [time, job_id, revision] : expired) jobs.push_back({job_id, revision});
  return jobs;
}

absl::StatusOr<std::vector<EventPtr>> MemoryTables::ReadEvents(Revision after,
                                                               Store::ReadLimit limit) const {
  if (after < compacted_) return RevisionCompactedError(after, compacted_ + 1);
  std::vector<EventPtr> read;
  PageBudget budget(limit.events, limit.bytes);
  for (auto next = events_.upper_bound(after); next != events_.end(); ++next) {
    if (!budget.Take(next->second->ByteSizeLong())) break;
    read.push_back(next->second);
  }
  return read;
}

std::vector<EventPtr> MemoryTables::ReadJobEvents(absl::string_view job_id, Revision after,
                                                  Store::ReadLimit limit) const {
  std::vector<EventPtr> read;
  PageBudget budget(limit.events, limit.bytes);
  for (auto next = events_.upper_bound(after); next != events_.end(); ++next) {
    if (next->second->job().id() != job_id) continue;
    if (!budget.Take(next->second->ByteSizeLong())) break;
    read.push_back(next->second);
  }
  return read;
}

}  // namespace gcjobs
