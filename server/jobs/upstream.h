#ifndef GCJOBS_SERVER_JOBS_UPSTREAM_H_
#define GCJOBS_SERVER_JOBS_UPSTREAM_H_

#include <optional>
#include <string>

#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/backoff_policy.h"
#include "common/task.h"

#include "server/genesys/genesys_client.h"
#include "server/jobs/live_job.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// How the stories of jobs reach Genesys Cloud: nothing new is sent once the server
// is stopping, and there is one rule for when to try again. Loop thread only.
class Upstream {
 public:
  // `loop` must outlive this.
  explicit Upstream(EventLoop* loop) : loop_(loop) {}

  // GenesysClient::Acquire, however long it takes. After Close() it does not come
  // back: the story ends where it waits, and what it owns goes back.
  Task<absl::StatusOr<Permit>> Acquire(OrgRuntime* org, RequestClass request_class,
                                       std::string family);

  // Grants no permits any more. Requests that have theirs go on.
  void Close() { is_closed_ = true; }

  // How long to wait after so many failures in a row (1 = the first), and at least
  // as long as Genesys Cloud asked.
  absl::Duration DelayAfter(int failures, std::optional<absl::Duration> retry_after = {});

  // Sends `request` until an answer comes that asking again could not better.
  // Nothing when there was none in `max_attempts`.
  Task<std::optional<ApiReply>> AskPersistently(OrgRuntime* org, ApiRequest request,
                                                int max_attempts);

 private:
  EventLoop* const loop_;
  const BackoffPolicy backoff_;
  absl::BitGen random_;
  bool is_closed_ = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_UPSTREAM_H_
