#include "server/jobs/job_explanation.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/job_state.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

// An answer that throttles stops all polls at once, and postpones its own job's
// next poll a moment later: both speak of the same wait.
constexpr absl::Duration kSameWait = absl::Seconds(1);

// The age of a job is counted on another clock than `accept_time`: less than
// this between them means the same moment. No poll comes so soon.
constexpr absl::Duration kSameMoment = absl::Milliseconds(10);

v1::PollLimit LimitOf(PollLimit limit) {
  switch (limit) {
    case PollLimit::kWaste:
      return v1::POLL_LIMIT_WASTE;
    case PollLimit::kMinGap:
      return v1::POLL_LIMIT_MIN_GAP;
    case PollLimit::kMaxGap:
      return v1::POLL_LIMIT_MAX_GAP;
    case PollLimit::kPolicy:
      return v1::POLL_LIMIT_POLICY;
    case PollLimit::kBackoff:
      return v1::POLL_LIMIT_BACKOFF;
    case PollLimit::kBudget:
      return v1::POLL_LIMIT_BUDGET;
    case PollLimit::kPollUnderWay:
      return v1::POLL_LIMIT_POLL_UNDER_WAY;
  }
  return v1::POLL_LIMIT_UNSPECIFIED;
}

// A model far from what it has seen may divide by zero: better 0 than NaN.
double Finite(double value) { return std::isfinite(value) ? value : 0; }

google::protobuf::Duration Span(absl::Duration duration) {
  return ToProto(std::clamp(duration, absl::ZeroDuration(), absl::InfiniteDuration()));
}

// The model and the budget, as the scheduler sees them.
void SetReasons(const PollExplanation& why, v1::JobExplanation* answer) {
  answer->set_poll_class(why.poll_class);
  answer->set_samples(Finite(why.samples));
  answer->set_proven(why.proven);
  answer->set_survival(std::clamp(Finite(why.survival), 0.0, 1.0));
  answer->set_older_than(std::clamp(Finite(why.older_than), 0.0, 1.0));
  *answer->mutable_waste() = Span(why.waste);
  answer->set_weight(Finite(why.weight));
  *answer->mutable_price() = Span(why.price);
  answer->set_budget_left(why.budget_left);
  answer->set_budget_limit(why.budget_limit);
  answer->set_polls_per_second(Finite(why.polls_per_second));
}

// What the job itself tells.
void SetFacts(const v1::Job& job, v1::JobExplanation* answer) {
  answer->set_job_id(job.id());
  answer->set_poll_count(job.poll_count());
  if (job.has_accept_time()) *answer->mutable_accept_time() = job.accept_time();
  if (job.has_throttled_until()) *answer->mutable_throttled_until() = job.throttled_until();
  if (job.has_error()) *answer->mutable_error() = job.error();
}

void SetLastSeen(const v1::Job& job, absl::Time seen, v1::JobExplanation* answer) {
  const bool never = job.has_accept_time() && seen - FromProto(job.accept_time()) < kSameMoment;
  *answer->mutable_last_seen_time() = never ? job.accept_time() : ToProto(seen);
}

void SetNextPoll(const v1::Job& job, absl::Time due, PollLimit limit, v1::JobExplanation* answer) {
  answer->set_limit(LimitOf(limit));
  // Put off without an error: the budget of its family of endpoints is used up.
  const bool is_put_off = limit == PollLimit::kBackoff && !job.has_error();
  if (is_put_off) answer->set_limit(v1::POLL_LIMIT_BUDGET);
  if (due == absl::InfiniteFuture()) return;
  if (job.has_throttled_until()) {
    const absl::Time throttled_until = FromProto(job.throttled_until());
    if (throttled_until + kSameWait > due) answer->set_limit(v1::POLL_LIMIT_THROTTLED);
    due = std::max(due, throttled_until);
  }
  *answer->mutable_next_poll_time() = ToProto(due);
}

}  // namespace

v1::JobExplanation MakeExplanation(const v1::Job& job, const PollExplanation& why,
                                   const Clock& clock) {
  const absl::Time now = clock.Now();
  const absl::Time monotonic_now = clock.MonotonicNow();
  v1::JobExplanation answer;
  SetFacts(job, &answer);
  SetReasons(why, &answer);
  SetLastSeen(job, now + (why.seen_at - monotonic_now), &answer);
  SetNextPoll(job, now + (why.next_poll - monotonic_now), why.limit, &answer);
  return answer;
}

v1::JobExplanation ExplainSubmissionWait(const v1::Job& job, const RequestBudget& budget,
                                         const Clock& clock) {
  v1::JobExplanation answer;
  SetFacts(job, &answer);
  answer.set_limit(v1::POLL_LIMIT_BUDGET);
  answer.set_budget_left(budget.LeftBy(RequestClass::kSubmit, clock.MonotonicNow()));
  answer.set_budget_limit(budget.limit());
  return answer;
}

v1::JobExplanation ExplainDataWait(const v1::Job& job, const LiveJob::DataWait& wait) {
  v1::JobExplanation answer;
  SetFacts(job, &answer);
  answer.set_limit(v1::POLL_LIMIT_DATA_AVAILABILITY);
  *answer.mutable_next_poll_time() = ToProto(wait.next_ask);
  *answer.mutable_data_needed_until() = job.data_needed_until();
  if (wait.available_until) {
    *answer.mutable_data_available_until() = ToProto(*wait.available_until);
  }
  return answer;
}

absl::Status NotPolledError(const v1::Job& job, absl::string_view why) {
  return MakeError(errors::kJobNotPolled, absl::StrCat("job ", job.id(), " ", why),
                   {{"job_id", job.id()}, {"state", ShortName(job.state())}});
}

std::string WhyNotPolled(v1::JobState state, bool holds_call) {
  if (IsTerminal(state)) return absl::StrCat("has ended as ", ShortName(state));
  if (holds_call) return "is a call that the server holds: its answer is its end";
  if (state == v1::JOB_STATE_QUEUED) return "has not been accepted by Genesys Cloud yet";
  // Its end was seen and is being made durable.
  return "has no next poll: its end is being recorded";
}

}  // namespace gcjobs
