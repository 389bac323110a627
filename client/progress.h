#ifndef GCJOBS_CLIENT_PROGRESS_H_
#define GCJOBS_CLIENT_PROGRESS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// What a watch shows, as pure functions. Lines come without their newline and
// with control characters escaped.

enum class Paint { kPlain, kColor };

// The live line of one job, such as
//   RUNNING  3m12s  12 polls  next look in 4.2s  Genesys: IN_PROGRESS
// with what matters less left out until it fits into `width` columns. `remark`
// (an outage, say) takes the place of the next look when it is not empty.
std::string RenderProgress(const v1::Job& job, absl::Time now, int width, Paint paint,
                           absl::string_view remark = "");

// One event in full, for pipes and for many jobs, such as
//   2024-05-01T12:00:00.000Z  JOB  PENDING -> RUNNING  revision 12  Genesys: IN_PROGRESS
std::string RenderEvent(const v1::JobEvent& event, Paint paint);

// One event of the only job on the screen, with the local time of day, such as
//   14:00:00  PENDING -> RUNNING  Genesys: IN_PROGRESS
// The job's id stands where its life begins.
std::string RenderShortEvent(const v1::JobEvent& event, const absl::TimeZone& zone, Paint paint);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_PROGRESS_H_
