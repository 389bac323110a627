#ifndef GCJOBS_SERVER_JOBS_SUBMITTER_H_
#define GCJOBS_SERVER_JOBS_SUBMITTER_H_

#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/random/random.h"

#include "common/backoff_policy.h"
#include "server/jobs/job_book.h"
#include "server/jobs/job_planner.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Brings QUEUED jobs to Genesys Cloud: permit, durable intent, POST, verdict,
// durable verdict. The intent is committed right before the request is
// written, so that after a crash a job is known to be in doubt if and only if
// its request may have left. Loop thread only.
class Submitter {
 public:
  struct Hooks {
    // Genesys Cloud has taken the job, and that is durable.
    absl::AnyInvocable<void(LiveJob*)> on_accepted;
    // It would be submitted again, but a cancel was asked for meanwhile.
    absl::AnyInvocable<void(LiveJob*)> on_given_up;
  };

  // `loop` and `book` must outlive this.
  Submitter(EventLoop* loop, JobBook* book, Hooks hooks);

  // Submits the job, however often it takes. REQUIRES: it is QUEUED and not
  // being submitted.
  void Start(LiveJob* job);

  // Starts no more submissions; those whose permit was used go on.
  void Stop() { stopped_ = true; }

  // Settles a job whose submission was under way when the process stopped.
  // REQUIRES: `submit_in_doubt` is set.
  void Resolve(LiveJob* job);

 private:
  void OnPermit(const std::string& job_id, OrgRuntime* org, absl::Status status);
  void CommitIntent(LiveJob* job);
  void Send(LiveJob* job);
  void OnReply(const std::string& job_id, ApiReply reply);
  void Apply(LiveJob* job, SubmitVerdict verdict);
  void Accept(LiveJob* job, const SubmitReceipt& receipt);
  void Fail(LiveJob* job, v1::JobState state, absl::Status error);
  void Retry(LiveJob* job, SubmitVerdict verdict);
  void StartAfter(LiveJob* job, absl::Duration delay);

  EventLoop* const loop_;
  JobBook* const book_;
  Hooks hooks_;
  bool stopped_ = false;
  const BackoffPolicy backoff_;
  absl::BitGen random_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_SUBMITTER_H_
