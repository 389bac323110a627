#ifndef GCJOBS_SERVER_JOBS_ORCHESTRATOR_H_
#define GCJOBS_SERVER_JOBS_ORCHESTRATOR_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "common/job_id.h"
#include "common/metrics.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/admission.h"
#include "server/jobs/canceller.h"
#include "server/jobs/job_book.h"
#include "server/jobs/job_engine.h"
#include "server/jobs/kind_throttles.h"
#include "server/jobs/poll_runner.h"
#include "server/jobs/submitter.h"
#include "server/net/event_loop.h"
#include "server/store/read_pool.h"
#include "server/store/store.h"

namespace gcjobs {

// Carries jobs from submission to end: the JobEngine of the server. It joins
// the parts (book, submitter, poll runner, canceller) and owns none of the
// outside world. Loop thread only.
class Orchestrator final : public JobEngine {
 public:
  struct Options {
    Admission::Options admission;
    // A larger inline result is not kept; Job.result_bytes tells its size.
    size_t max_result_bytes = 2 << 20;
    // Calls of one organisation that are held until their work is done
    // (JobKind::holds_call). Genesys Cloud runs 50 data actions at a time;
    // raising it costs connections.
    int max_direct_calls = 50;
    // How long CancelJob waits for Genesys Cloud before it answers with the
    // job as it then is.
    absl::Duration cancel_wait = absl::Seconds(10);
  };
  // All must outlive the orchestrator and what it has under way in the loop.
  struct Collaborators {
    EventLoop* loop = nullptr;
    Store* store = nullptr;
    ReadPool* readers = nullptr;
    Metrics* metrics = nullptr;
    const JobKindRegistry* kinds = nullptr;
    std::vector<OrgRuntime*> orgs;
    // See JobBook::Hooks.
    absl::AnyInvocable<void(absl::Status)> on_store_failed;
  };
  Orchestrator(Options options, Collaborators collaborators);

  // Takes a job that was not terminal when the process stopped, and goes on
  // with it. `submission` is set for a QUEUED job. Its organisation or kind
  // may be configured no more: FAILED_PRECONDITION/ORG_NOT_CONFIGURED or
  // KIND_NOT_CONFIGURED, and the job stays as it is in the store.
  absl::Status Restore(store::StoredJob record, std::optional<store::Submission> submission);

  // Starts no more requests upstream and answers every caller that waits with
  // the job as it is. Answers of requests under way are still committed.
  void BeginStop();

  void Submit(JobSubmission submission, JobDone done) override;
  void Cancel(std::string job_id, JobDone done) override;
  void Delete(std::string job_id, Done done) override;
  std::optional<v1::Job> FindLive(absl::string_view job_id) const override;
  void Explain(std::string job_id, ExplanationDone done) override;
  void SetWatched(absl::string_view job_id, bool watched) override;

  size_t live_jobs() const { return book_.size(); }

 private:
  std::unique_ptr<LiveJob> MakeJob(JobSubmission submission, OrgRuntime* org,
                                   Admission::Ticket ticket);
  void OnInserted(absl::StatusOr<JobBook::InsertOutcome> inserted, const std::string& fingerprint,
                  absl::Duration wait, JobDone done);
  void AnswerRepeated(const std::string& job_id, const std::string& fingerprint,
                      absl::Duration wait, JobDone done);
  void Answer(LiveJob* job, absl::Duration wait, JobDone done);
  void CancelStored(std::string job_id, JobDone done);
  void ExplainStored(std::string job_id, ExplanationDone done);
  // ORG_NOT_CONFIGURED or KIND_NOT_CONFIGURED.
  absl::Status CheckConfigured(const v1::Job& job) const;
  void Resume(LiveJob* job);
  void ArmDeadline(LiveJob* job);
  void OnAccepted(LiveJob* job);
  void OnEnded(LiveJob& job);
  // Reads a record on the readers' threads; `done` runs on the loop.
  using RecordDone = absl::AnyInvocable<void(absl::StatusOr<store::StoredJob>)>;
  void ReadRecord(std::string job_id, RecordDone done);

  const Options options_;
  EventLoop* const loop_;
  Store* const store_;
  ReadPool* const readers_;
  const JobKindRegistry* const kinds_;
  absl::flat_hash_map<std::string, OrgRuntime*> orgs_;
  JobIdGenerator ids_;
  Admission admission_;
  JobBook book_;
  KindThrottles throttles_;
  PollRunner poll_runner_;
  Canceller canceller_;
  Submitter submitter_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_ORCHESTRATOR_H_
