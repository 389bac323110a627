#include "server/jobs/job_planner.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/failure_body.h"
#include "common/time_conversion.h"
#include "server/genesys/kinds/upstream_status.h"

namespace gcjobs {
namespace {

using Fate = HttpResult::Fate;

// A status endpoint may lag behind the submission: a 404 means nothing before.
constexpr absl::Duration kNotFoundGrace = absl::Seconds(30);
// A refusal may be a slip of a gateway; so many in a row are not.
constexpr int kRefusalsToFail = 3;

// A call that Genesys Cloud ended, or whose answer was lost.
constexpr absl::string_view kHeldCallRemedy =
    "The direct call ended without an answer, so the action may or may not have run. Genesys Cloud "
    "holds such a call for the time limit of the action and 60 seconds at most, whatever its "
    "headers say. Find out whether the action ran before running it again, and run one that takes "
    "long in the asynchronous form (mode ASYNC).";

// Answers after which the request was certainly not executed and may be sent
// again. (A 401 arrives here only after the token was renewed: a rejection.)
bool IsRetryable(const ApiReply& reply) {
  const int status = reply.response.status;
  return status == 429 || (status == 503 && !reply.response.Header("retry-after").empty());
}

// Answers that leave it open whether the request was executed.
bool IsAmbiguous(int status) { return status < 400 || status == 408 || status >= 500; }

// Keeps the answer that ended a job: Genesys Cloud's own words, or the action's.
void AddFailureBody(const ApiReply& reply, absl::Status* error) {
  const HttpResponse& response = reply.response;
  if (reply.fate != Fate::kAnswered || response.body.empty()) return;
  SetFailureBody(error,
                 MakeFailureBody(response.status, response.Header("content-type"), response.body));
}

absl::Status UnknownOutcome(absl::string_view what_is_known, const absl::Status& cause) {
  absl::Status status =
      MakeError(errors::kSubmitOutcomeUnknown, absl::StrCat(what_is_known, ": ", cause.message()));
  if (const auto info = GetErrorInfo(cause)) {
    for (const auto& [key, value] : info->metadata()) AddErrorMetadata(&status, key, value);
    AddErrorMetadata(&status, "cause", info->reason());
  }
  return status;
}

SubmitVerdict Ambiguous(v1::SubmitGuarantee guarantee, const absl::Status& cause) {
  SubmitVerdict verdict;
  if (guarantee == v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE) {
    verdict.kind = SubmitVerdict::Kind::kRetry;
    verdict.error = cause;
  } else {
    verdict.kind = SubmitVerdict::Kind::kUnknown;
    verdict.error = UnknownOutcome(
        "the reply to the submission was lost; it may have been executed and is not repeated",
        cause);
  }
  return verdict;
}

// A 2xx proves that the work was taken: it is not sent again, whatever the
// guarantee.
SubmitVerdict Untraceable(const absl::Status& cause) {
  SubmitVerdict verdict;
  verdict.kind = SubmitVerdict::Kind::kUnknown;
  verdict.error = UnknownOutcome(
      "Genesys Cloud took the work, but it cannot be followed, and it is not repeated", cause);
  return verdict;
}

SubmitVerdict Accepted(SubmitReceipt receipt) {
  SubmitVerdict verdict;
  verdict.kind = SubmitVerdict::Kind::kAccepted;
  verdict.receipt = std::move(receipt);
  return verdict;
}

SubmitVerdict Rejected(absl::Status error) {
  SubmitVerdict verdict;
  verdict.kind = SubmitVerdict::Kind::kRejected;
  verdict.error = std::move(error);
  return verdict;
}

SubmitVerdict Retry(absl::Status error, std::optional<absl::Duration> retry_after) {
  SubmitVerdict verdict;
  verdict.kind = SubmitVerdict::Kind::kRetry;
  verdict.error = std::move(error);
  verdict.retry_after = retry_after;
  return verdict;
}

// States are ranked so that a status that goes backwards is seen as such.
int Rank(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_QUEUED:
      return 0;
    case v1::JOB_STATE_PENDING:
      return 1;
    case v1::JOB_STATE_RUNNING:
      return 2;
    default:
      return 3;
  }
}

// The end is declared here: Genesys Cloud has not been seen to end the job.
PollVerdict Failed(absl::Status error) {
  PollVerdict verdict;
  verdict.kind = PollVerdict::Kind::kEntered;
  verdict.state = v1::JOB_STATE_FAILED;
  verdict.error = std::move(error);
  return verdict;
}

PollVerdict JudgeReport(const store::StoredJob& job, PollReport report) {
  PollVerdict verdict;
  verdict.upstream_status = std::move(report.upstream_status);
  verdict.unknown_status = !report.state.has_value();
  verdict.follow_up = std::move(report.follow_up);
  const v1::JobState current = job.job().state();
  if (!report.state || Rank(*report.state) <= Rank(current)) return verdict;
  verdict.kind = PollVerdict::Kind::kEntered;
  verdict.state = *report.state;
  verdict.ended_upstream = IsTerminal(verdict.state);
  verdict.result_json = std::move(report.result_json);
  verdict.bytes_replaced = report.bytes_replaced;
  verdict.error = std::move(report.failure);
  return verdict;
}

// A 2xx with more than the transport reads. If its head is no receipt, the rest
// was the result.
SubmitVerdict JudgeUnread(const ApiReply& reply) {
  const HttpResponse& response = reply.response;
  if (response.status == 202 || !response.Header("location").empty()) {
    return Untraceable(reply.status);
  }
  SubmitReceipt receipt;
  receipt.end.emplace();
  receipt.end->state = v1::JOB_STATE_SUCCEEDED;
  if (!absl::SimpleAtoi(response.Header("content-length"), &receipt.end->unread_bytes)) {
    receipt.end->unread_bytes = 0;
  }
  return Accepted(std::move(receipt));
}

SubmitVerdict JudgeReply(const JobKind& kind, v1::SubmitGuarantee guarantee,
                         const ApiReply& reply) {
  if (reply.fate == Fate::kNotSent) return Retry(reply.status, reply.retry_after);
  if (reply.fate == Fate::kBroken) return Ambiguous(guarantee, reply.status);
  const int status = reply.response.status;
  if (IsSuccess(reply)) {
    absl::StatusOr<SubmitReceipt> receipt = kind.ParseSubmit(reply.response);
    if (receipt.ok()) return Accepted(*std::move(receipt));
    return Untraceable(receipt.status());
  }
  if (reply.fate == Fate::kBodyTooLarge && reply.response.is_success()) return JudgeUnread(reply);
  if (IsRetryable(reply)) return Retry(reply.status, reply.retry_after);
  if (IsAmbiguous(status)) return Ambiguous(guarantee, reply.status);
  return Rejected(reply.status);
}

PollVerdict JudgeFailedPoll(const store::StoredJob& job, const PollHistory& history,
                            const ApiReply& reply, absl::Status error, absl::Time now) {
  const int status = reply.fate == Fate::kAnswered ? reply.response.status : 0;
  const bool refused = status == 400 || status == 403 || status == 410;
  if (status == 404 && now - FromProto(job.job().accept_time()) > kNotFoundGrace) {
    return Failed(std::move(error));
  }
  if (refused && history.refusals_in_a_row + 1 >= kRefusalsToFail) {
    return Failed(std::move(error));
  }
  PollVerdict verdict;
  verdict.kind = PollVerdict::Kind::kRetry;
  verdict.error = std::move(error);
  verdict.attempts = history.attempts;
  verdict.retry_after = reply.retry_after;
  verdict.refused = refused;
  return verdict;
}

// A word that is spelt differently is not another status.
bool IsSameStatus(absl::string_view one, absl::string_view other) {
  return one == other || FoldUpstreamStatus(one) == FoldUpstreamStatus(other);
}

absl::Status AttemptsExhausted(const store::StoredJob& job, const PollVerdict& verdict) {
  const std::string count = absl::StrCat(verdict.attempts);
  const std::string limit = absl::StrCat(job.job().poll().max_attempts());
  return MakeError(
      errors::kPollAttemptsExhausted,
      absl::StrCat("job ", job.job().id(), ": ", count,
                   " polls in a row were answered with status ", verdict.upstream_status,
                   " (max_attempts is ", limit, ")"),
      {{"attempts", count}, {"max_attempts", limit}, {"upstream_status", verdict.upstream_status}});
}

}  // namespace

