#ifndef GCJOBS_SERVER_JOBS_CANCELLATION_H_
#define GCJOBS_SERVER_JOBS_CANCELLATION_H_

#include <cstddef>
#include <optional>

#include "common/task.h"

#include "server/jobs/job_book.h"
#include "server/jobs/upstream.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Ends jobs before their time: because a caller asked (CANCELLED) or because the
// execution timeout ran out (FAILED). Genesys Cloud is asked to stop where the
// kind has a cancel. A cancel that comes before the upstream id is known is
// remembered, durably, and sent as soon as it is. Loop thread only.
class Cancellation {
 public:
  struct Deps {  // all outlive this
    EventLoop* loop = nullptr;
    JobBook* book = nullptr;
    Upstream* upstream = nullptr;
  };
  // `max_result_bytes`: a larger result is not kept.
  Cancellation(size_t max_result_bytes, Deps deps)
      : max_result_bytes_(max_result_bytes), deps_(deps) {}

  // A caller asks for it. It is durable before anything is done about it.
  void Request(LiveJob* job);

  // The execution timeout ran out.
  void TimeOut(LiveJob* job);

  // Genesys Cloud has accepted the job, or it was read back after a restart: acts
  // on what was asked for before, if anything was.
  void Resume(LiveJob* job);

 private:
  void Start(LiveJob* job);
  Task<> EndEarly(LiveJob* job);
  store::StoredJob EndOf(LiveJob* job, bool upstream_cancelled,
                         const std::optional<ApiReply>& last_poll) const;

  const size_t max_result_bytes_;
  const Deps deps_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_CANCELLATION_H_
