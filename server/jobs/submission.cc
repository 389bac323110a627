#include "server/jobs/submission.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/error_info.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/time_conversion.h"
#include "server/genesys/action_listing.h"
#include "server/genesys/action_lookup.h"
#include "server/genesys/conversation_views.h"
#include "server/jobs/job_record.h"
#include "server/net/timer.h"

namespace gcjobs {
namespace {

// How long a refused caller is kept waiting for a permit to look at the action.
constexpr absl::Duration kLookupPatience = absl::Seconds(2);

// Why the answer to a submission is lost.
constexpr absl::string_view kStopped = "the server stopped before it was read";
constexpr absl::string_view kRestored =
    "the server was restored from a backup, which does not tell whether it was sent since";

// It will not be answered otherwise later.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
         absl::IsPermissionDenied(status);
}

}  // namespace

Submission::Submission(Options options, Deps deps)
    : options_(options), deps_(deps), slots_(options.max_direct_calls, deps.loop, deps.metrics) {}

void Submission::Start(LiveJob* job, store::Submission payload, Admission::Ticket ticket) {
  job->submission = Story(Submit(job, std::move(payload), std::move(ticket)));
}

// The ticket is the job's place in the intake, held until the story ends.
Task<> Submission::Submit(LiveJob* job, store::Submission payload,
                          [[maybe_unused]] Admission::Ticket ticket) {
  std::optional<SubmitVerdict> verdict;
  absl::Duration delay;
  if (job->submit_in_doubt()) {
    verdict =
        JudgeLostSubmission(job->Record().guarantee(), options_.restored ? kRestored : kStopped);
  }
  for (int failures = 0;;) {
    if (!verdict) {
      // 1. It waits after a failure, and while the quota of its kind is used up.
      delay = std::max(delay, deps_.throttles->Left(*job));
      if (delay > absl::ZeroDuration()) {
        deps_.throttles->Join(*job);
        co_await Sleep(deps_.loop, std::exchange(delay, absl::ZeroDuration()));
        continue;
      }
      // 2. An action that was named is looked up.
      const bool needs_preparation = job->needs_preparation();
      if (needs_preparation) verdict = co_await LookUpAction(job);
      // 3. The data that it is to read may not be there yet.
      std::optional<absl::Time> available_until;
      if (needs_preparation && !verdict) verdict = co_await AwaitData(job, &available_until);
      // 4. One try: permit, intent, request.
      if (!verdict) verdict = co_await Try(job, &payload.body(), available_until);
      if (!verdict) continue;  // the quota was used up meanwhile
    }

    // 5. The verdict is durable before anybody is told, and before the next try:
    // after a crash in between the job is not in doubt.
    const JobLock lock = co_await deps_.book->Lock(job);
    SubmitVerdict judged = *std::exchange(verdict, std::nullopt);
    job->last_error = absl::OkStatus();
    if (judged.receipt.family && job->org().profile != nullptr) {
      job->org().profile->Learn(*judged.receipt.family);
    }
    if (judged.kind == SubmitVerdict::Kind::kRetry) {
      job->last_error = judged.error;
      delay = deps_.upstream->DelayAfter(++failures, judged.retry_after);
      deps_.throttles->OnReply(*job, judged.retry_after);
      // What was not sent has changed nothing.
      if (!job->submit_in_doubt() && !job->cancel_asked) continue;
    }
    store::StoredJob next = job->Record();
    EnterVerdict(std::move(judged), job->kind(), options_.max_result_bytes,
                 deps_.loop->clock()->Now(), &next);
    co_await lock.Commit(std::move(next));
    if (job->state() == v1::JOB_STATE_QUEUED) continue;

    // 6. Genesys Cloud has taken it: a job that has ended does not come so far. A
    // cancel that was asked for while there was no id to cancel by can now be sent.
    GCJOBS_FAILPOINT("submit.committed_unanswered");
    deps_.polls->Start(job);
    deps_.cancellation->Resume(job);
    co_return;
  }
}

// A verdict only when it could not be found. What was found is durable: a job that is
// tried again goes to the same action, whatever has been renamed.
Task<std::optional<SubmitVerdict>> Submission::LookUpAction(LiveJob* job) {
  std::string name;
  {
    const store::StoredJob record = job->Record();
    if (!NeedsActionId(record)) co_return std::nullopt;
    name = record.job().action_name();
  }
  const absl::StatusOr<v1::Action> action =
      co_await FindActionByName(job->org().client, std::move(name), /*flow_id=*/"");
  if (!action.ok()) co_return JudgeNoAction(action.status());
  const JobLock lock = co_await deps_.book->Lock(job);
  store::StoredJob next = job->Record();
  next.mutable_job()->set_action_id(action->id());
  next.set_poll_class(PollClassOfAction(next.job().kind(), action->id()));
  co_await lock.Commit(std::move(next));
  co_return std::nullopt;
}