bool IsSuccess(const ApiReply& reply) {
  return reply.fate == Fate::kAnswered && reply.response.is_success();
}

bool MayFareBetterLater(const ApiReply& reply) {
  if (reply.fate != Fate::kAnswered) return true;
  const int status = reply.response.status;
  return status == 429 || (!IsSuccess(reply) && IsAmbiguous(status));
}

SubmitVerdict JudgeSubmission(const JobKind& kind, v1::SubmitGuarantee guarantee,
                              const ApiReply& reply) {
  SubmitVerdict verdict = JudgeReply(kind, guarantee, reply);
  const bool is_unknown = verdict.kind == SubmitVerdict::Kind::kUnknown;
  if (is_unknown || verdict.kind == SubmitVerdict::Kind::kRejected) {
    AddFailureBody(reply, &verdict.error);
  }
  if (is_unknown && kind.holds_call()) SetRemedy(&verdict.error, kHeldCallRemedy);
  return verdict;
}

SubmitVerdict JudgeNoPermit(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kFailedPrecondition) return Rejected(status);
  return Retry(status, GetRetryDelay(status));
}

SubmitVerdict JudgeNoAction(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kInternal:  // an answer that was none
      return Retry(status, GetRetryDelay(status));
    default:
      return Rejected(status);
  }
}

