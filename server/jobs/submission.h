#ifndef GCJOBS_SERVER_JOBS_SUBMISSION_H_
#define GCJOBS_SERVER_JOBS_SUBMISSION_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "common/metrics.h"
#include "common/task.h"

#include "server/jobs/admission.h"
#include "server/jobs/call_slots.h"
#include "server/jobs/cancellation.h"
#include "server/jobs/data_availability.h"
#include "server/jobs/job_book.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/kind_throttles.h"
#include "server/jobs/poll_lanes.h"
#include "server/jobs/stories.h"
#include "server/jobs/upstream.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Brings QUEUED jobs to Genesys Cloud. The intent is committed right before the
// request is written, so that after a crash a job is known to be in doubt if and
// only if its request may have left. Loop thread only.
class Submission {
 public:
  struct Options {  // see Orchestrator::Options
    size_t max_result_bytes = 0;
    int max_direct_calls = 0;
    bool restored = false;
  };
  struct Deps {  // all outlive this
    EventLoop* loop = nullptr;
    JobBook* book = nullptr;
    Upstream* upstream = nullptr;
    KindThrottles* throttles = nullptr;
    DataAvailability* availability = nullptr;
    PollLanes* polls = nullptr;
    Cancellation* cancellation = nullptr;
    Metrics* metrics = nullptr;
  };
  Submission(Options options, Deps deps);

  // Submits the job, however often it takes; `ticket` is its place in the intake
  // until Genesys Cloud has taken it. A job that was being submitted when the
  // process stopped is settled first.
  // REQUIRES: the job is QUEUED and is not being submitted.
  void Start(LiveJob* job, store::Submission payload, Admission::Ticket ticket);

  // Ends the calls that outlived their jobs.
  void Stop() { calls_.Clear(); }

 private:
  Task<> Submit(LiveJob* job, store::Submission payload, Admission::Ticket ticket);
  Task<std::optional<SubmitVerdict>> LookUpAction(LiveJob* job);
  Task<std::optional<SubmitVerdict>> AwaitData(LiveJob* job,
                                               std::optional<absl::Time>* available_until);
  Task<std::optional<SubmitVerdict>> Try(LiveJob* job, const std::string* body,
                                         std::optional<absl::Time> available_until);
  using Answered = absl::AnyInvocable<void(ApiReply)>;
  Task<> Call(GenesysClient* client, Permit permit, ApiRequest request, CallSlots::Slot slot,
              std::string job_id, Answered answered);

  const Options options_;
  const Deps deps_;
  CallSlots slots_;
  Stories calls_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_SUBMISSION_H_
