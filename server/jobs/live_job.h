#ifndef GCJOBS_SERVER_JOBS_LIVE_JOB_H_
#define GCJOBS_SERVER_JOBS_LIVE_JOB_H_

#include <deque>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "server/genesys/genesys_client.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/admission.h"
#include "server/jobs/call_slots.h"
#include "server/jobs/job_engine.h"
#include "server/jobs/job_record.h"
#include "server/net/event_loop.h"
#include "server/scheduler/poll_scheduler.h"
#include "server/store/stored_job.pb.h"

namespace gcjobs {

// One organisation as the jobs see it. Both outlive all jobs.
struct OrgRuntime {
  std::string name;
  GenesysClient* client = nullptr;
  PollScheduler* scheduler = nullptr;
};

// A job that is not terminal, with what is known of it in memory only. Loop
// thread only.
struct LiveJob {
  // Gets the job when no commit of it is under way; null when it has ended.
  using Step = absl::AnyInvocable<void(LiveJob*)>;

  enum class Until { kVerdict, kEnd };
  struct Waiter {
    Until until = Until::kVerdict;
    EventLoop::TimerId timer = 0;
    JobEngine::JobDone done;
  };

  const std::string& id() const { return record.job().id(); }
  v1::JobState state() const { return record.job().state(); }
  JobRef ref() const { return RefOf(record); }

  store::StoredJob record;  // as last committed
  OrgRuntime* org = nullptr;
  const JobKind* kind = nullptr;

  // Until Genesys Cloud has taken the work.
  std::optional<store::Submission> submission;
  Admission::Ticket ticket;
  CallSlots::Place call_place = 0;  // in the queue, when it waits there
  int submit_failures = 0;

  // Looks.
  int polls = 0;
  int poll_failures = 0;  // in a row
  int refusals_in_a_row = 0;
  std::string upstream_status;  // as spelt in the last look
  bool following_up = false;    // a look's follow-up is under way

  // The cancel, or the end of the execution timeout, is under way upstream.
  bool cancelling = false;
  bool timed_out = false;
  int cancel_failures = 0;

  // The last error of a call upstream that is being retried.
  absl::Status last_error;

  EventLoop::TimerId deadline_timer = 0;
  EventLoop::TimerId submit_timer = 0;
  EventLoop::TimerId cancel_timer = 0;

  bool committing = false;
  std::deque<Step> steps;  // run one by one when no commit is under way
  std::list<Waiter> waiters;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_LIVE_JOB_H_
