#ifndef GCJOBS_SERVER_JOBS_CANCELLER_H_
#define GCJOBS_SERVER_JOBS_CANCELLER_H_

#include <cstddef>
#include <string>

#include "absl/random/random.h"
#include "absl/status/status.h"

#include "common/backoff_policy.h"
#include "server/jobs/job_book.h"
#include "server/jobs/job_planner.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Ends jobs before their time: because a caller asked (CANCELLED) or because
// the execution timeout ran out (FAILED). Genesys Cloud is asked to stop where
// the kind has a cancel. A cancel that comes before the upstream id is known
// is remembered, durably, and sent as soon as it is.
//
// A cancel that Genesys Cloud refuses comes too late more often than not. Then
// one look tells how the job ended there, and that is its end here; a job that
// has not ended there is CANCELLED here alone. Loop thread only.
class Canceller {
 public:
  // Both must outlive this. `max_result_bytes`: a larger result is not kept.
  Canceller(EventLoop* loop, JobBook* book, size_t max_result_bytes)
      : loop_(loop), book_(book), max_result_bytes_(max_result_bytes) {}

  // Makes the request durable, then acts on it. REQUIRES: the job is settled.
  void Cancel(LiveJob* job);

  // The execution timeout ran out. REQUIRES: the job is settled.
  void TimeOut(LiveJob* job);

  // Sends no more cancels; what was asked for is durable and goes on after a
  // restart.
  void Stop() { stopped_ = true; }

  // The submission's answer is known, or the job was read back after a
  // restart: acts on a cancel that was asked for before, if one was.
  // REQUIRES: the job is settled.
  void Resume(LiveJob* job);

 private:
  enum class Ask { kCancel, kLook };
  static RequestClass ClassOf(Ask ask);

  void Act(LiveJob* job);
  void AskUpstream(LiveJob* job, Ask ask);
  void OnPermit(const std::string& job_id, Ask ask, absl::StatusOr<Permit> permit);
  void SendCancel(LiveJob* job, Permit permit);
  void OnVerdict(LiveJob* job, CancelVerdict verdict);
  void SendLook(LiveJob* job, Permit permit);
  void OnLook(LiveJob* job, const ApiReply& reply);
  void RetryLater(LiveJob* job, Ask ask);
  void Finish(LiveJob* job, bool upstream_cancelled);

  EventLoop* const loop_;
  JobBook* const book_;
  const size_t max_result_bytes_;
  const BackoffPolicy backoff_;
  absl::BitGen random_;
  bool stopped_ = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_CANCELLER_H_
