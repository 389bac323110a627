#include "server/store/memory_store.h"

#include <utility>

#include "server/store/store_errors.h"

namespace gcjobs {

MemoryStore::MemoryStore(GroupCommitOptions options)
    : group_commit_(&backend_, std::move(options)) {}

void MemoryStore::Commit(Write write, CommitDone done) {
  group_commit_.Commit(std::move(write), std::move(done));
}

absl::StatusOr<store::StoredJob> MemoryStore::GetJob(absl::string_view job_id) const {
  const auto row =
      backend_.Reading([&](const MemoryTables& tables) { return tables.Find(job_id); });
  if (row == nullptr) return JobNotFoundError(job_id);
  return row->job;
}

absl::StatusOr<store::Submission> MemoryStore::GetSubmission(absl::string_view job_id) const {
  const auto row =
      backend_.Reading([&](const MemoryTables& tables) { return tables.Find(job_id); });
  if (row == nullptr) return JobNotFoundError(job_id);
  return *row->submission;
}

absl::StatusOr<std::string> MemoryStore::GetDocument(absl::string_view name) const {
  const auto document =
      backend_.Reading([&](const MemoryTables& tables) { return tables.FindDocument(name); });
  if (document == nullptr) return DocumentNotFoundError(name);
  return *document;
}

absl::StatusOr<std::vector<v1::Job>> MemoryStore::ListJobs(const JobQuery& query) const {
  return backend_.Reading([&](const MemoryTables& tables) { return tables.ListJobs(query); });
}

absl::Status MemoryStore::ForEachLiveJob(absl::FunctionRef<bool(store::StoredJob)> visit) const {
  // Visited without the lock, so that `visit` may read the store.
  for (const auto& row :
       backend_.Reading([](const MemoryTables& tables) { return tables.FindLive(); })) {
    if (!visit(row->job)) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Store::ExpiredJob>> MemoryStore::ListExpired(absl::Time now,
                                                                        size_t limit) const {
  return backend_.Reading(
      [&](const MemoryTables& tables) { return tables.ListExpired(now, limit); });
}

absl::StatusOr<std::vector<EventPtr>> MemoryStore::ReadEvents(Revision after,
                                                              ReadLimit limit) const {
  return backend_.Reading(
      [&](const MemoryTables& tables) { return tables.ReadEvents(after, limit); });
}

absl::StatusOr<std::vector<EventPtr>> MemoryStore::ReadJobEvents(absl::string_view job_id,
                                                                 Revision after,
                                                                 ReadLimit limit) const {
  return backend_.Reading(
      [&](const MemoryTables& tables) { return tables.ReadJobEvents(job_id, after, limit); });
}

absl::StatusOr<RevisionRange> MemoryStore::GetRevisionRange() const {
  return backend_.Reading([](const MemoryTables& tables) { return tables.range(); });
}

absl::StatusOr<int64_t> MemoryStore::TrimEvents(absl::Time before) {
  return group_commit_.TrimEvents(before);
}

void MemoryStore::Close() { group_commit_.Close(); }

}  // namespace gcjobs
