#ifndef GCJOBS_SERVER_JOBS_DATA_AVAILABILITY_H_
#define GCJOBS_SERVER_JOBS_DATA_AVAILABILITY_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/task.h"

#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/live_job.h"
#include "server/jobs/stories.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Up to when Genesys Cloud has the data that jobs of a kind read. The time only
// grows, so that what was heard is true for ever, and is enough for most: it is
// asked again at most once a minute, however many jobs want to know. Loop thread
// only.
class DataAvailability {
 public:
  // `loop` must outlive this.
  explicit DataAvailability(EventLoop* loop) : loop_(loop) {}

  // Waits until it is known whether there are data up to `needed`, as far as
  // Genesys Cloud says so now: up to when there are. Errors: those of
  // GenesysClient, and GENESYS_BAD_RESPONSE.
  // REQUIRES: the job's kind tells its availability.
  Task<absl::StatusOr<absl::Time>> Ask(LiveJob* job, absl::Time needed);

  // How long to wait before it is worth asking again.
  static absl::Duration RetryDelay(absl::Time available_until, absl::Time needed);

  // Asks nobody any more.
  void Stop() { asking_.Clear(); }

 private:
  using Heard = absl::StatusOr<absl::Time>;
  struct Source {
    Heard heard = absl::UnavailableError("not asked yet");
    absl::Time heard_at = absl::InfinitePast();  // monotonic
    bool is_asking = false;
    std::vector<absl::AnyInvocable<void(Heard)>> waiting;
  };

  Task<> AskUpstream(OrgRuntime* org, const JobKind* kind, Source* source);

  EventLoop* const loop_;
  // Few; each lives as long as this.
  absl::flat_hash_map<std::pair<const OrgRuntime*, const JobKind*>, std::unique_ptr<Source>>
      sources_;
  Stories asking_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_DATA_AVAILABILITY_H_
