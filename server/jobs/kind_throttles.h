#ifndef GCJOBS_SERVER_JOBS_KIND_THROTTLES_H_
#define GCJOBS_SERVER_JOBS_KIND_THROTTLES_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

#include "server/jobs/job_book.h"
#include "server/jobs/live_job.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Remembers the quotas that are used up. A Retry-After of hours (IsQuota) is
// not the token's rate but one endpoint's quota, and a job kind has two
// endpoints: one to submit to, one to look at. So it holds for all jobs of the
// kind that stand before the same endpoint, and for no others: were each to
// find out by itself, ten thousand jobs would send ten thousand requests only
// to be refused.
//
// Each of these jobs is told, with an UPDATED event: `throttled_until` is in
// its record. So watchers see it, and a restart remembers. It ends by itself
// when the time has come. Times are of day. Loop thread only.
class KindThrottles {
 public:
  // Both must outlive this.
  KindThrottles(EventLoop* loop, JobBook* book);
  KindThrottles(const KindThrottles&) = delete;
  KindThrottles& operator=(const KindThrottles&) = delete;

  // A request of that job got `retry_after` with its answer. When that is a
  // quota, no other job is to send the like until then.
  void OnReply(const LiveJob& job, std::optional<absl::Duration> retry_after);

  // The job now waits before its endpoint. Learns what its record remembers,
  // and tells the job, later, what is known.
  void Join(const LiveJob& job);

  // How long the job must not send its next submission or look; zero or less:
  // it may now.
  absl::Duration Left(const LiveJob& job) const;

 private:
  enum class Endpoint { kSubmit, kLook };
  struct Place {
    const OrgRuntime* org;
    const JobKind* kind;
    Endpoint endpoint;

    bool operator==(const Place& other) const {
      return org == other.org && kind == other.kind && endpoint == other.endpoint;
    }
    template <typename H>
    friend H AbslHashValue(H hash, const Place& place) {
      return H::combine(std::move(hash), place.org, place.kind, place.endpoint);
    }
  };
  // The jobs before one endpoint, while they are being told.
  struct Round {
    std::vector<std::string> job_ids;
    size_t next = 0;
    size_t being_told = 0;
  };
  using RoundPtr = std::shared_ptr<Round>;

  static Place PlaceOf(const LiveJob& job);
  void Learn(const LiveJob& job, absl::Time until);
  void TellAll(const Place& place);
  void TellSome(const RoundPtr& round);
  void Tell(const std::string& job_id, const RoundPtr& round);
  void Told(const RoundPtr& round);
  bool Knows(const LiveJob& job, absl::Time until) const;
  absl::Time Until(const LiveJob& job) const;

  EventLoop* const loop_;
  JobBook* const book_;
  absl::flat_hash_map<Place, absl::Time> until_;  // few: what is over is replaced in time
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_KIND_THROTTLES_H_
