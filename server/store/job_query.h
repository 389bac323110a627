#ifndef GCJOBS_SERVER_STORE_JOB_QUERY_H_
#define GCJOBS_SERVER_STORE_JOB_QUERY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// The order of a listing. Ties are broken by job id, so that an order is total
// and a position in it stays meaningful while jobs are added.
enum class JobOrder { kCreateTime, kCreateTimeDesc, kUpdateTime, kUpdateTimeDesc, kRevision };

// Which jobs, in which order, from where.
struct JobQuery {
  v1::JobFilter filter;
  JobOrder order = JobOrder::kCreateTimeDesc;

  // The key of the last job of the page before: its create_time or update_time
  // (revision for kRevision) and id.
  struct Position {
    absl::Time time;
    int64_t revision = 0;
    std::string job_id;
  };
  std::optional<Position> after;

  // kRevision: only jobs with a revision at or below this.
  std::optional<int64_t> max_revision;

  // A page ends at whichever comes first, but holds at least one job.
  size_t limit = 50;
  size_t max_bytes = 3 << 20;  // below gRPC's default limit of 4 MiB for a received message
};

// Whether `job` matches `filter`: every field that is set, by any of its values
// (but all of its labels).
bool Matches(const v1::JobFilter& filter, const v1::Job& job);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_JOB_QUERY_H_
