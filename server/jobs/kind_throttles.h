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
#include "common/task.h"

#include "server/jobs/job_book.h"
#include "server/jobs/stories.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Remembers the quotas that are used up. A Retry-After of hours (IsQuota) is not
// the token's rate but one endpoint's quota, and a job kind has two endpoints: one
// to submit to, one to poll. So it holds for all jobs of the kind that wait for the
// same endpoint, and for no others: were each to find out by itself, ten thousand
// jobs would send ten thousand requests only to be refused.
//
// Each of these jobs is told, with an UPDATED event: `throttled_until` is in its
// record, so that watchers see it and a restart remembers it. It ends by itself
// when the time has come. Times are of day. Loop thread only.
class KindThrottles {
 public:
  // Both must outlive this.
  KindThrottles(EventLoop* loop, JobBook* book);
  KindThrottles(const KindThrottles&) = delete;
  KindThrottles& operator=(const KindThrottles&) = delete;

  // A request of that job was answered with `retry_after`. If that is a quota, no
  // job is to send such a request until then.
  void OnReply(const LiveJob& job, std::optional<absl::Duration> retry_after);

  // The job now waits for its endpoint. Learns what its record remembers; what is
  // known beyond that the job is told in a later turn of the loop.
  void Join(const LiveJob& job);

  // How long the job must not send its next submission or poll; zero or less: it
  // may now.
  absl::Duration Left(const LiveJob& job) const;

  // Tells nobody any more.
  void Stop() { telling_.Clear(); }

 private:
  enum class Endpoint { kSubmit, kPoll };
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
  // Jobs that are being told.
  struct Round {
    std::vector<std::string> job_ids;
    size_t next = 0;
  };

  static Place PlaceOf(const LiveJob& job);
  void Learn(const LiveJob& job, absl::Time until);
  Task<> TellAll(Place place);
  void Tell(std::vector<std::string> job_ids);
  Task<> TellOneByOne(std::shared_ptr<Round> round);
  // Whether its record has the time until when it waits.
  bool IsTold(const LiveJob& job) const;
  absl::Time Until(const LiveJob& job) const;

  EventLoop* const loop_;
  JobBook* const book_;
  absl::flat_hash_map<Place, absl::Time> until_;  // few: what is over is replaced in time
  Stories telling_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_KIND_THROTTLES_H_
