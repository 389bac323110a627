#ifndef GCJOBS_SERVER_JOBS_LIVE_JOB_H_
#define GCJOBS_SERVER_JOBS_LIVE_JOB_H_

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/task.h"

#include "gcjobs/v1/job.pb.h"
#include "server/genesys/genesys_client.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/org_profile.h"
#include "server/net/event_loop.h"
#include "server/net/timer.h"
#include "server/scheduler/poll_scheduler.h"
#include "server/store/stored_job.pb.h"

namespace gcjobs {

// One organisation as the jobs see it. Client and scheduler outlive all jobs.
struct OrgRuntime {
  std::string name;
  GenesysClient* client = nullptr;
  PollScheduler* scheduler = nullptr;
  // Null: what answers tell of it is not kept.
  OrgProfile* profile = nullptr;
};

class JobLock;

// A job that is not terminal. Here is what more than one of its stories needs;
// what one story alone needs is that story's local. A hundred thousand of them
// wait for their next poll: the record is held once, packed, and no story has a
// frame unless something is under way. Loop thread only.
class LiveJob {
 public:
  // All pointers must outlive the job.
  LiveJob(EventLoop* loop, OrgRuntime* org, const JobKind* kind, const store::StoredJob& record);
  LiveJob(const LiveJob&) = delete;
  LiveJob& operator=(const LiveJob&) = delete;
  ~LiveJob();

  const std::string& id() const { return id_; }
  OrgRuntime& org() const { return *org_; }
  const JobKind& kind() const { return *kind_; }
  absl::Time create_time() const { return create_time_; }

  // As last committed.
  v1::JobState state() const { return state_; }
  bool submit_in_doubt() const { return submit_in_doubt_; }
  // Whether something has to be asked or waited for before it can be submitted:
  // its action's id, or the data that it reads.
  bool needs_preparation() const { return needs_preparation_; }
  absl::Time throttled_until() const { return throttled_until_; }  // InfinitePast = unset

  // The record as last committed, with what polls have seen since: what the next
  // commit starts from.
  store::StoredJob Record() const;

  // What polls have seen. Durable only with the next commit, since a poll that
  // sees no change writes nothing. Written by whoever has just polled, with the
  // job locked, and by the commit itself.
  struct Polls {
    int count = 0;                // so far
    int attempts = 0;             // answered with the present status
    int failures_in_a_row = 0;    // of any kind
    int refusals_in_a_row = 0;    // 400, 403 or 410
    std::string upstream_status;  // as spelt; what was committed, if no poll came since
  };
  Polls polls;

  // Why the last call upstream failed, while it is being retried; OK = it did
  // not. Written by the story that makes the call.
  absl::Status last_error;

  // Set while a QUEUED job waits for the data that it is to read. Written by its
  // submission.
  struct DataWait {
    std::optional<absl::Time> available_until;  // unset: not heard yet
    absl::Time next_ask;                        // time of day
  };
  std::unique_ptr<DataWait> data_wait;

  // Why the job is to end before its time. Written by Cancellation.
  bool cancel_asked = false;
  bool timed_out = false;

  // What is under way for the job. Each is started by the class of its name, and
  // ends with the job at the latest.
  Story submission;
  Story poll;
  Story follow_up;
  Story cancellation;

 private:
  friend class JobBook;

  // A caller who waits for the job to get so far.
  enum class Until { kVerdict, kEnd };
  struct Caller {
    using Done = absl::AnyInvocable<void(absl::StatusOr<v1::Job>)>;
    Caller(Until how_far, Done answer, EventLoop* loop)
        : until(how_far), done(std::move(answer)), timer(loop) {}

    const Until until;
    Done done;
    Timer timer;
  };
  // Gets the lock, or nothing when the job has ended.
  using LockDone = absl::AnyInvocable<void(std::optional<JobLock>)>;

  void Pack(const store::StoredJob& record);

  const std::string id_;
  OrgRuntime* const org_;
  const JobKind* const kind_;
  const absl::Time create_time_;

  // Written by the JobBook alone.
  std::string packed_;  // a store::StoredJob
  v1::JobState state_ = v1::JOB_STATE_UNSPECIFIED;
  absl::Time throttled_until_ = absl::InfinitePast();
  bool submit_in_doubt_ = false;
  bool needs_preparation_ = false;
  bool is_locked_ = false;
  bool is_handing_on_ = false;  // Unlock is choosing the next
  std::list<LockDone> waiting_;
  std::list<Caller> callers_;
  Timer deadline_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_LIVE_JOB_H_
