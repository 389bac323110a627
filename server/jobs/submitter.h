#ifndef GCJOBS_SERVER_JOBS_SUBMITTER_H_
#define GCJOBS_SERVER_JOBS_SUBMITTER_H_

#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/random/random.h"

#include "common/backoff_policy.h"
#include "common/metrics.h"
#include "server/jobs/call_slots.h"
#include "server/jobs/job_book.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/kind_throttles.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Brings QUEUED jobs to Genesys Cloud: permit, durable intent, POST, verdict,
// durable verdict. The intent is committed right before the request is
// written, so that after a crash a job is known to be in doubt if and only if
// its request may have left. Loop thread only.
//
// Kinds that hold their call need a slot first, and keep it until the call is
// over, also when the job has ended before.
class Submitter {
 public:
  struct Options {
    // See Orchestrator::Options.
    size_t max_result_bytes = 0;
    int max_direct_calls = 0;
  };
  struct Hooks {
    // Genesys Cloud has taken the job, and that is durable.
    absl::AnyInvocable<void(LiveJob*)> on_accepted;
    // It would be submitted again, but a cancel was asked for meanwhile.
    absl::AnyInvocable<void(LiveJob*)> on_given_up;
  };

  // All must outlive this.
  Submitter(Options options, EventLoop* loop, JobBook* book, KindThrottles* throttles,
            Metrics* metrics, Hooks hooks);

  // Submits the job, however often it takes. REQUIRES: it is QUEUED and not
  // being submitted.
  void Start(LiveJob* job);

  // Starts no more submissions; those whose permit was used go on.
  void Stop() { stopped_ = true; }

  // The job has ended, or is about to: it waits for nothing any more.
  void Forget(LiveJob* job);

  // Settles a job whose submission was under way when the process stopped.
  // REQUIRES: `submit_in_doubt` is set.
  void Resolve(LiveJob* job);

 private:
  // One try, which may outlive its job.
  struct Attempt {
    std::string job_id;
    OrgRuntime* org;
    bool has_slot;
  };

  // Whether it is, until it may be submitted.
  bool HoldBack(LiveJob* job);
  void AskPermit(LiveJob* job);
  void OnPermit(const Attempt& attempt, absl::StatusOr<Permit> permit);
  void CommitIntent(LiveJob* job, const Attempt& attempt, Permit permit);
  void Send(LiveJob* job, const Attempt& attempt, Permit permit);
  void OnReply(const Attempt& attempt, ApiReply reply);
  // No call is held for the attempt, or none any more.
  void GiveSlotBack(const Attempt& attempt);
  void Apply(LiveJob* job, SubmitVerdict verdict);
  void Accept(LiveJob* job, const SubmitReceipt& receipt);
  void End(LiveJob* job, PollReport report);
  void Fail(LiveJob* job, v1::JobState state, absl::Status error);
  void Retry(LiveJob* job, SubmitVerdict verdict);
  void StartAfter(LiveJob* job, absl::Duration delay);

  const Options options_;
  EventLoop* const loop_;
  JobBook* const book_;
  KindThrottles* const throttles_;
  Hooks hooks_;
  CallSlots slots_;
  bool stopped_ = false;
  const BackoffPolicy backoff_;
  absl::BitGen random_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_SUBMITTER_H_
