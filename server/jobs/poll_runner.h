#ifndef GCJOBS_SERVER_JOBS_POLL_RUNNER_H_
#define GCJOBS_SERVER_JOBS_POLL_RUNNER_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"

#include "common/backoff_policy.h"
#include "common/metrics.h"
#include "server/jobs/follow_ups.h"
#include "server/jobs/job_book.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/kind_throttles.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Looks at accepted jobs: asks for one permit at a time, and only when it has
// one lets the scheduler choose the job, so that a scarce request goes to the
// job that deserves it most at that moment. Loop thread only.
class PollRunner {
 public:
  // All must outlive this. `max_result_bytes`: a larger result is not kept.
  PollRunner(EventLoop* loop, JobBook* book, KindThrottles* throttles, Metrics* metrics,
             size_t max_result_bytes);

  // Looks after an accepted job until it ends. REQUIRES: its kind holds no
  // call: there would be nothing to look at.
  void Start(LiveJob* job);

  // Starts no more looks.
  void Stop();

  // Does what is due in an organisation. Call it after the scheduler was told
  // something from outside.
  void Pump(OrgRuntime* org);

 private:
  struct Lane {  // one for each organisation
    bool permit_asked = false;
    int failures = 0;  // permits refused in a row
    EventLoop::TimerId timer = 0;
  };

  void AskPermit(OrgRuntime* org);
  void OnPermit(OrgRuntime* org, absl::StatusOr<Permit> permit);
  // Whether a quota forbids the look.
  bool HoldBack(LiveJob* job);
  void Wake(OrgRuntime* org, absl::Duration delay);
  void Look(LiveJob* job, Permit permit);
  void OnReply(LiveJob* job, const ApiReply& reply);
  void Apply(LiveJob* job, PollVerdict verdict);
  void Enter(LiveJob* job, PollVerdict verdict);
  void RetryLater(LiveJob* job, PollVerdict verdict);

  EventLoop* const loop_;
  JobBook* const book_;
  KindThrottles* const throttles_;
  Metrics* const metrics_;
  const size_t max_result_bytes_;
  const BackoffPolicy backoff_;
  absl::BitGen random_;
  FollowUps follow_ups_;
  absl::flat_hash_map<OrgRuntime*, Lane> lanes_;
  bool stopped_ = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_POLL_RUNNER_H_
