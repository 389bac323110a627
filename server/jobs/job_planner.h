#ifndef GCJOBS_SERVER_JOBS_JOB_PLANNER_H_
#define GCJOBS_SERVER_JOBS_JOB_PLANNER_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "server/genesys/genesys_client.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/job_record.h"
#include "server/store/stored_job.pb.h"

namespace gcjobs {

// What the answers of Genesys Cloud mean for a job: pure functions of a record,
// an answer and a time. Nothing here sends, stores or waits.

// What a submission's answer means (contract.md, section 4).
struct SubmitVerdict {
  enum class Kind {
    kAccepted,  // `receipt` is set
    kRejected,  // certainly not executed, and never will be: FAILED with `error`
    kRetry,     // try again later: not executed, or at least once is enough
    kUnknown,   // may have been executed and must not be repeated: `error`
  };
  Kind kind = Kind::kRetry;
  SubmitReceipt receipt;
  absl::Status error;  // OK when accepted
  // kRetry: not before so long from now, if the upstream said so.
  std::optional<absl::Duration> retry_after;
};
// What a held call (JobKind::holds_call) was answered is in a final `error` as a
// FailureBody.
SubmitVerdict JudgeSubmission(const JobKind& kind, v1::SubmitGuarantee guarantee,
                              const ApiReply& reply);

// What it means that no permit was to be had: rejected (credentials) or retry.
SubmitVerdict JudgeNoPermit(const absl::Status& status);

// A submission was started before a restart and its answer is lost.
SubmitVerdict JudgeLostSubmission(v1::SubmitGuarantee guarantee);

// What a look has to know about the job beyond its record.
struct PollHistory {
  int polls = 0;              // looks so far, this one included
  int refusals_in_a_row = 0;  // 400, 403, 410, this one not included
};

// What a look's answer means.
struct PollVerdict {
  enum class Kind {
    kUnchanged,  // still where it was; `upstream_status` may be new
    kEntered,    // it has moved to `state`, which may be terminal
    kRetry,      // the look failed; the job did not
  };
  Kind kind = Kind::kUnchanged;
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  std::string upstream_status;  // as spelt; empty when the look failed
  std::string result_json;      // SUCCEEDED
  absl::Status error;           // FAILED, or why the look failed
  std::optional<absl::Duration> retry_after;
  bool unknown_status = false;  // the upstream used a status that we do not know
  bool refused = false;         // 400, 403 or 410: counts towards refusals_in_a_row
  bool ended_upstream = false;  // the end was seen, not declared here
  // The job goes on at Genesys Cloud when this is sent.
  std::optional<ApiRequest> follow_up;
};
PollVerdict JudgePoll(const JobKind& kind, const store::StoredJob& job, const PollHistory& history,
                      const ApiReply& reply, absl::Time now);

// What a cancel's answer means.
enum class CancelVerdict {
  kConfirmed,  // Genesys Cloud cancelled it
  kRefused,    // it will not: it is over there, or cannot be cancelled
  kRetry,
};
CancelVerdict JudgeCancel(const ApiReply& reply);

// What the look after a refused cancel means: most often the work was over.
struct LastLookVerdict {
  enum class Kind {
    kEnded,     // at Genesys Cloud, as `outcome`
    kNotEnded,  // or nobody will ever know
    kRetry,     // the look failed
  };
  Kind kind = Kind::kNotEnded;
  JobOutcome outcome;
  std::string upstream_status;  // as spelt; empty when the look failed
};
LastLookVerdict JudgeLastLook(const JobKind& kind, const store::StoredJob& job,
                              const ApiReply& reply, absl::Time now);

// The error of a job whose execution_timeout ran out.
absl::Status TimedOutError(const store::StoredJob& job);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_JOB_PLANNER_H_