// Learns up to when there are data, for jobs whose results depend on it, and, for
// those that are to wait, goes on only when that is enough. What cannot be asked
// holds no other job up. A verdict: Genesys Cloud refuses to tell a job that is to
// wait.
Task<std::optional<SubmitVerdict>> Submission::AwaitData(
    LiveJob* job, std::optional<absl::Time>* available_until) {
  absl::Time needed;
  bool is_to_wait = false;
  {
    const store::StoredJob record = job->Record();
    if (!record.job().has_data_needed_until() || !job->kind().BuildAvailability()) {
      co_return std::nullopt;
    }
    needed = FromProto(record.job().data_needed_until());
    is_to_wait = record.when_data_is_available();
  }
  for (;;) {
    const absl::StatusOr<absl::Time> heard = co_await deps_.availability->Ask(job, needed);
    if (heard.ok()) *available_until = *heard;
    if (!is_to_wait || (heard.ok() && *heard >= needed)) break;
    if (IsRefusal(heard.status())) {
      SubmitVerdict refused;
      refused.kind = SubmitVerdict::Kind::kRejected;
      refused.error = heard.status();
      job->data_wait = nullptr;
      co_return refused;
    }
    job->last_error = heard.status();
    const absl::Duration delay =
        DataAvailability::RetryDelay(available_until->value_or(absl::InfinitePast()), needed);
    if (job->data_wait == nullptr) job->data_wait = std::make_unique<LiveJob::DataWait>();
    *job->data_wait = {*available_until, deps_.loop->clock()->Now() + delay};
    co_await Sleep(deps_.loop, delay);
  }
  job->data_wait = nullptr;
  co_return std::nullopt;
}

// Nothing when a quota that has become known meanwhile holds the job back.
Task<std::optional<SubmitVerdict>> Submission::Try(LiveJob* job, const std::string* body,
                                                   std::optional<absl::Time> available_until) {
  // 1. Kinds that hold their call need a slot before the permit: a permit is not
  // to wait, unused, for a call to end.
  CallSlots::Slot slot;
  if (job->kind().holds_call()) slot = co_await slots_.Take(job->org().name);
  // 2. The permit, so that nothing is left to wait for after the intent.
  std::string family = FamilyOf(job->kind().description().submit_path());
  absl::StatusOr<Permit> permit =
      co_await deps_.upstream->Acquire(&job->org(), RequestClass::kSubmit, std::move(family));
  if (!permit.ok()) co_return JudgeNoPermit(permit.status());
  // 3. The intent is durable before the request can leave.
  ApiRequest request;
  v1::SubmitGuarantee guarantee;
  std::string action_id;
  {
    const JobLock lock = co_await deps_.book->Lock(job);
    if (deps_.throttles->Left(*job) > absl::ZeroDuration()) co_return std::nullopt;
    GCJOBS_FAILPOINT("submit.before_intent");
    store::StoredJob next = job->Record();
    next.set_submit_in_doubt(true);
    next.set_submit_attempts(next.submit_attempts() + 1);
    if (available_until) {
      *next.mutable_job()->mutable_data_available_until() = ToProto(*available_until);
    }
    guarantee = next.guarantee();
    action_id = next.job().action_id();
    request = job->kind().BuildSubmit(RefOf(next), SubmissionRef{*body});
    co_await lock.Commit(std::move(next));
    GCJOBS_FAILPOINT("submit.after_intent");
  }
  // 4. The request. The lock is free meanwhile: the job can be cancelled.
  ApiReply reply = co_await Callback<ApiReply>([&](auto answered) {
    calls_.Start(Call(job->org().client, *std::move(permit), std::move(request), std::move(slot),
                      job->id(), std::move(answered)));
  });
  SubmitVerdict verdict = JudgeSubmission(job->kind(), guarantee, reply);
  // 5. Whoever is told that the action's id is invalid wants to know whether there
  // is such an action. It changes nothing in the verdict.
  if (verdict.kind == SubmitVerdict::Kind::kRejected && DoubtsActionId(verdict.error)) {
    ApiRequest look = BuildActionLookup(action_id);
    const ApiReply lookup = co_await job->org().client->Call(std::move(look), kLookupPatience);
    TellActionLookup(action_id, lookup, &verdict.error);
  } else if (verdict.kind == SubmitVerdict::Kind::kRejected &&
             job->kind().name() == kConversationQueryKind &&
             IsAboutDimensions(reply.response.body)) {
    // So is it with a dimension that does not exist.
    const std::string advice = co_await AdviseOnDimensions(job->org().client, *body);
    if (!advice.empty()) SetRemedy(&verdict.error, advice);
  }
  co_return verdict;
}

// A story of its own, since it outlives a job that ends meanwhile: until the call
// is over, its connection is taken and Genesys Cloud is at work.
Task<> Submission::Call(GenesysClient* client, Permit permit, ApiRequest request,
                        CallSlots::Slot slot, std::string job_id, Answered answered) {
  ApiReply reply;
  {
    const CallSlots::Slot held = std::move(slot);
    reply = co_await client->Send(std::move(permit), std::move(request));
  }
  GCJOBS_FAILPOINT("submit.reply_uncommitted");
  if (deps_.book->Find(job_id) == nullptr) {
    Log(LogLevel::kInfo, "submit_reply_after_end",
        {{"job_id", job_id}, {"http_status", reply.response.status}});
  }
  answered(std::move(reply));
}

}  // namespace gcjobs
