#include "server/store/memory_backend.h"

#include <memory>
#include <utility>

#include "server/store/store_errors.h"

namespace gcjobs {

absl::Status MemoryBackend::Begin() {
  changes_.clear();
  trimmed_.clear();
  return absl::OkStatus();
}

absl::Status MemoryBackend::Commit() {
  MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &MemoryBackend::MayCommitLocked));
  if (std::exchange(fail_next_sync_, false)) return absl::UnavailableError("sync: injected fault");
  for (const MemoryTables::Change& change : changes_) committed_.Apply(change);
  committed_.DropEvents(trimmed_);
  working_.DropEvents(trimmed_);
  return absl::OkStatus();
}

void MemoryBackend::Rollback() { UndoTo(0); }

absl::StatusOr<StoreBackend::JobHead> MemoryBackend::FindHead(absl::string_view job_id) {
  const MemoryTables::RowPtr row = working_.Find(job_id);
  if (row == nullptr) return JobNotFoundError(job_id);
  return JobHead{row->job.job().revision(), row->job.last_sequence()};
}

absl::StatusOr<store::StoredJob> MemoryBackend::FindJob(absl::string_view job_id) {
  const MemoryTables::RowPtr row = working_.Find(job_id);
  if (row == nullptr) return JobNotFoundError(job_id);
  return row->job;
}

absl::Status MemoryBackend::InsertJob(const store::StoredJob& job,
                                      const store::Submission& submission) {
  const v1::Job& shown = job.job();
  if (working_.Find(shown.id()) != nullptr) return JobExistsError(shown.id());
  const std::string owner = working_.FindRequest(shown.org(), shown.request_id());
  if (!owner.empty()) return RequestIdExistsError(shown.org(), shown.request_id(), owner);
  Change({shown.id(), nullptr,
          std::make_shared<MemoryTables::Row>(
              MemoryTables::Row{job, std::make_shared<const store::Submission>(submission)}),
          nullptr});
  return absl::OkStatus();
}

absl::Status MemoryBackend::ReplaceJob(const store::StoredJob& job) {
  const MemoryTables::RowPtr row = working_.Find(job.job().id());
  Change({job.job().id(), row,
          std::make_shared<MemoryTables::Row>(MemoryTables::Row{job, row->submission}), nullptr});
  return absl::OkStatus();
}

absl::Status MemoryBackend::RemoveJob(absl::string_view job_id) {
  Change({std::string(job_id), working_.Find(job_id), nullptr, nullptr});
  return absl::OkStatus();
}

absl::Status MemoryBackend::AppendEvent(const EventPtr& event) {
  Change({event->job().id(), nullptr, nullptr, event});
  return absl::OkStatus();
}

absl::Status MemoryBackend::PutDocument(const std::string& name, const std::string& bytes) {
  MemoryTables::Change change;
  change.document_name = name;
  change.document_before = working_.FindDocument(name);
  change.document_after = std::make_shared<const std::string>(bytes);
  Change(std::move(change));
  return absl::OkStatus();
}

absl::StatusOr<StoreBackend::TrimStep> MemoryBackend::Trim(absl::Time before) {
  trimmed_ = working_.FindTrimmable(before);
  return TrimStep{static_cast<int64_t>(trimmed_.size()), /*more=*/false};
}

void MemoryBackend::FailNextSync() {
  MutexLock lock(&mu_);
  fail_next_sync_ = true;
}

void MemoryBackend::HoldCommits() {
  MutexLock lock(&mu_);
  held_ = true;
}

void MemoryBackend::ReleaseCommits() {
  MutexLock lock(&mu_);
  held_ = false;
}

void MemoryBackend::Change(MemoryTables::Change change) {
  working_.Apply(change);
  changes_.push_back(std::move(change));
}

void MemoryBackend::UndoTo(size_t changes) {
  for (; changes_.size() > changes; changes_.pop_back()) working_.Undo(changes_.back());
}

}  // namespace gcjobs
