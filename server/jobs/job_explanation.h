#ifndef GCJOBS_SERVER_JOBS_JOB_EXPLANATION_H_
#define GCJOBS_SERVER_JOBS_JOB_EXPLANATION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "common/clock.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/jobs/live_job.h"
#include "server/scheduler/poll_explanation.h"
#include "server/scheduler/request_budget.h"

namespace gcjobs {

// Why a job's next poll is when it is, as operators are told. `job` is the live
// job as its book shows it (JobBook::View); `why`, what the scheduler says, is on
// the monotonic scale of `clock`. No poll is sent before `throttled_until`: where
// that is what the job waits for, it is the limit.
v1::JobExplanation MakeExplanation(const v1::Job& job, const PollExplanation& why,
                                   const Clock& clock);

// The same for a job that waits for the budget before it can be submitted.
v1::JobExplanation ExplainSubmissionWait(const v1::Job& job, const RequestBudget& budget,
                                         const Clock& clock);

// The same for a job that is not submitted yet, since it waits for data.
v1::JobExplanation ExplainDataWait(const v1::Job& job, const LiveJob::DataWait& wait);

// FAILED_PRECONDITION/JOB_NOT_POLLED: `job X WHY`, metadata `job_id`, `state`.
absl::Status NotPolledError(const v1::Job& job, absl::string_view why);

// The words for a job in that state of which the scheduler has nothing to tell:
// `has ended as FAILED`. `holds_call`: JobKind::holds_call of its kind.
std::string WhyNotPolled(v1::JobState state, bool holds_call);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_JOB_EXPLANATION_H_
