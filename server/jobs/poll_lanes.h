#ifndef GCJOBS_SERVER_JOBS_POLL_LANES_H_
#define GCJOBS_SERVER_JOBS_POLL_LANES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "common/metrics.h"
#include "common/task.h"

#include "server/genesys/genesys_client.h"
#include "server/jobs/job_book.h"
#include "server/jobs/kind_throttles.h"
#include "server/jobs/upstream.h"
#include "server/net/event_loop.h"
#include "server/net/timer.h"
#include "server/store/reader_pool.h"

namespace gcjobs {

// Polls accepted jobs until they end, by one lane for each organisation. A lane
// asks for one permit at a time, and only when it has one lets the scheduler
// choose the job: so a scarce request goes to the job that deserves it most at
// that moment. A job that waits for its turn costs its place in the scheduler and
// nothing else. Loop thread only.
class PollLanes {
 public:
  struct Deps {  // all outlive this
    EventLoop* loop = nullptr;
    ReaderPool* readers = nullptr;
    JobBook* book = nullptr;
    Upstream* upstream = nullptr;
    KindThrottles* throttles = nullptr;
    Metrics* metrics = nullptr;
  };
  // `max_result_bytes`: a larger result is not kept. `orgs` outlive this.
  PollLanes(size_t max_result_bytes, Deps deps, const std::vector<OrgRuntime*>& orgs);

  // Polls an accepted job until it ends. REQUIRES: its kind holds no call, since
  // there would be nothing to poll.
  void Start(LiveJob* job);

  // Polls the job as `poll` says from now on; harmless when it is not polled.
  void ChangePolicy(LiveJob* job, const v1::PollPolicy& poll);

  // The scheduler was told something from outside: what is due may have changed.
  void Wake(OrgRuntime* org);

  // Starts no more polls.
  void Stop() { lanes_.clear(); }

 private:
  // A wait that can be cut short.
  class Alarm {
   public:
    explicit Alarm(EventLoop* loop) : timer_(loop) {}
    Task<> Wait(absl::Duration at_most);
    void Ring();

   private:
    Timer timer_;
    absl::AnyInvocable<void(bool)> waiting_;
  };
  struct Lane {
    explicit Lane(EventLoop* loop) : alarm(loop) {}
    Alarm alarm;
    Story story;
  };

  Task<> RunLane(OrgRuntime* org, Alarm* alarm);
  Task<> Poll(LiveJob* job, Permit permit);
  Task<std::string> Advise(LiveJob* job, const ApiReply* reply);
  Task<> FollowUp(LiveJob* job, ApiRequest request);

  const size_t max_result_bytes_;
  const Deps deps_;
  absl::flat_hash_map<OrgRuntime*, std::unique_ptr<Lane>> lanes_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_POLL_LANES_H_
