#ifndef GCJOBS_SERVER_JOBS_JOB_PLANNER_H_
#define GCJOBS_SERVER_JOBS_JOB_PLANNER_H_

#include <cstddef>
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

// Answered with 2xx.
bool IsSuccess(const ApiReply& reply);

// Sending the same request again may bring another answer: nothing came back, or
// one that speaks of a passing trouble.
bool MayFareBetterLater(const ApiReply& reply);

// What a submission's answer means.
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
  // kRetry: not earlier than this from now, if Genesys Cloud said so.
  std::optional<absl::Duration> retry_after;
};
// The answer becomes a FailureBody of a final `error`, as that of JudgePoll does.
SubmitVerdict JudgeSubmission(const JobKind& kind, v1::SubmitGuarantee guarantee,
                              const ApiReply& reply);

// Enters the verdict into the record of a QUEUED job, which is then no longer in
// doubt. A job that is to be retried stays QUEUED, unless a cancel was asked for
// meanwhile: then it is CANCELLED. Of a result larger than `max_result_bytes` only
// the size is kept.
void EnterVerdict(SubmitVerdict verdict, const JobKind& kind, size_t max_result_bytes,
                  absl::Time now, store::StoredJob* job);

// What it means that there was no permit: rejected (credentials) or retry.
SubmitVerdict JudgeNoPermit(const absl::Status& status);

// What it means that the action of that name was not found: rejected (there is none, or
// more than one, or it may not be looked for) or retry.
SubmitVerdict JudgeNoAction(const absl::Status& status);

// A submission was started before a restart, and its answer is lost: `problem` says
// why.
SubmitVerdict JudgeLostSubmission(v1::SubmitGuarantee guarantee, absl::string_view problem);

// What the verdict on a poll depends on beyond the job's record: the polls before.
struct PollHistory {
  int attempts = 0;           // answered with the present status
  int refusals_in_a_row = 0;  // 400, 403, 410
};

// What a poll's answer means.
struct PollVerdict {
  enum class Kind {
    kUnchanged,  // still where it was; `upstream_status` may be new
    kEntered,    // it has moved to `state`, which may be terminal
    kRetry,      // the poll failed; the job did not
  };
  Kind kind = Kind::kUnchanged;
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  std::string upstream_status;  // as spelt; empty when the poll failed
  int attempts = 0;             // PollHistory::attempts from now on
  std::string result_json;      // SUCCEEDED
  bool bytes_replaced = false;  // in result_json
  absl::Status error;           // FAILED, or why the poll failed
  std::optional<absl::Duration> retry_after;
  bool unknown_status = false;  // Genesys Cloud used a status that we do not know
  bool refused = false;         // 400, 403 or 410: counts towards refusals_in_a_row
  bool ended_upstream = false;  // the end was seen, not declared here
  // The job goes on at Genesys Cloud when this is sent.
  std::optional<ApiRequest> follow_up;
};
PollVerdict JudgePoll(const JobKind& kind, const store::StoredJob& job, const PollHistory& history,
                      const ApiReply& reply, absl::Time now);

// What the poll after a refused cancel means.
struct FinalPollVerdict {
  // How the job ended at Genesys Cloud; unset when it has not, or nobody will know.
  std::optional<JobOutcome> outcome;
  std::string upstream_status;  // as spelt; empty when the poll failed
};
FinalPollVerdict JudgeFinalPoll(const JobKind& kind, const store::StoredJob& job,
                                const ApiReply& reply, absl::Time now);

// The error of a job whose execution_timeout ran out.
absl::Status TimedOutError(const store::StoredJob& job);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_JOB_PLANNER_H_