SubmitVerdict JudgeLostSubmission(v1::SubmitGuarantee guarantee, absl::string_view problem) {
  return Ambiguous(guarantee, absl::UnknownError(problem));
}

void EnterVerdict(SubmitVerdict verdict, const JobKind& kind, size_t max_result_bytes,
                  absl::Time now, store::StoredJob* job) {
  job->set_submit_in_doubt(false);
  switch (verdict.kind) {
    case SubmitVerdict::Kind::kAccepted:
      *job->mutable_job()->mutable_accept_time() = ToProto(now);
      if (verdict.receipt.end) {  // the work was done within the call
        PollReport& end = *verdict.receipt.end;
        job->mutable_job()->set_upstream_status(std::move(end.upstream_status));
        job->set_ran_at_once(true);
        JobOutcome outcome = {*end.state, std::move(end.failure), std::move(end.result_json),
                              end.bytes_replaced, end.unread_bytes};
        return EnterOutcome(std::move(outcome), kind, max_result_bytes, now, job);
      }
      job->mutable_job()->set_upstream_id(std::move(verdict.receipt.upstream_id));
      job->mutable_job()->set_upstream_status(std::move(verdict.receipt.upstream_status));
      return EnterState(v1::JOB_STATE_PENDING, now, job);
    case SubmitVerdict::Kind::kRejected:
      return EnterState(v1::JOB_STATE_FAILED, now, std::move(verdict.error), job);
    case SubmitVerdict::Kind::kUnknown:
      return EnterState(v1::JOB_STATE_OUTCOME_UNKNOWN, now, std::move(verdict.error), job);
    case SubmitVerdict::Kind::kRetry:
      if (job->job().cancel_requested()) EnterState(v1::JOB_STATE_CANCELLED, now, job);
      return;
  }
}

PollVerdict JudgePoll(const JobKind& kind, const store::StoredJob& job, const PollHistory& history,
                      const ApiReply& reply, absl::Time now) {
  if (!IsSuccess(reply)) return JudgeFailedPoll(job, history, reply, reply.status, now);
  absl::StatusOr<PollReport> report = kind.ParsePoll(RefOf(job), reply.response);
  if (!report.ok()) return JudgeFailedPoll(job, history, reply, report.status(), now);

  PollVerdict verdict = JudgeReport(job, *std::move(report));
  const bool is_same = IsSameStatus(verdict.upstream_status, job.job().upstream_status());
  verdict.attempts = is_same ? history.attempts + 1 : 1;
  const bool has_ended = verdict.kind == PollVerdict::Kind::kEntered && IsTerminal(verdict.state);
  const int max_attempts = job.job().poll().max_attempts();
  if (has_ended && !verdict.error.ok()) AddFailureBody(reply, &verdict.error);
  if (has_ended || max_attempts == 0 || verdict.attempts < max_attempts) return verdict;
  PollVerdict exhausted = Failed(AttemptsExhausted(job, verdict));
  exhausted.upstream_status = std::move(verdict.upstream_status);
  exhausted.attempts = verdict.attempts;
  return exhausted;
}

FinalPollVerdict JudgeFinalPoll(const JobKind& kind, const store::StoredJob& job,
                                const ApiReply& reply, absl::Time now) {
  PollVerdict seen = JudgePoll(kind, job, PollHistory(), reply, now);
  FinalPollVerdict verdict;
  verdict.upstream_status = std::move(seen.upstream_status);
  // An end that only we declare does not mean that the cancel came too late.
  if (seen.ended_upstream) {
    verdict.outcome = JobOutcome{seen.state, std::move(seen.error), std::move(seen.result_json),
                                 seen.bytes_replaced};
  }
  return verdict;
}

absl::Status TimedOutError(const store::StoredJob& job) {
  const std::string text = absl::FormatDuration(FromProto(job.job().execution_timeout()));
  return MakeError(
      errors::kJobTimedOut,
      absl::StrCat("job ", job.job().id(), ": not finished within its execution_timeout of ", text),
      {{"execution_timeout", text}});
}

}  // namespace gcjobs
