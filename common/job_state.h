#ifndef GCJOBS_COMMON_JOB_STATE_H_
#define GCJOBS_COMMON_JOB_STATE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// What both ends of the wire have to know of a job's state. Its transitions
// are the server's business (server/jobs/job_record.h).

// Whether a job in this state has ended for good. A state that this version
// does not know has not.
inline bool IsTerminal(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_SUCCEEDED:
    case v1::JOB_STATE_FAILED:
    case v1::JOB_STATE_CANCELLED:
    case v1::JOB_STATE_OUTCOME_UNKNOWN:
      return true;
    default:
      return false;
  }
}

// `QUEUED`, `PENDING`, ... for people, logs, metrics and messages; the number
// of a state that this version does not know.
inline std::string ShortName(v1::JobState state) {
  const std::string& name = v1::JobState_Name(state);
  if (name.empty()) return absl::StrCat(static_cast<int>(state));
  return std::string(absl::StripPrefix(name, "JOB_STATE_"));
}

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_JOB_STATE_H_
