#ifndef GCJOBS_SERVER_JOBS_ORCHESTRATOR_H_
#define GCJOBS_SERVER_JOBS_ORCHESTRATOR_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/job_id.h"
#include "common/metrics.h"
#include "common/task.h"

#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/admission.h"
#include "server/jobs/age_gauges.h"
#include "server/jobs/cancellation.h"
#include "server/jobs/data_availability.h"
#include "server/jobs/job_book.h"
#include "server/jobs/job_engine.h"
#include "server/jobs/kind_throttles.h"
#include "server/jobs/poll_lanes.h"
#include "server/jobs/stories.h"
#include "server/jobs/submission.h"
#include "server/jobs/upstream.h"
#include "server/net/event_loop.h"
#include "server/store/reader_pool.h"
#include "server/store/store.h"

namespace gcjobs {

// Carries jobs from submission to end: the JobEngine of the server. It answers
// callers and starts the stories; what a job goes through is told in submission.cc,
// poll_lanes.cc and cancellation.cc. Loop thread only.
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
    // The store was restored from a backup: what waits in it to be submitted may have
    // been submitted since, and is in doubt.
    bool restored = false;
  };
  struct Deps {  // all outlive the orchestrator
    EventLoop* loop = nullptr;
    Store* store = nullptr;
    ReaderPool* readers = nullptr;
    Metrics* metrics = nullptr;
    const JobKindRegistry* kinds = nullptr;
    std::vector<OrgRuntime*> orgs;
    // See JobBook::Deps.
    absl::AnyInvocable<void(absl::Status)> on_store_failed;
  };
  Orchestrator(Options options, Deps deps);
  ~Orchestrator() override { Stop(); }

  // Goes on with every job that is not terminal, as the store has them. Jobs whose
  // organisation or kind is no longer configured are left alone: they stay as they
  // are, and go on when a later start has it again.
  //
  // Call it before the loop runs, from the thread that will run it or one that
  // starts it. Blocks on the store.
  struct RecoveryReport {
    size_t restored = 0;
    size_t left_alone = 0;
  };
  absl::StatusOr<RecoveryReport> Recover();

  // Starts no more requests upstream and answers every caller that waits with the
  // job as it is. Answers to requests under way are still committed.
  void BeginStop();

  // Ends all that is under way. Nothing may be asked afterwards.
  void Stop();

  void Submit(JobSubmission submission, JobDone done) override;
  void Cancel(std::string job_id, absl::Time answer_by, JobDone done) override;
  void Update(std::string job_id, JobChange change, JobDone done) override;
  void Delete(std::string job_id, Done done) override;
  std::optional<v1::Job> FindLive(absl::string_view job_id) const override;
  void Explain(std::string job_id, ExplanationDone done) override;
  void SetWatched(absl::string_view job_id, bool watched) override;

  size_t live_jobs() const { return book_.size(); }

 private:
  Task<> ServeSubmit(JobSubmission submission, JobDone done);
  Task<> ServeCancel(std::string job_id, absl::Time answer_by, JobDone done);
  Task<> ServeUpdate(std::string job_id, JobChange change, JobDone done);
  Task<absl::StatusOr<v1::Job>> ApplyUpdate(JobLock lock, JobChange change);
  Task<> ServeDelete(std::string job_id, Done done);
  Task<> ServeExplain(std::string job_id, ExplanationDone done);
  absl::StatusOr<v1::JobExplanation> ExplainLive(const LiveJob& job) const;

  // The record of a job that is not live.
  Task<absl::StatusOr<store::StoredJob>> Read(std::string job_id);
  // ORG_NOT_CONFIGURED or KIND_NOT_CONFIGURED.
  absl::Status CheckConfigured(const v1::Job& job) const;
  // Why a job that is not live cannot be changed.
  absl::Status WhyNotChangeable(const absl::StatusOr<store::StoredJob>& record,
                                absl::string_view job_id) const;

  const Options options_;
  EventLoop* const loop_;
  Store* const store_;
  ReaderPool* const readers_;
  const JobKindRegistry* const kinds_;
  absl::flat_hash_map<std::string, OrgRuntime*> orgs_;
  JobIdGenerator ids_;
  Admission admission_;
  JobBook book_;
  Upstream upstream_;
  KindThrottles throttles_;
  DataAvailability availability_;
  PollLanes polls_;
  Cancellation cancellation_;
  Submission submission_;
  AgeGauges ages_;
  Stories calls_;  // of JobEngine, while they wait
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_ORCHESTRATOR_H_
