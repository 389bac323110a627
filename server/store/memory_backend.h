#ifndef GCJOBS_SERVER_STORE_MEMORY_BACKEND_H_
#define GCJOBS_SERVER_STORE_MEMORY_BACKEND_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/mutex.h"
#include "server/store/memory_tables.h"
#include "server/store/store_backend.h"

namespace gcjobs {

// Rows in memory. The writer works on tables of its own; a commit makes the
// same changes to those that readers see.
class MemoryBackend : public StoreBackend {
 public:
  absl::Status Begin() override;
  absl::Status Commit() override ABSL_LOCKS_EXCLUDED(mu_);
  void Rollback() override;
  absl::StatusOr<Revision> ReadHead() override { return working_.range().head; }
  absl::StatusOr<JobHead> FindHead(absl::string_view job_id) override;
  absl::StatusOr<store::StoredJob> FindJob(absl::string_view job_id) override;
  absl::Status InsertJob(const store::StoredJob& job, const store::Submission& submission) override;
  absl::Status ReplaceJob(const store::StoredJob& job) override;
  absl::Status RemoveJob(absl::string_view job_id) override;
  absl::Status AppendEvent(const EventPtr& event) override;
  absl::Status PutDocument(const std::string& name, const std::string& bytes) override;
  absl::StatusOr<TrimStep> Trim(absl::Time before) override;
  absl::Status Maintain() override { return absl::OkStatus(); }

  // Runs `read(tables)` on what is committed. Any thread.
  template <typename Read>
  auto Reading(const Read& read) const ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    return read(committed_);
  }

  // Faults, for tests. Any thread.
  void FailNextSync() ABSL_LOCKS_EXCLUDED(mu_);
  void HoldCommits() ABSL_LOCKS_EXCLUDED(mu_);
  void ReleaseCommits() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Change(MemoryTables::Change change);
  void UndoTo(size_t changes);
  bool MayCommitLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !held_; }

  // Writer only.
  MemoryTables working_;
  std::vector<MemoryTables::Change> changes_;  // of the transaction
  std::vector<EventPtr> trimmed_;              // by the transaction

  mutable Mutex mu_;
  MemoryTables committed_ ABSL_GUARDED_BY(mu_);
  bool fail_next_sync_ ABSL_GUARDED_BY(mu_) = false;
  bool held_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_MEMORY_BACKEND_H_
