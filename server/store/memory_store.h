#ifndef GCJOBS_SERVER_STORE_MEMORY_STORE_H_
#define GCJOBS_SERVER_STORE_MEMORY_STORE_H_

#include <vector>

#include "server/store/group_commit.h"
#include "server/store/memory_backend.h"
#include "server/store/store.h"

namespace gcjobs {

// A store whose jobs end with the process: for tests, and for servers that
// may forget. All else is as store.h says. A listing looks at every job.
class MemoryStore : public Store {
 public:
  explicit MemoryStore(GroupCommitOptions options = {});

  void Commit(Write write, CommitDone done) override;
  absl::StatusOr<store::StoredJob> GetJob(absl::string_view job_id) const override;
  absl::StatusOr<store::Submission> GetSubmission(absl::string_view job_id) const override;
  absl::StatusOr<std::string> GetDocument(absl::string_view name) const override;
  absl::StatusOr<std::vector<v1::Job>> ListJobs(const JobQuery& query) const override;
  absl::Status ForEachLiveJob(absl::FunctionRef<bool(store::StoredJob)> visit) const override;
  absl::StatusOr<std::vector<ExpiredJob>> ListExpired(absl::Time now, size_t limit) const override;
  absl::StatusOr<std::vector<EventPtr>> ReadEvents(Revision after, ReadLimit limit) const override;
  absl::StatusOr<std::vector<EventPtr>> ReadJobEvents(absl::string_view job_id, Revision after,
                                                      ReadLimit limit) const override;
  absl::StatusOr<RevisionRange> GetRevisionRange() const override;
  absl::StatusOr<int64_t> TrimEvents(absl::Time before) override;
  void Close() override;

  // For tests.

  // As GroupCommit::CommitQueued. REQUIRES: CommitMode::kManual.
  void CommitQueued() { group_commit_.CommitQueued(); }

  // The next group's sync fails, and with it the store.
  void FailNextSync() { backend_.FailNextSync(); }

  // From Hold to Release no group becomes durable: the writer waits at its
  // sync. REQUIRES: CommitMode::kThread; release before Close.
  void HoldCommits() { backend_.HoldCommits(); }
  void ReleaseCommits() { backend_.ReleaseCommits(); }

 private:
  MemoryBackend backend_;
  GroupCommit group_commit_;  // last: its thread uses the backend
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_MEMORY_STORE_H_
